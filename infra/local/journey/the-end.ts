import { type Api, newIdempotencyKey } from '../../../lib/client/client';
import { readKeys } from '../../commands/published-keys';
import { tell, verifyCertificate } from '../../commands/verify-certificate';
import type { ReadCard } from '../read-vcard';
import { takenExport } from '../taken-export';
import { actOn, arrive, clientOf, newPerson, untilMade, type Where } from './people';
import type { Teller } from './teller';

/** Somebody takes everything away, closes their account, thinks better of it, closes it again, and holds a certificate of what is gone. */
export async function theEnd(
  where: Where,
  { content }: ReadCard,
  { expect, lang, refused, say, step }: Teller,
): Promise<void> {
  const newCode = await newPerson(where);
  const me = clientOf(where, 'iPhone');
  await me.login.signIn({ code: await newCode() });
  await me.consent.grant(await actOn(me, 0));
  const idempotencyKey = await newIdempotencyKey();
  const { cardId } = await me.cards.create({ ...content, idempotencyKey });
  await me.cards.setVisibility({ cardId, version: 1, visibility: { name: 'link' } });
  const link = { cardId, fields: ['name' as const], idempotencyKey: await newIdempotencyKey() };
  const { token } = await me.cards.share(link);

  const proved = async (operation: 'rights/close' | 'rights/closeNow' | 'rights/startExport') => {
    const code = await newCode();
    const { proof } = await me.login.proveSelf({ operation, target: 'account', by: 'wechat', code });
    return { proof };
  };
  step('先把自己的信息全部取走', 'First all of it is taken away');
  const { purposes } = await me.rights.overview();
  for (const { name, records, kinds } of purposes.slice(0, 3))
    say(
      `   ${name}：${records} 条（${kinds.slice(0, 3).join('、')}…）`,
      `   「${name}」: ${records} (「${kinds.slice(0, 3).join('、')}…」)`,
    );
  await me.rights.startExport({}, await proved('rights/startExport'));
  const size = await takenBy(me);
  const kb = Math.round(size / 1024);
  expect(
    size > 0,
    `取到了一个压缩文件，${kb} KB，内有可打印的页面、JSON 和 vCard`,
    `an archive of ${kb} KB, with a page to print, JSON and vCard in it`,
  );
  await refused('NOT_NOW', '再取一次', 'taken once more', async () => {
    const { export: whole } = await me.rights.export();
    const again = { exportId: whole?.exportId ?? '', piece: 1, idempotencyKey: await newIdempotencyKey() };
    return me.rights.exportPiece(again);
  });

  step('注销账号，又改了主意', 'The account is closed, and not after all');
  const asked = await me.rights.close({}, await proved('rights/close'));
  say(`   到 ${asked.endsAt} 之前可以撤销`, `   it can be called off until ${asked.endsAt}`);
  await refused('NOT_NOW', '冷静期内，照旧使用名片', 'cards as ever, in the days of reflection', () =>
    me.cards.list(),
  );
  await me.rights.cancelClosing({});
  expect(
    (await me.cards.list()).cards.length === 1,
    '撤销之后，一切照旧',
    'called off, everything is as it was',
  );

  step('再次注销，不等七天', 'It is closed again, without the seven days');
  await me.rights.close({}, await proved('rights/close'));
  const { receiptCode } = await me.rights.closeNow({}, await proved('rights/closeNow'));
  say(
    `   收据码 ${receiptCode}，凭它取得删除证明`,
    `   code ${receiptCode}, which the certificate is had by`,
  );
  const certificate = await certificateBy(clientOf(where, '任何设备'), receiptCode);
  expect(
    certificate !== undefined,
    '没有登录，凭收据码取到了证明',
    'the certificate was had by the code, without signing in',
  );
  if (certificate === undefined) return;

  step('核对证明，想办法回来', 'The certificate is checked, and ways back are tried');
  const keys = await readKeys(where.api);
  for (const line of tell(await verifyCertificate(certificate, keys), lang)) say(`   ${line}`, `   ${line}`);
  await refused('NOT_FOUND', '用猜出来的收据码', 'the certificate by a guessed code', () =>
    clientOf(where, 'x').rights.certificate({ receiptCode: [...receiptCode].reverse().join('') }),
  );
  await refused('SIGN_IN_REQUIRED', '用原来的登录', 'by the old session', () => me.rights.closing({}));
  const other = await arrive(where, 'Android', ['cards']);
  await refused('NOT_FOUND', '别人打开以前的链接', 'the old link, by somebody else', () =>
    other.cards.open({ token }),
  );
  const again = await clientOf(where, 'iPhone').login.signIn({ code: await newCode() });
  expect(
    again.newAccount,
    '同一个微信再次登录，是一个新的账号，什么都没有',
    'the same WeChat is a new account, with nothing in it',
  );
}

/** The bytes of the export, once it is made. */
async function takenBy(api: Api): Promise<number> {
  await untilMade(api);
  return (await takenExport(api)).length;
}

/** It is there within seconds, once everything has been looked at again. */
async function certificateBy(api: Api, receiptCode: string): Promise<string | undefined> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const found = await api.rights.certificate({ receiptCode }).catch(() => undefined);
    if (found || Date.now() > deadline) return found?.certificate;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
