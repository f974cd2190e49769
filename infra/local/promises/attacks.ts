import { setTimeout as pause } from 'node:timers/promises';
import { cardKey } from '../../../lib/table/card/card';
import { keys } from '../../../lib/table/keys';
import { shareKey } from '../../../lib/table/sharing/share';
import { LOCAL_ENTRY } from '../services';
import { sandboxCalls } from './registers';
import { agree, codeOf, demand, once, type Person, partitionOf, type Running, within } from './running';

/** What a hostile person would try over HTTP, or somebody who can write the table and holds no key. */

const ERASED_WITHIN_MS = 15_000;
const PHONE_PATH = '/wxa/business/getuserphonenumber';

/** K3: a consent is withdrawn while what it covers is on its way to a partner. */
export async function withdrawnInFlight(running: Running): Promise<string> {
  const me = await running.person();
  await agree(me, 'phone');
  const code = await me.phoneCode('13911170001');
  const trouble = { path: PHONE_PATH, kind: 'slow', calls: 1, milliseconds: 3000 };
  await sandboxCalls(running)('/faults', trouble as never);
  const binding = codeOf(me.api.login.bindPhone({ code }));
  await pause(1500);
  await agree(me, 'phone', false);
  demand((await binding) !== 'OK', 'a number was bound by a call whose consent had ended');
  await agree(me, 'phone');
  demand((await codeOf(me.api.login.getPhone())) !== 'OK', 'a number came back with the next consent');
  const rests = async () =>
    (await partitionOf(running, me)).some(({ sk }) => String(sk).startsWith('DATA#phone#'));
  demand(await within(ERASED_WITHIN_MS, async () => !(await rests())), 'a number outlived its consent');
  return 'withdrawn while it was on its way: not bound, and nothing left';
}

/** A5: somebody who once came in by the phone comes in no more when the owner has ended that. */
export async function shutOut(running: Running): Promise<string> {
  const [owner, other] = [await running.person(), await running.stranger()];
  await agree(owner, 'phone');
  const number = '13911170002';
  await owner.api.login.bindPhone({ code: await owner.phoneCode(number) });
  const phoneCode = await other.phoneCode(number);
  await other.api.login.signInByPhone({ code: await other.code(), phoneCode });
  demand(other.subjectId() === owner.subjectId(), 'nobody came in: the check proves nothing');
  await owner.api.login.unbindPhone();
  const ended = await codeOf(other.api.login.listSessions());
  demand(ended === 'SIGN_IN_REQUIRED', `a session that came by an unbound phone got ${ended}`);
  await other.api.login.signIn({ code: await other.code() });
  demand(other.subjectId() !== owner.subjectId(), 'a WeChat that came by an unbound phone still comes in');
  return 'who came by the phone is out when it is unbound, and signs in to an account of their own';
}

/** A4: what an earlier link held is free for its owner, however quickly the next one followed. */
export async function freedEntry(running: Running): Promise<string> {
  const [me, next, later] = [await running.person(), await running.stranger(), await running.person()];
  const entry = 'wechat-pay' as const;
  const link = async (by: Person, whose: Person) => {
    const act = { operation: 'login/linkAccount', target: entry, by: 'wechat' } as const;
    const { proof } = await by.api.login.proveSelf({ ...act, code: await by.code() });
    const code = await whose.code(LOCAL_ENTRY.appid);
    return codeOf(by.api.login.linkAccount({ entry, code }, { proof }));
  };
  for (const person of [me, later]) await agree(person, 'account-link');
  const first = await link(me, later);
  await agree(me, 'account-link', false);
  await agree(me, 'account-link');
  const second = await link(me, next);
  demand(first === 'OK' && second === 'OK', `two links after each other got ${first}, ${second}`);
  const isFree = await within(ERASED_WITHIN_MS, async () => (await link(later, later)) === 'OK');
  demand(isFree, 'an entry that was linked once is taken for ever');
  return 'an entry that was linked before is free again';
}

/** C4: an offer that still waits goes with the card that is called back. */
export async function waitingOffer(running: Running): Promise<string> {
  const [asker, asked] = [await running.cardHolder(), await running.cardHolder()];
  const card = async ({ api }: Person) => {
    const { cardId } = await api.cards.create({ name: '待收回', ...(await once()) });
    await api.cards.setVisibility({ cardId, version: 1, visibility: { name: 'link' } });
    return cardId;
  };
  const [theirs, mine] = [await card(asker), await card(asked)];
  const { token } = await asked.api.cards.share({ cardId: mine, fields: ['name'], ...(await once()) });
  const { offerId } = await asker.api.cards.offer({ token, cardId: theirs, fields: ['name'] });
  demand((await asked.api.cards.offers({})).offers.length === 1, 'no offer waits: the check proves nothing');
  await asker.api.cards.recallAll({ cardId: theirs });
  demand((await asked.api.cards.offers({})).offers.length === 0, 'a card that was called back is offered');
  const late = await codeOf(asked.api.cards.accept({ offerId, cardId: mine, fields: ['name'] }));
  demand(late !== 'OK', 'an offer of a card that was called back is accepted');
  return 'called back: the waiting offer is gone';
}

/** K6: who can write the table and holds no key is not obeyed: not in a consent, a card, nor a link. */
export async function forgedState({ raw, tableName: TableName, ...running }: Running): Promise<string> {
  const [me, reader] = [await running.cardHolder(), await running.person()];
  const number = '13911170003';
  const content = { name: '伪造标记', phones: [{ number }] };
  const { cardId } = await me.api.cards.create({ ...content, ...(await once()) });
  await me.api.cards.setVisibility({ cardId, version: 1, visibility: { name: 'link' } });
  const { token, shareId } = await me.api.cards.share({ cardId, fields: ['name'], ...(await once()) });
  const subjectId = me.subjectId();
  const read = async ({ pk, sk }: { pk: string; sk: string }) =>
    (await raw.get({ TableName, Key: { pk, sk } })).Item ?? {};
  const put = (Item: Record<string, unknown>) => raw.put({ TableName, Item });
  const opened = async () => {
    const shown = await reader.api.cards.open({ token }).catch(() => undefined);
    return JSON.stringify(shown ?? '').includes(number);
  };
  const card = await read(cardKey(subjectId, cardId));
  const link = await read(shareKey(subjectId, shareId));
  await put({
    ...card,
    visibility: { name: 'link', phones: 'link' },
    verdicts: { name: 'passed', phones: 'passed' },
  });
  await put({ ...link, fields: ['name', 'phones'] });
  demand(!(await opened()), 'a link shows what somebody has written into the table');
  for (const item of [card, link]) await put(item);
  const self = await read(keys.person(subjectId));
  const { cards, ...others } = self.consents as Record<string, Record<string, unknown>>;
  await put({ ...self, consents: { ...others, cards, profile: cards } });
  const code = await codeOf(me.api.profile.get());
  demand(code !== 'OK', 'a consent is obeyed that somebody has copied into the table');
  await put({ ...self, consents: { ...others, cards: { ...cards, policyVersion: 99 } } });
  demand((await codeOf(me.api.cards.list())) !== 'OK', 'a consent is obeyed that was raised in the table');
  await put(self);
  demand((await codeOf(me.api.cards.list())) === 'OK', 'what was put back is not obeyed');
  return 'a card, a link and two consents altered in the table: none obeyed';
}
