import { type Words, words } from '../../command-line/words';
import type { Running } from '../promises/running';
import { lifeGoesOn } from './after';
import { type DrillResult, Findings } from './findings';
import { judgeBooks, judgeScope } from './judge';
import { leakOf } from './leaks';
import type { DrillOptions } from './options';
import { type Somebody, settle } from './people';
import { carryOut } from './plan';
import { gather } from './team';
import { comesIn, sawNothing } from './witness';

/** Every third one's data gets out. */
const isVictim = (_: Somebody, n: number) => n % 3 === 1;

/**
 * One drill from beginning to end on a running service (promise B9): people, a leak, what happens to some of them since, the
 * whole plan, and what came of it held against what the leaker knows. `tell` hears what is going on.
 */
export async function runDrill(
  running: Running,
  { people: count, leak: id, lose }: Omit<DrillOptions, 'json'>,
  tell: (said: Words) => void = () => {},
): Promise<DrillResult> {
  const findings = new Findings();
  const began = performance.now();
  const team = await gather(running);
  const witness = await comesIn(running);
  const text = await witness.person.api.consent.policy();
  tell(words(`造 ${count} 人`, `making ${count} people`));
  const made = await settle(running.deps, count - 1, text, (done) => {
    if (done % 1000 === 0) tell(words(`已造 ${done} 人`, `${done} are made`));
  });
  const settled = performance.now();
  tell(words('泄露', 'the leak'));
  const leak = await leakOf({ leak: id, lose })(running, [witness.somebody, ...made.filter(isVictim)]);
  const after = await lifeGoesOn(running.deps, made, text);
  const leaked = performance.now();
  const [withdrawn, erased] = [after.withdrawn.size, after.erased.size];
  tell(
    words(
      `${leak.seen.zh}；此后 ${withdrawn} 人撤回同意，${erased} 人的账号被删除。按预案处置`,
      `${leak.seen.en}; since then ${withdrawn} have withdrawn and ${erased} were erased. The plan begins`,
    ),
  );
  const carried = await carryOut(running, team, leak, findings);
  judgeScope(leak, after, carried, findings);
  judgeBooks(made, after, carried, findings);
  const contacts = new Set([witness.somebody, ...made].flatMap((one) => one.contacts));
  const { incidentId, onlyRecorded: recorded, moments, affected } = carried;
  await sawNothing(running, witness, { incidentId, contacts, recorded }, findings);
  const since = (at: number, from = moments.declared) => Math.round((at - from) / 100) / 10;
  return {
    ...{ people: count, leak: id, incidentId },
    seconds: {
      people: since(settled, began),
      leak: since(leaked, settled),
      scope: since(moments.scope),
      firstReport: since(moments.firstReport),
      lastNotice: since(moments.lastNotice),
      closed: since(moments.closed),
    },
    affected: { true: leak.truth.size, ...affected },
    findings: findings.all,
    met: findings.met,
  };
}
