import type { Deps } from '../../lib/deps';
import { aboutOf, type Run } from '../../lib/gate/operation';
import { explainPage } from '../../lib/table/readers/explain';

type Ask = { subjectId: string; cursor?: string | undefined };

/** Which rule keeps each record of somebody, why and until when: nothing of it is opened (promise S4). */
export async function explainAbout(deps: Deps, { caller, input: { cursor } }: Run<'staff', Ask>) {
  const { subjectId } = aboutOf(caller).person;
  return explainPage(deps, subjectId, {
    list: `retention/explain ${subjectId}`,
    reader: caller.staffId,
    cursor,
  });
}
