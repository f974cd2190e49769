import { newIdempotencyKey } from '../../../lib/client/client';
import { actOn, codeOf, demand, type Person, type Running, textOf } from './running';

const AT_ONCE = 20;

/** A5: every device is listed, and an ended one is refused on its next call. */
export async function endSessions(running: Running): Promise<string> {
  const phone = await running.cardHolder('iPhone');
  const [tablet, laptop] = [await running.device(phone, 'iPad'), await running.device(phone, 'MacBook')];
  const others = [laptop, await running.device(phone, 'Pad'), await running.device(phone, 'Desktop')];
  for (const { api } of [phone, tablet, ...others]) await api.consent.status();
  const { sessions } = await phone.api.login.listSessions();
  demand(sessions.length === 5, `${sessions.length} of 5 devices are listed`);
  demand(
    sessions.every(({ device, place, usedAt }) => device && place?.endsWith('*') && usedAt),
    'a device is listed without device, rough place or last use',
  );
  const target = sessions.find(({ device }) => device === 'iPad');
  await phone.api.login.revokeSession({ sessionId: target?.sessionId ?? '' });
  const ended = await codeOf(tablet.api.cards.list());
  demand(ended === 'SIGN_IN_REQUIRED', `an ended session got ${ended}`);
  await phone.api.login.revokeOthers();
  for (const { api } of others) {
    const other = await codeOf(api.cards.list());
    demand(other === 'SIGN_IN_REQUIRED', `another session got ${other} after all others were ended`);
  }
  const stranger = await running.person();
  const own = (await phone.api.login.listSessions()).sessions[0]?.sessionId ?? '';
  demand(
    (await codeOf(stranger.api.login.revokeSession({ sessionId: own }))) === 'NOT_FOUND',
    "somebody else's session was found",
  );
  demand((await codeOf(phone.api.cards.list())) === 'OK', 'the device itself was signed out too');
  return '5 devices listed with place and last use; 1 ended, then all others: refused on the next call; a stranger found none';
}

/** C1: several cards, and no edit lost. */
export async function keepCards(running: Running): Promise<string> {
  const [me, other] = [await running.cardHolder(), await running.cardHolder()];
  const make = async (name: string) =>
    me.api.cards.create({ name, idempotencyKey: await newIdempotencyKey() });
  const [first, second] = [await make('第一张'), await make('第二张')];
  const { cardId } = first;
  const edits = await Promise.allSettled(
    Array.from({ length: AT_ONCE }, (_, index) =>
      me.api.cards.update({ cardId, version: 1, name: `编辑${index}` }),
    ),
  );
  const kept = edits.flatMap((edit) => (edit.status === 'fulfilled' ? [edit.value] : []));
  const now = await me.api.cards.get({ cardId });
  demand(
    kept.length === 1 && now.name === kept[0]?.name,
    `${kept.length} of ${AT_ONCE} edits of version 1 were accepted`,
  );
  const stale = await codeOf(me.api.cards.update({ cardId, version: 1, name: '旧版' }));
  demand(stale === 'VERSION_CONFLICT', `an edit of what has changed since got ${stale}`);
  const theirs = [
    await codeOf(other.api.cards.get({ cardId })),
    await codeOf(other.api.cards.update({ cardId, version: 2, name: 'x' })),
    await codeOf(other.api.cards.delete({ cardId, version: 2 })),
  ];
  demand(
    theirs.every((code) => code === 'NOT_FOUND'),
    `another person got ${theirs.join(', ')}`,
  );
  await me.api.cards.delete({ cardId: second.cardId, version: 1 });
  const { cards } = await me.api.cards.list();
  demand(
    cards.length === 1 && cards[0]?.cardId === cardId,
    `${cards.length} cards are listed after one of two was deleted`,
  );
  return `1 of ${AT_ONCE} edits at once kept, ${AT_ONCE - 1} told; another person: NOT_FOUND ×3; deleted card gone`;
}

const PHONE = '13800138000';

async function phoneHolder(running: Running): Promise<Person> {
  const person = await running.person();
  await person.api.consent.grant(await actOn(person.api, 0, 'phone'));
  return person;
}

/** A3: the number is this person's, given to this mini-program, and belongs to one account. */
export async function bindPhones(running: Running): Promise<string> {
  const [me, other] = [await phoneHolder(running), await phoneHolder(running)];
  const foreign = await codeOf(
    me.api.login.bindPhone({ code: await me.phoneCode(PHONE, 'wx9999999999999999') }),
  );
  demand(foreign === 'LOGIN_CODE_INVALID', `a number given to another mini-program got ${foreign}`);
  const theirs = await codeOf(me.api.login.bindPhone({ code: await other.phoneCode(PHONE) }));
  demand(theirs === 'LOGIN_CODE_INVALID', `another person's code got ${theirs}`);
  const code = await me.phoneCode(PHONE);
  const { phone } = await me.api.login.bindPhone({ code });
  demand(phone === '138****8000', 'the bound number is not shown masked');
  const taken = await codeOf(other.api.login.bindPhone({ code: await other.phoneCode(PHONE) }));
  demand(taken === 'IDENTITY_TAKEN', `a number of another account got ${taken}`);
  const items = await running.scan();
  const everything = textOf(items) + running.lines.join('\n');
  demand(
    !everything.includes(PHONE) && !everything.includes(me.openid),
    'number or openid in the raw table or the log',
  );
  const { entries } = await me.api.consent.history({});
  const made = entries.filter(
    ({ act, recipient }) => act === 'disclosure.made' && recipient === 'wechat-phone',
  ).length;
  demand(made === 3, `${made} of 3 questions to WeChat stand in the register`);
  return `another appid's and another person's codes refused; a taken number refused; number and openid in none of ${items.length} raw items; ${made} disclosures registered`;
}

/** A6: acts that reveal or destroy need a proof made for that act, used once. */
export async function proveSelf(running: Running): Promise<string> {
  const [me, other] = [await phoneHolder(running), await phoneHolder(running)];
  await me.api.login.bindPhone({ code: await me.phoneCode('13700137000') });
  const change = async (proof?: string) =>
    codeOf(me.api.login.changePhone({ code: await me.phoneCode('13600136000') }, proof ? { proof } : {}));
  const elsewhere = await running.device(me, 'iPad');
  const prove = async (
    person: Person,
    operation: 'login/changePhone' | 'identity/reverify',
    target: string,
  ) =>
    (await person.api.login.proveSelf({ operation, target, by: 'wechat', code: await person.code() })).proof;
  const stranger = await codeOf(
    me.api.login.proveSelf({
      operation: 'login/changePhone',
      target: 'phone',
      by: 'wechat',
      code: await other.code(),
    }),
  );
  demand(stranger === 'LOGIN_CODE_INVALID', `a proof by another person's code got ${stranger}`);
  const proof = await prove(me, 'login/changePhone', 'phone');
  const refused = [
    await change(),
    await change(await prove(me, 'identity/reverify', 'real-name')),
    await change(await prove(me, 'identity/reverify', 'phone')),
    await change(await prove(elsewhere, 'login/changePhone', 'phone')),
    await change(await prove(me, 'login/changePhone', 'another target')),
    await change(await prove(other, 'login/changePhone', 'phone')),
  ];
  demand(
    refused.every((code) => code === 'PROOF_REQUIRED'),
    `without the right proof calls got ${refused.join(', ')}`,
  );
  const used = [await change(proof), await change(proof)];
  demand(used[0] === 'OK' && used[1] === 'PROOF_REQUIRED', `the right proof twice got ${used.join(', ')}`);
  return 'no proof, one for another act, another target, in another session or by another person: refused; the right one works once';
}
