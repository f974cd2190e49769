import { consentPurposeIds } from '../../../lib/policy/purposes';
import { keys } from '../../../lib/table/keys';
import { ledgerEntry } from '../../../lib/table/ledger/ledger';
import { boundConsents, consent, consentOf, readPerson } from '../../../lib/table/person/person';
import { readKeys } from '../../commands/published-keys';
import { verifyReceipt } from '../../commands/verify-receipt';
import { type Act, actOn, besideAnEntry, codeOf, demand, type Person, type Running } from './running';

/** K2: one act, one purpose; whatever is bundled is refused by the name of the field. */
export async function separateConsents(running: Running): Promise<string> {
  const me = await running.person();
  const good = await actOn(me.api, 0, 'real-name-face');
  const bundles: [string, object][] = [
    ['a list of purposes', { purpose: ['real-name', 'real-name-face'] }],
    ['purposes in one word', { purpose: 'real-name,real-name-face' }],
    ['a wildcard', { purpose: '*' }],
    ['more purposes beside', { purposes: ['real-name'] }],
    ['everything', { all: true }],
  ];
  const before = JSON.stringify(await running.scan());
  for (const [what, change] of bundles) {
    const code = await codeOf(me.api.consent.grant({ ...good, ...change } as Act));
    demand(code === 'INVALID_INPUT', `a grant of ${what} got ${code}`);
  }
  demand(JSON.stringify(await running.scan()) === before, 'a refused bundle changed the table');
  let explained = 0;
  for (const purpose of consentPurposeIds) {
    const { prompts } = await me.api.consent.prompts({ uses: [purpose] });
    const prompt = prompts.find((one) => one.purpose === purpose);
    demand(prompt !== undefined, `nothing is shown before ${purpose}`);
    for (const kind of prompt.kinds.filter(({ class: level }) => !['technical', 'general'].includes(level))) {
      demand(prompt.separate && Boolean(kind.necessity && kind.effect), `${kind.kind} is not explained`);
      explained += 1;
    }
  }
  await me.api.consent.grant(good);
  const { consents } = await me.api.consent.status();
  const open = consents.filter(({ granted }) => granted).map(({ purpose }) => purpose);
  demand(open.join() === 'real-name-face', `one consent opened ${open.join(', ')}`);
  return `${bundles.length} bundles refused without a byte written; ${explained} sensitive kinds explained, each in a prompt of its own; one consent opens one purpose`;
}

/** By hand, as the promise says it, and not as the code has it: 48 hours. */
const ASK_AGAIN_AFTER_SECONDS = 48 * 3600;

/** K5: after a no the question rests, at sign-in and in the prompts, for exactly as long as is said. */
export async function refusalsRest(running: Running): Promise<string> {
  const me = await running.person();
  const asks = async (who: Person) => {
    const { asks: atSignIn } = await who.api.login.signIn({ code: await who.code() });
    const { prompts } = await who.api.consent.prompts({ uses: ['cards'] });
    return [...atSignIn, ...prompts.map(({ purpose }) => purpose)];
  };
  demand((await asks(me)).join() === 'cards,cards', 'a new person is not asked about cards');
  await me.api.consent.refuse(await actOn(me.api, 0));
  for (let time = 0; time < 5; time += 1) {
    const asked = await asks(me);
    demand(asked.length === 0, `asked again at once: ${asked.join(', ')}`);
  }
  const saidNoAgo = (seconds: number) => setRefusal(running, me, Math.floor(Date.now() / 1000) - seconds);
  await saidNoAgo(ASK_AGAIN_AFTER_SECONDS - 60);
  demand((await asks(me)).length === 0, 'asked again a minute before the end');
  await saidNoAgo(ASK_AGAIN_AFTER_SECONDS + 1);
  demand((await asks(me)).join() === 'cards,cards', 'not asked again after the end');
  const again = await actOn(me.api, 2);
  demand((await me.api.consent.grant(again)).granted, 'who changes their mind cannot agree');
  return `not asked in 5 sign-ins after a refusal, nor a minute before ${ASK_AGAIN_AFTER_SECONDS / 3600} h are over; asked again afterwards`;
}

/** As the service itself would have written it: a refusal that somebody else has moved would be obeyed by nobody. */
async function setRefusal({ deps: { table } }: Running, who: Person, atSeconds: number): Promise<void> {
  const key = keys.person(who.subjectId());
  const [item] = await table.getMany([key]);
  const person = item && readPerson(item);
  const refused = person && consentOf(person, 'cards');
  if (!person || !refused) throw new Error('the refusal is not there');
  const consents = { ...person.consents, cards: consent.encode({ ...refused, atSeconds }, 'cards') };
  const bound = boundConsents(consents);
  await table.update({
    Key: key,
    UpdateExpression: `SET consents = :consents, ${bound.set}`,
    ExpressionAttributeValues: { ':consents': consents, ...bound.values },
  });
}

/** K6: every act can be read back and receipted; neither record nor receipt can be altered unseen. */
export async function provableActs(running: Running): Promise<string> {
  const me = await running.person();
  const { api } = me;
  const given = [
    await api.consent.refuse(await actOn(api, 0, 'phone')),
    await api.consent.grant(await actOn(api, 0)),
    await api.consent.withdraw(await actOn(api, 3)),
  ];
  const published = await readKeys(running.api);
  const { entries } = await api.consent.history({});
  for (const { seenEntry, receipt } of given) {
    demand(
      entries.some(({ seq, act }) => seq === seenEntry && act.startsWith('consent.')),
      `act ${seenEntry} is not in the history`,
    );
    const later = await api.consent.receipt({ seq: seenEntry });
    const [first, second] = [
      await verifyReceipt(receipt, published),
      await verifyReceipt(later.receipt, published),
    ];
    demand(
      JSON.stringify(first) === JSON.stringify(second),
      `the receipt of act ${seenEntry} says something else later`,
    );
  }
  const [{ receipt = '' } = {}] = given;
  let forged = 0;
  for (let at = 0; at < receipt.length; at += 7) {
    const other = receipt[at] === 'A' ? 'B' : 'A';
    const altered = receipt.slice(0, at) + other + receipt.slice(at + 1);
    const passes = await verifyReceipt(altered, published).then(
      () => true,
      () => false,
    );
    demand(!passes, `a receipt altered at character ${at} passes`);
    forged += 1;
  }
  const tampered = await tamper(running, me, given[1]?.seenEntry ?? 0);
  return `${given.length} acts read back and receipted twice alike, verified with the published keys; ${forged} altered receipts refused; ${tampered} alterations of a stored act seen and never receipted`;
}

async function tamper({ raw, tableName: TableName }: Running, me: Person, seq: number): Promise<number> {
  const Key = ledgerEntry.key(me.subjectId(), seq);
  const { Item: entry } = await raw.get({ TableName, Key });
  demand(entry !== undefined, 'the act is not stored');
  const names = Object.keys(entry).filter((name) => !besideAnEntry.includes(name));
  for (const name of names) {
    await raw.put({ TableName, Item: { ...entry, [name]: 'altered' } });
    const { intact, entries } = await me.api.consent.history({});
    demand(!intact && entries.length === seq - 1, `an altered ${name} is not seen at its number`);
    const code = await codeOf(me.api.consent.receipt({ seq }));
    demand(code === 'RECORD_ALTERED', `a receipt of an act with an altered ${name} got ${code}`);
  }
  await raw.put({ TableName, Item: entry });
  demand((await me.api.consent.history({})).intact, 'the restored act does not verify');
  return names.length;
}
