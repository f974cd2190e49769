import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { readCursor, sealCursor } from '../../lib/table/cursor';
import { explainPage } from '../../lib/table/readers/explain';

type Ask = { subjectId: string; cursor?: string | undefined };

/** Which rule keeps each record of somebody, why and until when: nothing of it is opened (promise S4). @throws AppError NOT_FOUND */
export async function explainAbout(deps: Deps, { caller, input }: Run<'staff', Ask>) {
  const { about, staffId } = caller;
  if (!about) throw new AppError('NOT_FOUND');
  const { subjectId } = about.person;
  const list = `retention/explain ${subjectId}`;
  const { cursor } = input;
  const after = cursor === undefined ? undefined : await readCursor(deps.ring, list, staffId, cursor);
  const { explanations, last } = await explainPage(deps.table, subjectId, after);
  return {
    explanations,
    ...(last !== undefined && { cursor: await sealCursor(deps.ring, list, staffId, last) }),
  };
}
