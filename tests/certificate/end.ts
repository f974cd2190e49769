import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { type Certifies, certifyBy } from '../../lib/process/end-account/certify';
import { noteWays, surveyBefore } from '../../lib/process/end-account/survey';
import type { ProcessKind, Step } from '../../lib/process/kind';
import { runProcess } from '../../lib/process/run';
import type { Item, Write } from '../../lib/table/client';
import { keys } from '../../lib/table/keys';
import { buryPerson } from '../../lib/table/person/bury';
import { person } from '../../lib/table/person/person';
import { beginProcess, personProcess } from '../../lib/table/process/process';
import { eraseSteps } from '../../lib/table/readers/erase';
import type { World } from '../support/world';

/** What an eraser leaves behind, for a verifier to find. */
export type Fault = {
  /** Items that it does not take. */
  keeps?(item: Item): boolean;
  keepsFiles?: boolean;
  /** Writes that it does not make. */
  drops?(write: Write): boolean;
  /** What comes to be there in the middle of it. */
  adds?: Write;
};

/** A partner of the certificate to whom all is well. */
export const allWell: Certifies = { isBuried: async () => true, confirmed: async () => new Set() };

/** Takes the key and the ways in, as the first step of an end does: nothing of the person's own can be written any more. */
export async function bury({ deps }: World, subjectId: string): Promise<void> {
  const [item] = await deps.table.getMany([keys.person(subjectId)]);
  if (!item) throw new Error('nobody is there');
  const writes = buryPerson(item, toInstant(deps.clock.now()));
  await deps.table.write(...(writes as [Write, ...Write[]]), noteWays(item, deps.clock.now()));
}

/** Erases what the declarations name, but for what it is told to leave. */
function eraser({ keeps = () => false, keepsFiles = false, drops = () => false, adds }: Fault): Step {
  return async (deps, { process }) => {
    const { subjectId = '' } = process;
    const goes = (item: Item) =>
      item.entity !== personProcess.name && item.entity !== person.name && !keeps(item);
    for await (const { files, writes } of eraseSteps(deps.table, subjectId, { goes })) {
      if (files.length > 0 && !keepsFiles) await deps.objects.remove(files);
      await deps.table.write(...(writes.filter((write) => !drops(write)) as typeof writes));
    }
    if (adds) await deps.table.write(adds);
    return { to: 'certify' };
  };
}

export function endWith(fault: Fault = {}, certifies: Certifies = allWell): Record<string, ProcessKind> {
  return { end: { survey: surveyBefore('items'), items: eraser(fault), certify: certifyBy(certifies) } };
}

/** Ends somebody's account but for what the fault leaves, and says what became of the process. */
export async function end(
  world: World,
  subjectId: string,
  {
    fault = {},
    certifies = allWell,
    deps = world.deps,
    receipt = 'receipt',
  }: {
    fault?: Fault;
    certifies?: Certifies;
    deps?: Deps;
    receipt?: string;
  } = {},
): Promise<{ outcome: string; again(deps?: Deps, fault?: Fault): Promise<string> }> {
  const ref = { kind: 'end', id: `end-of-${subjectId}`, subjectId };
  const ask = async (by: Deps, so: Fault) =>
    (await runProcess(by, ref, 'run', endWith(so, certifies))).outcome;
  await world.deps.table.write(beginProcess(ref, 'survey', { parts: 1, receipt }, world.deps.clock.now()));
  return {
    outcome: await ask(deps, fault),
    again: (by = world.deps, so = {}) => ask(by, so),
  };
}
