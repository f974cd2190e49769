import { MINUTE_MS, toInstant } from '../clock';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { dormancyAsks } from '../policy/dormancy';
import { beijingDay } from '../policy/working-days';
import { slicesOf } from '../slices';
import type { Write } from '../table/client';
import { watchChange } from '../table/person/dormancy';
import type { Person } from '../table/person/person';
import { watchSince } from '../table/person/watch';
import { beginProcess } from '../table/process/process';
import { audienceProcess, beginAudience } from './audience/begin';
import { duePeople, isDormant, putOff } from './audience/dormancy';
import { beginClosing } from './end-account/closing';
import type { Next, ProcessKind, StepInput } from './kind';

/** Accounts that are closed side by side. */
const AT_ONCE = 10;

/**
 * What is done once a day about accounts that nobody uses: whoever is due is asked, by the engine of all notices, 30 and then 7
 * days before; who was asked twice and has not been here is closed, with the same cooling-off as by their own wish.
 */
export const dormancy: ProcessKind = { ask, close };

/** Begins it, in the transaction that happens once a day; the next run of the timer takes it up. */
export function beginDormancy(nowMs: number): Write {
  const ref = { kind: 'dormancy', id: toInstant(nowMs).replace(/\D/g, '') };
  return beginProcess(ref, 'ask', {}, nowMs + MINUTE_MS);
}

/** The moment at which it began tells its notices from those of any other. */
async function ask({ clock }: Deps, { process: { id } }: StepInput): Promise<Next> {
  const nowMs = clock.now();
  const begun = dormancyAsks.map((days) => {
    const ref = audienceProcess(`dormant-${days}-${id.slice(-9)}`, nowMs);
    return { ref, write: beginAudience(ref, 'dormancy', { days }, nowMs) };
  });
  return {
    to: 'close',
    writes: begun.map(({ write }) => write),
    starts: begun.map(({ ref }) => ref),
  };
}

async function close(deps: Deps, { process: { state }, requestId }: StepInput): Promise<Next> {
  const nowMs = deps.clock.now();
  const { people, next } = await duePeople(deps, 0, state);
  const dormant = people.filter((person) => isDormant(person, nowMs));
  for (const some of slicesOf(dormant, AT_ONCE))
    await Promise.all(some.map((person) => closeOne(deps, person, requestId)));
  const writes = people.filter((one) => !dormant.includes(one)).map((person) => putOff(person, 0, nowMs));
  const count = Number(state.count ?? 0) + dormant.length;
  return next ? { to: 'close', state: { ...next, count }, writes } : { to: 'end', writes, count };
}

/** Refused by the table when they have been here meanwhile. Whoever takes the closing back waits anew. */
async function closeOne(deps: Deps, person: Person, requestId: string): Promise<void> {
  const watch = watchSince(person.subjectId, beijingDay(deps.clock.now()));
  const only = {
    change: watchChange(person, watch),
    holds: (now: Person) => now.usedOn === person.usedOn && now.dueAt === person.dueAt,
  };
  try {
    await beginClosing(deps, person, { actor: 'service', way: 'dormancy', requestId }, { only });
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'NOT_NOW')) throw error; // here again, or moved on meanwhile
  }
}
