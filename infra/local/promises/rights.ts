import { randomBytes } from 'node:crypto';
import { newIdempotencyKey } from '../../../lib/client/client';
import { parseToken } from '../../../lib/crypto/token';
import { readKeys } from '../../commands/published-keys';
import { verifyCertificate } from '../../commands/verify-certificate';
import { pushOf, SANDBOX_PUSH } from '../sandbox/wechat-push';
import { family } from './breach/scene';
import { filedFor, guardianOf, staffClient } from './registers';
import { agree, codeOf, demand, once, type Person, type Running, textOf, within } from './running';

/** So long an end may take on a service that has nothing else to do, in milliseconds. */
const SOON_MS = 30_000;

/** A fresh proof of self for closing an account, or for closing it at once. */
export async function proveClosing(me: Person, act: 'close' | 'closeNow') {
  const asked = {
    operation: `rights/${act}`,
    target: 'account',
    by: 'wechat',
    code: await me.code(),
  } as const;
  return { proof: (await me.api.login.proveSelf(asked)).proof };
}

/** A card of somebody's, seen by whoever has the link. */
async function shown(me: Person, name: string): Promise<{ cardId: string; token: string }> {
  const { cardId } = await me.api.cards.create({ name, ...(await once()) });
  await me.api.cards.setVisibility({ cardId, version: 1, visibility: { name: 'link' } });
  const { token } = await me.api.cards.share({ cardId, fields: ['name'], ...(await once()) });
  return { cardId, token };
}

const isGone = (me: Person) =>
  within(SOON_MS, async () => (await codeOf(me.api.login.account())) === 'SIGN_IN_REQUIRED');

/** R4: closed, taken back, closed again, cut short; only stored meanwhile; the same WeChat then begins anew. */
export async function closedByPerson(running: Running): Promise<string> {
  const [me, other] = [await running.cardHolder(), await running.person()];
  const { cardId, token } = await shown(me, '注销标记');
  const open = () => codeOf(other.api.cards.open({ token }));
  demand((await open()) === 'OK', 'the link does not open');
  demand(
    (await codeOf(me.api.rights.close())) === 'PROOF_REQUIRED',
    'an account is closed without a proof of self',
  );
  const { since, endsAt } = await me.api.rights.close({}, await proveClosing(me, 'close'));
  const days = (Date.parse(endsAt) - Date.parse(since)) / 86_400_000;
  demand(days === 7, `the cooling-off is ${days} days`);
  const meanwhile = [await open(), await codeOf(me.api.cards.list()), await codeOf(shown(me, '新的'))];
  demand(
    meanwhile.join() === 'NOT_FOUND,NOT_NOW,NOT_NOW',
    `while the account is being closed calls got ${meanwhile.join(', ')}`,
  );
  const again = await me.api.login.signIn({ code: await me.code() });
  demand(again.closing === true && again.asks.length === 0, 'whoever signs in is not told, or is asked');
  const { goes, stays, canCancel } = await me.api.rights.closing();
  demand(
    canCancel === true && goes.length > 0 && stays.every(({ basis }) => basis),
    'what goes and stays is not said',
  );
  await me.api.rights.cancelClosing();
  demand((await open()) === 'OK', 'what was taken back is not as it was');
  demand((await me.api.cards.get({ cardId })).name === '注销标记', 'a card is another after taking back');
  await me.api.rights.close({}, await proveClosing(me, 'close'));
  await me.api.rights.closeNow({}, await proveClosing(me, 'closeNow'));
  demand(await isGone(me), 'an account whose end was asked for at once is still there');
  const back = await me.api.login.signIn({ code: await me.code() });
  const { accountNumber, cards, agreed } = await me.api.login.account();
  demand(
    back.newAccount &&
      cards === 0 &&
      agreed.length === 0 &&
      accountNumber !== parseToken(again.token)?.subjectId,
    'the same WeChat comes back to what was erased',
  );
  const byStaff = await running.cardHolder();
  const support = await staffClient(running, 'support');
  const ticket = await filedFor(support, byStaff);
  await support.rights.closeFor({ subjectId: byStaff.subjectId(), ticket });
  demand((await byStaff.api.rights.closing()).closing, 'support cannot close an account');
  await byStaff.api.rights.cancelClosing();
  return 'closed with nothing but a code of WeChat; 7 days of storage alone (uses: NOT_NOW, the link: NOT_FOUND); taken back whole; closed again and cut short: gone; the same WeChat: a new, empty account; support the same, and taken back';
}

/** R3: a part, and then all, with what others hold, whatever leads to it, and nothing in the raw table that opens. */
export async function erasedEverywhere(running: Running): Promise<string> {
  // Verified by a bank card: a result to which more than one thing leads.
  const [{ person: me }, other] = [await guardianOf(running), await running.cardHolder()];
  for (const purpose of ['cards', 'profile'] as const) await agree(me, purpose);
  await me.api.profile.update({ version: 0, nickname: '删除标记' });
  await shown(me, '部分标记');
  const seenEntry =
    (await me.api.consent.status()).consents.find(({ purpose }) => purpose === 'cards')?.seenEntry ?? 0;
  await me.api.rights.erasePart({ purpose: 'cards', seenEntry, idempotencyKey: await newIdempotencyKey() });
  demand((await me.api.cards.list()).cards.length === 0, 'an erased part is still listed');
  demand((await codeOf(me.api.profile.get())) === 'OK', 'another part went as well');
  const { token } = await shown(me, '全部标记');
  const theirs = await shown(other, '对方');
  await other.api.cards.offer({ token, cardId: theirs.cardId, fields: ['name'] });
  const number = me.subjectId();
  const { receiptCode } = await me.api.rights.close({}, await proveClosing(me, 'close'));
  await me.api.rights.closeNow({}, await proveClosing(me, 'closeNow'));
  demand(await isGone(me), 'the account is still there');
  // By hand: what the law keeps, and who is still to confirm that they have deleted.
  const outlives = [
    'person',
    'ledger-entry',
    'appeal',
    'decided-appeal',
    'ticket',
    'notice-recipient',
    'recipient-duty',
  ];
  let left: string[] = [];
  const ended = await within(SOON_MS, async () => {
    const theirs = (await running.scan()).filter(({ pk }) => String(pk).startsWith(`P#${number}`));
    const reminds = ({ entity, kind }: Record<string, unknown>) =>
      entity === 'person-process' && kind !== 'end-account';
    left = theirs.flatMap((one) =>
      outlives.includes(String(one.entity)) || reminds(one) ? [] : [String(one.entity)],
    );
    return left.length === 0;
  });
  demand(ended, `${left.join(', ')} of theirs is left, and nothing keeps it`);
  const officer = await staffClient(running, 'officer');
  const { waiting } = await officer.rights.ticketQueue();
  const toDelete = waiting.filter(({ subjectId, sort }) => subjectId === number && sort === 'recipient');
  demand(toDelete.length > 0, 'nobody who was given something is asked to delete it');
  const items = await running.scan();
  const leading = leadingTo(items, number);
  demand(
    leading.length === 0,
    `${leading.map(({ entity }) => entity).join(', ')} of others lead to somebody erased`,
  );
  demand((await codeOf(other.api.cards.open({ token }))) === 'NOT_FOUND', 'a link of theirs still opens');
  const [self] = items.filter(({ pk, sk }) => pk === `P#${number}` && sk === 'PERSON');
  demand(self?.lifeState === 'erased' && self.wrappedKey === undefined, 'their key is still there');
  const stranger = await running.stranger();
  const handedOut = await within(
    SOON_MS,
    async () => (await codeOf(stranger.api.rights.certificate({ receiptCode }))) === 'OK',
  );
  demand(handedOut, 'no certificate is handed out against the receipt code');
  const { certificate } = await stranger.api.rights.certificate({ receiptCode });
  const published = await readKeys(running.api);
  const { stays, notCovered, lastCopyAt } = await verifyCertificate(certificate, published);
  demand(stays.every(({ basis }) => basis !== '') && notCovered.length > 0, 'the certificate overstates');
  const wrongCode = `${receiptCode.slice(0, -1)}${receiptCode.endsWith('A') ? 'B' : 'A'}`;
  const toOthers = await codeOf(stranger.api.rights.certificate({ receiptCode: wrongCode }));
  demand(toOthers === 'NOT_FOUND', `another code got ${toOthers}`);
  const stay = items.filter(({ pk }) => pk === `P#${number}`).length;
  await childErased(running);
  return `a part went and the rest stayed; of the account only ${stay} records stay, each by its law; no key, no pointer, no link, nothing of others that names them, nor with the guardian of a child; ${toDelete.length} recipients asked to delete, with a date; the certificate, signed, says so to whoever has the code, with what it does not cover until ${lastCopyAt?.slice(0, 10) ?? 'a day that nobody knows yet'}`;
}

/** What of others still names an account. Who is yet to confirm is reminded by its number alone, which is random. */
function leadingTo(items: Record<string, unknown>[], number: string): Record<string, unknown>[] {
  return items.filter(({ pk, ...item }) => {
    const { entity, step } = item;
    const names = entity === 'certificate' || (entity === 'service-process' && step === 'remind');
    return !String(pk).startsWith(`P#${number}`) && !names && textOf(item).includes(number);
  });
}

/** To what a guardian has said a code leads, and a note with the guardian: more than one thing, and none of them stays. */
async function childErased(running: Running): Promise<void> {
  const { child } = await family(running);
  const number = child.subjectId();
  const led = async () => leadingTo(await running.scan(), number).map(({ entity }) => entity);
  demand((await led()).includes('ward'), 'no guardian has a note of the child: the check proves nothing');
  await child.api.rights.close({}, await proveClosing(child, 'close'));
  await child.api.rights.closeNow({}, await proveClosing(child, 'closeNow'));
  demand(await isGone(child), 'the account of a child is still there');
  let left: unknown[] = [];
  const forgotten = await within(SOON_MS, async () => {
    left = await led();
    return left.length === 0;
  });
  demand(forgotten, `${left.join(', ')} of others lead to a child that is erased`);
}

/** R9: what WeChat tells starts its duty by itself. */
export async function startedByWechat(running: Running): Promise<string> {
  const [me, gone] = [await running.cardHolder(), await running.cardHolder()];
  await agree(me, 'phone');
  await me.api.login.bindPhone({ code: await me.phoneCode('13911139111') });
  const push = async (event: object) => {
    const seconds = Math.floor(Date.now() / 1000);
    const whole = {
      ToUserName: 'gh_0',
      FromUserName: 'o-platform',
      MsgType: 'event',
      CreateTime: seconds,
      ...event,
    };
    const settings = { ...SANDBOX_PUSH, appid: running.environment.WECHAT_APPID ?? '' };
    const { query, body } = pushOf(settings, whole, { seconds, random: randomBytes(16) });
    const answer = await fetch(new URL(`/events/wechat?${new URLSearchParams(query)}`, running.api), {
      method: 'POST',
      body,
    });
    demand(answer.ok, `WeChat's event got ${answer.status}`);
  };
  const forged = await fetch(new URL('/events/wechat?timestamp=1&nonce=1&msg_signature=x', running.api), {
    method: 'POST',
    body: JSON.stringify({ Encrypt: 'x' }),
  });
  demand(forged.status === 403, `a forged event got ${forged.status}`);
  await push({ Event: 'user_authorization_revoke', OpenID: me.openid, RevokeInfo: '8' });
  const phoneEnds = await within(
    SOON_MS,
    async () => (await codeOf(me.api.login.getPhone())) === 'CONSENT_REQUIRED',
  );
  demand(phoneEnds, 'a permission taken back at WeChat covers the phone still');
  demand((await codeOf(me.api.cards.list())) === 'OK', 'something else ended with it');
  await push({ Event: 'user_authorization_cancellation', OpenID: gone.openid });
  const closes = await within(SOON_MS, async () => (await gone.api.rights.closing()).closing);
  demand(closes, 'the account of a WeChat that was given up is not being closed');
  const officer = await staffClient(running, 'officer');
  const waiting = (await officer.rights.ticketQueue()).waiting.filter(
    ({ subjectId, sort }) => subjectId === gone.subjectId() && sort === 'duty',
  );
  demand(waiting.length === 1 && waiting[0]?.closingSince !== undefined, 'the duty is not in the queue');
  return 'a forged event refused; a permission taken back ended that consent and no other; a WeChat account given up is being closed, and its duty waits in the queue with its date';
}
