import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './blocks';
import type { Page, Phone } from './programs';
import type { Where } from './run';

/** Does what a tap or the opening of a page does. @throws Error where the document shows no such page */
function act(page: Page | undefined, name: string, ...inputs: unknown[]): unknown {
  const handler = page?.[name] as ((...given: unknown[]) => unknown) | undefined;
  if (!handler) throw new Error(`no page has ${name}`);
  return handler.call(page, ...inputs);
}

/** What two people do with the pages of docs/mini-program.md, on two phones. @throws Error at the first that does not keep its word */
export async function walkMiniProgram(start: () => Phone, { sandbox, console }: Where): Promise<void> {
  const [mine, yours] = [start(), start()];
  const [edit, , me, more] = mine.pages;
  const [, open] = yours.pages;

  await act(edit, 'onLoad');
  await act(edit, 'onSave', { detail: { value: { name: '林晓', title: '工程师' } } });
  const { path } = (await act(edit, 'onShareAppMessage')) as { path: string };
  const [page, token] = path.split('?token=');
  assert.equal(page, '/pages/card/open');
  assert.match(String(mine.shown[0]), /名片/, 'what is agreed to was shown');

  for (const query of [{ token }, { scene: encodeURIComponent(String(token)) }]) {
    await act(open, 'onLoad', query);
    assert.deepEqual([open?.data.name, open?.data.title], ['林晓', '工程师']);
  }
  await act(open, 'onOffer');

  await act(me, 'onLoad');
  const number = `139${String(Date.now()).slice(-8)}`;
  const tap = await fetch(`${sandbox}/sandbox/people/${mine.storage.get('openid')}/phone-code`, {
    method: 'POST',
    body: JSON.stringify({ phone: number }),
  });
  await act(me, 'onPhone', { detail: {} });
  assert.equal(me?.data.phone, '', 'nothing happens without a code');
  await act(me, 'onPhone', { detail: await tap.json() });
  assert.equal(me?.data.phone, `139****${number.slice(-4)}`);
  await act(me, 'onAvatar', { detail: { avatarUrl: join(root, 'tests/samples/others/p3.jpg') } });
  assert.match(String(me?.data.avatar), /^[\w-]{22}$/);
  await act(me, 'onNear');
  await act(me, 'onSubscribe');

  await act(more, 'onLoad');
  const address = `lin-${Date.now()}@example.cn`;
  await act(more, 'onMail', { detail: { value: address } });
  const mails = (await (await fetch(`${console}/mailbox.json`)).json()) as { to: string; text: string }[];
  const code = /\d{6}/.exec(
    JSON.stringify(mails.filter((mail) => JSON.stringify(mail).includes(address))),
  )?.[0];
  await act(more, 'onMailCode', { detail: { value: { address, code } } });
  assert.equal(more?.data.mail, 'l***@example.cn');
  await act(more, 'onExport');
  assert.equal(readFileSync(String(more?.data.file)).subarray(0, 2).toString(), 'PK');
}
