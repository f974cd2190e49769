import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { explainPage } from '../../lib/table/readers/explain';

type Ask = { subjectId: string; cursor?: string | undefined };

/** Which rule keeps each record of somebody, why and until when: nothing of it is opened (promise S4). @throws AppError NOT_FOUND */
export async function explainAbout(deps: Deps, { caller, input: { cursor } }: Run<'staff', Ask>) {
  const { about, staffId } = caller;
  if (!about) throw new AppError('NOT_FOUND');
  const { subjectId } = about.person;
  return explainPage(deps, subjectId, { list: `retention/explain ${subjectId}`, reader: staffId, cursor });
}
