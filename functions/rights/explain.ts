import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import { readCursor, sealCursor } from '../../lib/table/cursor';
import { explainPage } from '../../lib/table/readers/explain';

const LIST = 'rights/explain';

/** Which rule keeps each record of the caller, why and until when (PIPL art. 19, 48; promise S4). */
export async function explainOwn(
  deps: Deps,
  { caller, input }: Run<'subject', { cursor?: string | undefined }>,
) {
  const { subjectId } = caller.person;
  const { cursor } = input;
  const after = cursor === undefined ? undefined : await readCursor(deps.ring, LIST, subjectId, cursor);
  const { explanations, last } = await explainPage(deps.table, subjectId, after);
  return {
    explanations,
    ...(last !== undefined && { cursor: await sealCursor(deps.ring, LIST, subjectId, last) }),
  };
}
