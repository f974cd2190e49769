import type { Api } from '../../../lib/client/client';
import {
  type Citizen,
  citizens,
  guardianOf,
  numberOf,
  passFace,
  sandboxCalls,
  staffClient,
} from './registers';
import { agree, codeOf, demand, once, type Person, type Running, textOf, within } from './running';

const ERASED_WITHIN_MS = 15_000;
const REAL_NAME_PURPOSES = ['real-name', 'real-name-bank', 'real-name-face', 'real-name-network'] as const;

/** Somebody who has agreed to every way of being verified. */
export async function ready(running: Running): Promise<Person> {
  const person = await running.person();
  for (const purpose of REAL_NAME_PURPOSES) await agree(person, purpose);
  return person;
}

export const two = ({ name, idNumber }: Citizen) => ({ name, idNumber });

/** Verifies a new person by each of the five ways. */
export async function byEveryWay(
  running: Running,
): Promise<{ person: Person; way: string; citizen: Citizen }[]> {
  const register = citizens(running);
  const done: { person: Person; way: string; citizen: Citizen }[] = [];
  const note = (person: Person, citizen: Citizen, { way }: { way: string }) =>
    done.push({ person, way, citizen });
  for (const pick of [two, ({ bankCard: _, ...three }: Citizen) => three, (all: Citizen) => all]) {
    const [person, citizen] = [await ready(running), await register()];
    note(person, citizen, await person.api.identity.verify({ ...pick(citizen), ...(await once()) }));
  }
  const [facing, faced] = [await ready(running), await register()];
  const { sessionId, url } = await facing.api.identity.startFace({ ...two(faced), ...(await once()) });
  await passFace(url, { images: true });
  note(facing, faced, await facing.api.identity.finishFace({ sessionId }));
  const [proving, unseen] = [await ready(running), await register()];
  const { token } = await sandboxCalls(running)('/network-proofs', {});
  note(
    proving,
    unseen,
    await proving.api.identity.verifyByNetworkId({ token: token ?? '', ...(await once()) }),
  );
  return done;
}

/** N1: five ways, each asking only what it needs. */
export async function fiveWays(running: Running): Promise<string> {
  const done = await byEveryWay(running);
  const ways = done.map(({ way }) => way);
  demand(ways.join() === 'id,phone,bank,face,network', `the ways taken were ${ways.join()}`);
  for (const { person } of done)
    demand((await person.api.identity.status()).verified, 'somebody verified is not shown as verified');
  const { ways: offered } = await running.person().then(({ api }) => api.identity.ways());
  const network = offered.find(({ way }) => way === 'network');
  demand(network?.asks.join() === 'networkProof', 'the network identity asks for more than its proof');
  await wrongInputs(running);
  return 'verified by name and number, by phone, by bank card, by face and by network identity; another’s name, phone or card beside them: not';
}

/** What the registers contradict verifies nobody, whichever part of it is somebody else's. */
async function wrongInputs(running: Running): Promise<void> {
  const register = citizens(running);
  const [right, other] = [await register(), await register()];
  const { bankCard: _, ...three } = right;
  const wrong = [
    { ...two(right), name: other.name },
    { ...three, phone: other.phone },
    { ...right, bankCard: other.bankCard },
  ];
  for (const input of wrong) {
    const code = await codeOf((await ready(running)).api.identity.verify({ ...input, ...(await once()) }));
    demand(code === 'NOT_VERIFIED', `what the register contradicts got ${code}`);
  }
}

/** N3: the result is kept and the inputs are not; one number is one account. */
export async function inputsForgotten(running: Running): Promise<string> {
  const done = await byEveryWay(running);
  const everything = textOf(await running.scan()) + running.lines.join('\n');
  for (const { citizen } of done)
    for (const secret of Object.values(citizen))
      for (const form of [
        secret,
        Buffer.from(secret).toString('base64'),
        Buffer.from(secret).toString('latin1'),
      ])
        demand(!everything.includes(form), 'an input was kept');
  for (const { person, citizen } of done) {
    const said = JSON.stringify(await person.api.identity.status());
    demand(
      !Object.values(citizen).some((secret) => said.includes(secret)),
      'what was typed can be read again',
    );
  }
  const rival = await ready(running);
  const [{ citizen, person }] = done as [(typeof done)[number]];
  const claim = async () => codeOf(rival.api.identity.verify({ ...two(citizen), ...(await once()) }));
  demand((await claim()) === 'IDENTITY_TAKEN', 'one number verified two accounts');
  await agree(person, 'real-name', false);
  demand(!(await person.api.identity.status()).verified, 'a withdrawn result is still in force');
  const released = await within(ERASED_WITHIN_MS, async () => (await claim()) === 'OK');
  demand(released, 'the number was not released within 15 s of the withdrawal');
  return `no number, name, phone or card of ${done.length} people in any item or log line; a second claim refused; released by withdrawal and claimed again`;
}

/** N4: under 14 a guardian consents first, and only then. */
export async function guardianFirst(running: Running): Promise<string> {
  const register = citizens(running);
  const [child, parent] = [await ready(running), await ready(running)];
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '');
  const fourteenToday = `${Number(today.slice(0, 4)) - 14}${today.slice(4) === '0229' ? '0228' : today.slice(4)}`;
  const citizen = await register({ idNumber: numberOf(fourteenToday) });
  const verify = async () => codeOf(child.api.identity.verify({ ...two(citizen), ...(await once()) }));
  demand(
    (await verify()) === 'GUARDIAN_REQUIRED',
    'a child was verified on the 14th birthday without a guardian',
  );
  const { code } = await child.api.identity.askGuardian();
  const { textHash } = await parent.api.identity.guardianNotice();
  const evidence = { control: 'guardian.agree', defaultState: 'unchecked', dwellMs: 9000 } as const;
  const answer = (by = parent) =>
    by.api.identity.guardianRespond({ code, decision: 'consent', textHash, evidence });
  demand((await codeOf(answer())) === 'CALLER_NOT_ALLOWED', 'somebody unverified answered as guardian');
  await parent.api.identity.verify({ ...two(await register()), ...(await once()) });
  demand(
    (await codeOf(answer())) === 'CALLER_NOT_ALLOWED',
    'somebody known by name and number answered as guardian',
  );
  const phoneless = await ready(running);
  await phoneless.api.identity.verify({ ...(await register()), ...(await once()) });
  const unreached = await codeOf(answer(phoneless));
  demand(unreached === 'CALLER_NOT_ALLOWED', `a guardian without a phone got ${unreached}`);
  const { person: guardian } = await guardianOf(running);
  const { wardId = '' } = await answer(guardian);
  demand((await verify()) === 'OK', 'the child is not verified after the guardian’s consent');
  demand((await child.api.identity.status()).minor === 'under-14', 'the child is not marked');
  await guardian.api.identity.guardianWithdraw({ wardId });
  demand(!(await child.api.identity.status()).verified, 'the guardian’s withdrawal had no effect');
  const alone = await codeOf(child.api.cards.list({}));
  demand(alone === 'GUARDIAN_REQUIRED', `without a guardian the cards of a child answered ${alone}`);
  return 'refused on the 14th birthday itself, then verified after the consent of an adult who is known by more than name and number; marked for the audit; taken back, nothing but the basic service goes on';
}

/** N5: every call to the partner stands in the register, without its values. */
export async function registered(running: Running): Promise<string> {
  const done = await byEveryWay(running);
  for (const { person, way } of done) {
    const { entries, intact } = await person.api.consent.history({ limit: 50 });
    const made = entries.filter((entry) => entry.act === 'disclosure.made');
    const answered = entries.filter((entry) => entry.act === 'disclosure.answered');
    demand(
      intact && made.length === (way === 'face' ? 2 : 1),
      `${way}: ${made.length} entries before sending`,
    );
    for (const { recipient, purpose, kinds, way: said } of made)
      demand(
        Boolean(recipient && purpose && kinds?.length && said === way),
        `${way}: an entry is incomplete`,
      );
    demand(answered.at(-1)?.result === 'VERIFIED', `${way}: the register does not say what came of it`);
    demand(
      answered.every(({ cause }) => made.some(({ seq }) => seq === cause)),
      `${way}: an answer without a cause`,
    );
  }
  return 'who, what kinds, why, when and result after each of five ways; entry first, answer after, chain whole';
}

/** N6: a result can be appealed to a human, who decides with a reason. */
export async function appealed(running: Running): Promise<string> {
  const person = await running.person();
  const words = '我的信息没有填错，请人工核对。';
  const { appealId, dueAt } = await person.api.identity.appeal({
    about: 'not-verified',
    words,
    ...(await once()),
  });
  const staff = await staffClient(running, 'support');
  const { waiting } = await staff.rights.ticketQueue();
  demand(
    waiting.some(({ id }) => id === appealId),
    'the staff does not see the appeal',
  );
  const target = { subjectId: person.subjectId(), appealId };
  const opened = await staff.identity.openAppeal(target);
  demand(opened.words === words, 'the staff does not see the words');
  const reason = '经核对登记信息有误，请再次核验。';
  await staff.identity.decideAppeal({ ...target, decision: 'overturned', reason });
  const [own] = (await person.api.identity.ownAppeals()).appeals;
  demand(own?.decision === 'overturned' && own.reason === reason, 'the person cannot read the decision');
  const { entries } = await person.api.consent.history({ limit: 50 });
  const acts = entries.map((entry) => entry.act).join();
  demand(
    acts.endsWith('review.asked,staff.accessed,staff.accessed,review.decided'),
    `the ledger says ${acts}`,
  );
  const raw = textOf(await running.scan());
  demand(!raw.includes(words) && !raw.includes(reason), 'the words lie open in the table');
  await claimReleased(running, staff);
  return `answered by ${dueAt.slice(0, 10)} at the latest; decided by the staff with a reason the person reads; both accesses in the ledger; words sealed; a claim overturned is free`;
}

/** A claim that a human has overturned is free for whoever it belongs to, and its holder is verified no more. */
async function claimReleased(running: Running, staff: Api): Promise<void> {
  const [holder, owner, citizen] = [await ready(running), await ready(running), await citizens(running)()];
  const claim = async (person: Person) =>
    codeOf(person.api.identity.verify({ ...two(citizen), ...(await once()) }));
  const claims = [await claim(holder), await claim(owner)].join();
  demand(claims === 'OK,IDENTITY_TAKEN', `two claims of one number got ${claims}`);
  const about = { about: 'taken', words: '这是我的证件号码。' } as const;
  const { appealId } = await owner.api.identity.appeal({ ...about, ...(await once()) });
  const target = { subjectId: owner.subjectId(), appealId };
  await staff.identity.openAppeal(target);
  await staff.identity.decideAppeal({ ...target, decision: 'overturned', reason: '已当面核对证件。' });
  const now = await claim(owner);
  demand(now === 'OK', `a claim that a human has overturned still stands: ${now}`);
  demand(!(await holder.api.identity.status()).verified, 'two accounts are verified by one number');
}
