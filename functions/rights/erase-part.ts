import { toInstant } from '../../lib/clock';
import { repeatMark, writeActs } from '../../lib/consent/write-act';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import type { ConsentPurposeId } from '../../lib/policy/purposes';

type Part = { purpose: ConsentPurposeId; seenEntry: number; idempotencyKey: string };

/**
 * Erases everything that rests on one purpose, and leaves the consent as it stands (PIPL art. 47; promise R3): what is there
 * belongs to an epoch that ends with this call, so nobody sees it again, no call under way adds to it, and a process takes it
 * away with what leads to it. What comes afterwards is new.
 * @throws AppError NOT_NOW where nothing rests on the purpose; VERSION_CONFLICT | IDEMPOTENCY_CONFLICT | BUSY
 */
export async function erasePart(deps: Deps, { input, caller, requestId }: Run<'subject', Part>) {
  const { person, sealer } = caller;
  const { purpose, seenEntry, idempotencyKey } = input;
  const request = await repeatMark(deps, person.subjectId, idempotencyKey, ['erase', input]);
  const at = toInstant(deps.clock.now());
  const { state } = await writeActs(deps, person, { purpose, seenEntry, request, sealer }, (before) => {
    // What rested on an ended consent is being erased already.
    if (!before?.granted)
      throw new AppError('NOT_NOW', { why: '这一项没有您的同意，也就没有保存的信息。', purpose });
    const { entry: _, request: __, ...stands } = before;
    return {
      entry: { at, act: 'erasure.asked', actor: 'self', purpose, requestId },
      state: { ...stands, epoch: stands.epoch + 1 },
      ends: true,
    };
  });
  return { purpose, granted: state.granted, seenEntry: state.entry };
}
