import { newIdempotencyKey } from '../../../lib/client/client';
import { parseToken } from '../../../lib/crypto/token';
import { LOCAL_ENTRY } from '../services';
import { staffClient } from './registers';
import { actOn, codeOf, demand, type Person, type Running } from './running';

const AT_ONCE = 20;
const NUMBER = '13500135000';

/** A1: no password, and one account however many first sign-ins come at once and whichever way somebody arrives. */
export async function oneAccount(running: Running): Promise<string> {
  const stranger = await running.stranger();
  const before = (await running.scan()).filter(({ sk }) => sk === 'PERSON').length;
  const codes = await Promise.all(Array.from({ length: AT_ONCE }, () => stranger.code()));
  const answers = await Promise.allSettled(codes.map((code) => stranger.api.login.signIn({ code })));
  const signed = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  const accounts = new Set(signed.map(({ token }) => parseToken(token)?.subjectId));
  const made = (await running.scan()).filter(({ sk }) => sk === 'PERSON').length - before;
  demand(
    signed.length > 0 && accounts.size === 1 && made === 1,
    `${signed.length} sign-ins made ${made} accounts`,
  );
  demand(
    signed.filter(({ newAccount }) => newAccount).length === 1,
    'more than one sign-in claims a new account',
  );
  await byUnionid(running);
  await byPhone(running);
  await settled(running);
  return `${signed.length} of ${AT_ONCE} first sign-ins at once answered, 1 account made; unionid and phone lead back to it; two accounts settled only with proof of both`;
}

async function byUnionid(running: Running): Promise<void> {
  const unionid = `union-${await newIdempotencyKey()}`;
  const [old, moved] = [
    await running.stranger('iPhone', { unionid }),
    await running.stranger('iPhone', { unionid }),
  ];
  for (const person of [old, moved]) await person.api.login.signIn({ code: await person.code() });
  demand(old.subjectId() === moved.subjectId(), 'the same unionid made two accounts');
}

async function byPhone(running: Running): Promise<void> {
  const [old, fresh] = [await running.person(), await running.stranger()];
  await old.api.consent.grant(await actOn(old.api, 0, 'phone'));
  await old.api.login.bindPhone({ code: await old.phoneCode(NUMBER) });
  const phoneCode = await fresh.phoneCode(NUMBER);
  await fresh.api.login.signInByPhone({ code: await fresh.code(), phoneCode });
  demand(old.subjectId() === fresh.subjectId(), 'a bound phone did not lead back to its account');
  const again = await codeOf(fresh.api.login.signInByPhone({ code: await fresh.code(), phoneCode }));
  demand(again === 'IDENTITY_TAKEN', `a known person's second arrival by phone got ${again}`);
}

async function settled(running: Running): Promise<void> {
  const [old, fresh] = [await running.cardHolder(), await running.cardHolder()];
  const [a, b] = [old.subjectId(), fresh.subjectId()];
  const prove = async (person: Person, target: string) =>
    (
      await person.api.login.proveSelf({
        operation: 'login/joinAccounts',
        target,
        by: 'wechat',
        code: await person.code(),
      })
    ).proof;
  const own = await prove(fresh, a);
  const alone = await codeOf(fresh.api.login.joinAccounts({ keep: 'other' }, { proof: own }));
  demand(alone !== 'OK', 'an account was given up without proof of the other one');
  const otherProof = await prove(old, b);
  const proof = await prove(fresh, a);
  await fresh.api.login.joinAccounts({ keep: 'other', otherProof }, { proof });
  await fresh.api.login.signIn({ code: await fresh.code() });
  demand(fresh.subjectId() === a, 'after settling, a way in still leads to the account given up');
}

/** A4: linking is a purpose of its own, listed, and undone at once. */
export async function linkEntries(running: Running): Promise<string> {
  const [me, arrival] = [await running.person(), await running.person()];
  const code = () => me.code(LOCAL_ENTRY.appid);
  const entry = 'wechat-pay' as const;
  const unlinked = await codeOf(arrival.api.login.signInByEntry({ entry, code: await code() }));
  demand(unlinked === 'LINK_REQUIRED', `an entry that nobody linked got ${unlinked}`);
  const unasked = await codeOf(me.api.login.linkAccount({ entry, code: await code() }));
  demand(unasked === 'CONSENT_REQUIRED', `linking without consent got ${unasked}`);
  const { seenEntry } = await me.api.consent.grant(await actOn(me.api, 0, 'account-link'));
  const unproved = await codeOf(me.api.login.linkAccount({ entry, code: await code() }));
  demand(unproved === 'PROOF_REQUIRED', `linking without proof of self got ${unproved}`);
  const link = async () => {
    const ask = {
      operation: 'login/linkAccount',
      target: entry,
      by: 'wechat',
      code: await me.code(),
    } as const;
    const { proof } = await me.api.login.proveSelf(ask);
    return me.api.login.linkAccount({ entry, code: await code() }, { proof });
  };
  await link();
  const enter = async () => arrival.api.login.signInByEntry({ entry, code: await code() });
  await enter();
  demand(arrival.subjectId() === me.subjectId(), 'the linked entry leads to another account');
  demand((await me.api.login.listLinks()).links.length === 1, 'the link is not listed');
  await me.api.login.unlinkAccount({ entry });
  const undone = [await codeOf(arrival.api.login.listSessions()), await codeOf(enter())];
  demand(undone.join() === 'SIGN_IN_REQUIRED,LINK_REQUIRED', `after undoing, calls got ${undone.join(', ')}`);
  await link();
  await enter();
  const { seenEntry: withdrawnAt } = await me.api.consent.withdraw(
    await actOn(me.api, seenEntry, 'account-link'),
  );
  const withdrawn = [await codeOf(arrival.api.login.listSessions()), await codeOf(enter())];
  demand(
    withdrawn.join() === 'SIGN_IN_REQUIRED,LINK_REQUIRED',
    `after withdrawing, calls got ${withdrawn.join(', ')}`,
  );
  await me.api.consent.grant(await actOn(me.api, withdrawnAt, 'account-link'));
  await link();
  demand((await me.api.login.listLinks()).links.length === 1, 'a link of a later consent is not listed');
  return 'no consent, no proof, no link: refused; linked: same account; undone and withdrawn: sessions and way in dead on the next call';
}

/** A7: attempts are counted, and the risk rule explains itself and yields to a human. */
export async function slowAbuse(running: Running): Promise<string> {
  const threshold = Number(running.environment.RISK_RANK_THRESHOLD);
  const me = await running.stranger('iPhone', { rank: threshold });
  await me.api.login.signIn({ code: await me.code() });
  await me.api.consent.grant(await actOn(me.api, 0, 'phone'));
  const number = '13400134000';
  const bind = async () => codeOf(me.api.login.bindPhone({ code: await me.phoneCode(number) }));
  const refused = await bind();
  demand(refused === 'RISK_REFUSED', `somebody whom WeChat ranks ${threshold} got ${refused}`);
  const idempotencyKey = await newIdempotencyKey();
  const { appealId } = await me.api.identity.appeal({
    about: 'risk-refused',
    words: '是我本人。',
    idempotencyKey,
  });
  const staff = await staffClient(running, 'support');
  const target = { subjectId: me.subjectId(), appealId };
  await staff.identity.decideAppeal({ ...target, decision: 'overturned', reason: '已电话核实。' });
  const cleared = await bind();
  demand(cleared === 'OK', `after a human cleared the person, the call got ${cleared}`);
  const other = await running.stranger('iPhone', { rank: 4 });
  await other.api.login.signIn({ code: await other.code() });
  await other.api.consent.grant(await actOn(other.api, 0, 'phone'));
  await running.trouble('/wxa/getuserriskrank', 'down', 1);
  const blind = await codeOf(other.api.login.bindPhone({ code: await other.phoneCode('13400134001') }));
  demand(blind === 'OK', `with WeChat unreachable, the call got ${blind}`);
  const guesser = await running.stranger('iPhone');
  await guesser.api.login.signIn({ code: await guesser.code() });
  await guesser.api.consent.grant(await actOn(guesser.api, 0, 'phone'));
  let tries = 0;
  let last = 'OK';
  while (last !== 'TOO_MANY_ATTEMPTS' && tries < 12) {
    last = await codeOf(guesser.api.login.bindPhone({ code: 'x' }));
    tries += 1;
  }
  demand(last === 'TOO_MANY_ATTEMPTS', `${tries} wrong phone codes were not stopped`);
  return `rank ${threshold}, the threshold: refused with a reason, cleared by a human's decision, then allowed; WeChat unreachable refuses nobody; wrong codes stopped after ${tries}`;
}
