import { readAudiencePart } from '../../../../lib/table/notice/audience';
import { staffClient } from '../registers';
import { codeOf, demand, once, type Person, type Running } from '../running';
import { declared, frozen, responders, withPhone } from './scene';

/** B3: who is affected follows from evidence: a ledger, a list, and bounds with their reasons where evidence is missing. */
export async function scopedByEvidence(running: Running): Promise<string> {
  const by = await responders(running);
  const { ling } = by;
  const support = await staffClient(running, 'support');
  const from = new Date().toISOString();
  const appealOf = async (person: Person) =>
    person.api.identity.appeal({ about: 'not-verified', words: '请人工核对。', ...(await once()) });
  const seen = [await running.person(), (await withPhone(running)).person];
  const untouched = await running.person();
  for (const person of seen) {
    const { appealId } = await appealOf(person);
    await support.identity.openAppeal({ subjectId: person.subjectId(), appealId });
  }
  await appealOf(untouched);
  const until = new Date(Date.now() + 1).toISOString();
  const { incidentId } = await declared(by, 1);
  type Asked = Parameters<typeof ling.breach.startScope>[0]['anyOf'];
  const ask = async (anyOf: Asked) => {
    const { scopeId } = await ling.breach.startScope({ incidentId, anyOf, ...(await once()) });
    const scope = await frozen(by, scopeId);
    const members = await readAudiencePart(running.deps.table, scopeId, 0);
    return { ...scope, found: members.map(({ subjectId }) => subjectId).sort() };
  };
  const [first, second] = seen as [Person, Person];
  const opened = [first.subjectId(), 'AAAAAAAAAAAAAAAAAAAAAA'].map((subjectId) => ({
    subjectId,
    kinds: ['phone-number' as const],
  }));
  await ling.breach.uploadOpened({ incidentId, list: 'log', part: 0, opened });
  const touched = { by: 'touched', actor: { kind: 'staff', id: 'support' }, from, until } as const;
  const onList = { by: 'listed', list: 'log' } as const;
  const reach = { kinds: ['phone-number' as const], from, until };
  const missing = ['start-missing' as const];
  const [leak, rest, listed, doubtful] = await Promise.all([
    ask([{ allOf: [touched] }]),
    ask([{ allOf: [touched, { ...onList, not: true }] }]),
    ask([{ allOf: [onList] }]),
    ask([{ allOf: [{ by: 'opened', list: 'log', missing, reach }] }]),
  ]);
  const truth = seen.map((one) => one.subjectId()).sort();
  demand(
    leak.exact && leak.found.join() === truth.join(),
    `of 2 people whom an account of the staff had opened ${leak.found.length} were found`,
  );
  demand(/^[0-9a-f]{64}$/.test(leak.sha256 ?? ''), 'the answer is not fixed as evidence');
  demand(rest.found.join() === second.subjectId(), 'touched and not listed is not who it should be');
  demand(
    listed.found.join() === first.subjectId() && listed.strangers === 1,
    'the list is not who stands on it, with its stranger counted apart',
  );
  const { atLeast, atMost } = doubtful.people;
  demand(
    atLeast === 1 && atMost >= 2 && !doubtful.exact && doubtful.why.length > 0,
    `with a gap in the trail it says at least ${atLeast}, at most ${atMost}`,
  );
  const backwards = { ...touched, from: until, until: from };
  const refused = await codeOf(
    ling.breach.startScope({ incidentId, anyOf: [{ allOf: [backwards] }], ...(await once()) }),
  );
  demand(refused === 'INVALID_INPUT', `a window that ends before it begins got ${refused}`);
  return `a seeded leak of 2 people found exactly by the ledger, 1 without the list, 1 by the list beside a stranger; at least ${atLeast} and at most ${atMost} with a gap in the trail, with the reason`;
}
