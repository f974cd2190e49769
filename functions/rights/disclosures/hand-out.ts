import { HOUR_MS, toInstant } from '../../../lib/clock';
import type { Deps } from '../../../lib/deps';
import { AppError } from '../../../lib/errors';
import { spend } from '../../../lib/gate/limit';
import type { Run } from '../../../lib/gate/operation';
import { STAFF_ACCESSES_PER_HOUR } from '../../../lib/gate/staff';
import { HAND_OUT_HOURS } from '../../../lib/policy/disclosure';
import type { KindId } from '../../../lib/policy/kinds';
import { beginTelling, disclosureProcess, lineOf } from '../../../lib/process/disclosure';
import { type Disclosure, wasSecret } from '../../../lib/table/disclosure/disclosure';
import { moveDisclosure } from '../../../lib/table/disclosure/open-disclosure';
import { keys } from '../../../lib/table/keys';
import { askOf, demandLife } from '../../../lib/table/person/life';
import { type Person, readPerson } from '../../../lib/table/person/person';
import { openPerson } from '../../../lib/table/person/person-key';
import { lostRace, untilWon } from '../../../lib/table/races';
import { recordsOfKinds } from '../../../lib/table/readers/of-kinds';
import { appendRetention } from '../../../lib/table/retention/append';
import { demandStanding } from './decide';
import { readDisclosure, shown } from './show';

/** More than this is no answer to one demand, and does not fit into one reply. */
const MAX_RECORDS = 2000;

type HandOut = { disclosureId: string };

/**
 * Hands out what was approved: of that person the kinds that are named, and nothing else (promise D4). Before anything is opened
 * the register says so: the person's own, or while a law keeps it secret the disclosure itself and the service's chain, from
 * which it comes into theirs when that ends. Whoever has handed out may fetch it again for a day, after a lost answer: it is one
 * act, with one line.
 * @throws AppError NOT_FOUND | NOT_NOW | TOO_MANY_ATTEMPTS | LIMIT_REACHED; CALLER_NOT_ALLOWED to another officer than who began
 */
export async function handOut(deps: Deps, { caller, input, requestId }: Run<'staff', HandOut>) {
  const { disclosureId } = input;
  await spend(deps, STAFF_ACCESSES_PER_HOUR, caller.staffId);
  const { of, person } = await untilWon(() =>
    register(deps, disclosureId, caller.staffId, requestId).catch(lostRace),
  );
  const sealer = await openPerson(deps, person);
  if (!sealer) throw new AppError('NOT_FOUND');
  const records: { entity: string; values: { attribute: string; kinds: KindId[]; value: unknown }[] }[] = [];
  for await (const { entity, values } of recordsOfKinds(deps, of.subjectId, new Set(of.kinds), sealer)) {
    if (records.length === MAX_RECORDS)
      throw new AppError('LIMIT_REACHED', { limit: 'MAX_RECORDS', max: MAX_RECORDS });
    records.push({ entity, values: values.map((one) => ({ ...one, kinds: [...one.kinds] })) });
  }
  return { disclosure: shown(of, deps.clock.now()), records };
}

/** The disclosure as it is handed out and the person, once the register says so; nothing is written where it did before. */
async function register(
  deps: Deps,
  disclosureId: string,
  staff: string,
  requestId: string,
): Promise<{ of: Disclosure; person: Person }> {
  const opened = await readDisclosure(deps, disclosureId);
  const { disclosure: before } = opened;
  const nowMs = deps.clock.now();
  const [item] = await deps.table.getMany([keys.person(before.subjectId)]);
  if (!item) throw new AppError('NOT_FOUND');
  const person = readPerson(item);
  demandLife(person, askOf('staff', { purpose: 'accountability' }));
  if (isFetchedAgain(before, nowMs)) {
    if (before.handedOutBy !== staff)
      throw new AppError('CALLER_NOT_ALLOWED', { why: '已由另一位工作人员取出，由其重取。' });
    return { of: before, person };
  }
  demandStanding(before, 'approved', nowMs);
  // By hand as well: nothing makes the seal of an approval but the service, and nobody's draft is approved by themselves.
  if (before.decidedBy === undefined || before.decidedBy === before.draftedBy)
    throw new AppError('CALLER_NOT_ALLOWED');
  const at = toInstant(nowMs);
  const change = { state: 'handed-out', handedOutBy: staff, handedOutAt: at } as const;
  const isSecret = wasSecret({ ...before, ...change });
  const keptFromAt = isSecret ? (before.secretUntil ?? at) : at;
  const after = { ...before, ...change, keptFromAt };
  const line = isSecret ? [] : await lineOf(deps, person, after, requestId);
  const details = { disclosureId, staff };
  await appendRetention(deps, { act: 'disclosure.handed-out', details }, [
    ...line,
    moveDisclosure(opened, { ...change, keptFromAt }),
    beginTelling(disclosureId, nowMs),
  ]);
  await deps.queue.send([disclosureProcess(disclosureId)]);
  return { of: after, person };
}

function isFetchedAgain({ handedOutAt }: Disclosure, nowMs: number): boolean {
  return handedOutAt !== undefined && nowMs < Date.parse(handedOutAt) + HAND_OUT_HOURS * HOUR_MS;
}
