import { unzipSync } from 'fflate';
import { readKeys } from '../../commands/published-keys';
import { verifyTransfer } from '../../commands/verify-transfer';
import { proofOf, taken, untilMade } from './exports';
import { filedFor, staffClient } from './registers';
import { agree, codeOf, demand, once, type Person, type Running } from './running';

/** R7: restricted and lifted, explained, taken to another service, and what happens after a death. */
export async function onOnesTerms(running: Running): Promise<string> {
  const said = [
    await restricted(running),
    await explained(running),
    await transferred(running),
    await actedForTheDead(running),
  ];
  return said.join('; ');
}

/** A card that whoever has the link can open, and how such a call ends. */
async function shown(running: Running, me: Person): Promise<() => Promise<string>> {
  const reader = await running.person();
  const { cardId } = await me.api.cards.create({ name: '限制标记', ...(await once()) });
  await me.api.cards.setVisibility({ cardId, version: 1, visibility: { name: 'link' } });
  const { token } = await me.api.cards.share({ cardId, fields: ['name'], ...(await once()) });
  return () => codeOf(reader.api.cards.open({ token }));
}

async function restricted(running: Running): Promise<string> {
  const me = await running.cardHolder();
  const open = await shown(running, me);
  const before = await open();
  await me.api.rights.restrict();
  const meanwhile = [await open(), await codeOf(me.api.cards.list()), await codeOf(me.api.rights.overview())];
  const { restricted: told } = await me.api.login.signIn({ code: await me.code() });
  await me.api.rights.liftRestriction();
  const codes = [before, ...meanwhile, await open()].join();
  demand(codes === 'OK,NOT_FOUND,NOT_NOW,OK,OK', `before, while and after restricting calls got ${codes}`);
  demand(told === true, 'whoever signs in is not told of the restriction');
  return 'restricted: the link opened nothing, the person still saw; lifted: all as it was';
}

async function explained(running: Running): Promise<string> {
  const me = await running.cardHolder();
  await me.api.cards.create({ name: '解释标记', ...(await once()) });
  const { explanations } = await me.api.rights.explain({});
  const unsaid = explanations.filter(({ words, rule }) => !words || !rule);
  demand(explanations.length > 0 && unsaid.length === 0, 'a record without the rule that keeps it');
  const policy = await running.stranger().then(({ api }) => api.consent.policy());
  demand(policy.text.includes('保存'), 'the rules cannot be read without signing in');
  return `the rules for whoever reads, and of ${explanations.length} sorts of records the one that keeps each`;
}

async function transferred(running: Running): Promise<string> {
  const [me, other] = [await running.cardHolder(), await running.cardHolder()];
  await me.api.cards.create({ name: '转移标记', ...(await once()) });
  await me.api.rights.askTicket({ kind: 'question', words: '工单标记', ...(await once()) });
  const ask = async (input: Parameters<Person['api']['rights']['startTransfer']>[0], by = me) =>
    me.api.rights.startTransfer(input, { proof: await proofOf(by, 'rights/startTransfer') });
  const others = await proofOf(other, 'rights/startTransfer');
  const refused = [
    await codeOf(me.api.rights.startTransfer({})),
    await codeOf(me.api.rights.startTransfer({}, { proof: others })),
    await codeOf(ask({ purposes: ['review'] })),
    await codeOf(ask({ purposes: ['profile'] })),
  ].join();
  demand(
    refused === 'PROOF_REQUIRED,PROOF_REQUIRED,INVALID_INPUT,INVALID_INPUT',
    `a transfer without a proof, by another’s, of what a law keeps and of what was not agreed to got ${refused}`,
  );
  const recipient = '另一个名片服务';
  await ask({ recipient });
  await untilMade(me);
  const zip = await taken(me);
  const keys = await readKeys(running.api);
  const statement = await verifyTransfer(zip, keys);
  demand(statement.recipient === recipient, 'the package names another recipient');
  demand(statement.conditions.length === 4, 'it does not say how each condition of the law is met');
  const middle = Buffer.from(zip);
  middle[zip.length >> 1] = (middle[zip.length >> 1] ?? 0) ^ 1;
  const changed = await codeOf(verifyTransfer(middle, keys));
  demand(changed !== 'OK', 'a package that was changed verifies');
  const all = Object.values(unzipSync(zip)).map((file) => Buffer.from(file).toString());
  const has = (mark: string) => all.some((text) => text.includes(mark));
  demand(has('转移标记') && !has('工单标记'), 'a package lacks what was given, or has what a law keeps');
  const { lines } = await me.api.rights.usage({});
  demand(
    lines.some(({ use }) => use === 'transfer'),
    'who used my data does not show it',
  );
  await agree(me, 'cards', false);
  demand((await me.api.rights.export()).export === undefined, 'a package outlives a consent');
  return `a package of ${zip.length} bytes for another service, with a fresh proof alone, of what was given and nothing else, checked offline to the byte, in the register`;
}

/** Papers of somebody who has died, by their hashes. */
const papers = { certificateHash: 'ab'.repeat(32), kinshipHash: 'cd'.repeat(32) };

async function actedForTheDead(running: Running): Promise<string> {
  const [one, two] = [await staffClient(running, 'officer'), await staffClient(running, 'second-officer')];
  const outcomes: string[] = [];
  for (const wish of ['keep', 'end'] as const) {
    const me = await running.cardHolder();
    const subjectId = me.subjectId();
    await me.api.rights.directive({ wish });
    const ofOne = { subjectId, ticket: await filedFor(one, me) };
    const ofTwo = { subjectId, ticket: await filedFor(two, me) };
    await one.rights.reportDeath({ ...ofOne, ...papers });
    const alone = await codeOf(one.rights.confirmDeath({ ...ofOne, ...papers }));
    demand(alone === 'CALLER_NOT_ALLOWED', `who reported a death confirmed it: ${alone}`);
    await two.rights.confirmDeath({ ...ofTwo, ...papers });
    const signedIn = await codeOf(me.api.consent.status());
    demand(signedIn === 'SIGN_IN_REQUIRED', `somebody signed in as the dead: ${signedIn}`);
    outcomes.push(await codeOf(two.rights.endDeceased(ofTwo)));
  }
  demand(
    outcomes.join() === 'NOT_NOW,OK',
    `ending what was to be kept, and what was to end, got ${outcomes.join()}`,
  );
  return 'after a death two of the staff act on papers, and what the person had said is done';
}
