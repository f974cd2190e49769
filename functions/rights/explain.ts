import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import { explainPage } from '../../lib/table/readers/explain';

/** Which rule keeps each record of the caller, why and until when (PIPL art. 19, 48; promise S4). */
export async function explainOwn(
  deps: Deps,
  { caller, input: { cursor } }: Run<'subject', { cursor?: string | undefined }>,
) {
  const { subjectId } = caller.person;
  return explainPage(deps, subjectId, { list: 'rights/explain', reader: subjectId, cursor });
}
