import { DAY_MS, toInstant } from '../../lib/clock';
import { repeatMark, writeActs } from '../../lib/consent/write-act';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import { spendWrite, tooMany } from '../../lib/gate/limit';
import type { Run } from '../../lib/gate/operation';
import type { ConsentPurposeId } from '../../lib/policy/purposes';

/** Each is a line that stays for years, and a process; who wants it gone for good withdraws the consent. */
export const PARTS_ERASED_PER_DAY = { name: 'PARTS_ERASED_PER_DAY', max: 20, windowMs: DAY_MS } as const;

type Part = { purpose: ConsentPurposeId; seenEntry: number; idempotencyKey: string };

/**
 * Erases everything that rests on one purpose, and leaves the consent as it stands (PIPL art. 47; promise R3): what is there
 * belongs to an epoch that ends with this call, so nobody sees it again, no call under way adds to it, and a process takes it
 * away with what leads to it. What comes afterwards is new.
 * @throws AppError NOT_NOW where nothing rests on the purpose; VERSION_CONFLICT | IDEMPOTENCY_CONFLICT | TOO_MANY_ATTEMPTS |
 *   BUSY
 */
export async function erasePart(deps: Deps, { input, caller, requestId }: Run<'subject', Part>) {
  const { person, sealer } = caller;
  const { purpose, seenEntry, idempotencyKey } = input;
  const request = await repeatMark(deps, person.subjectId, idempotencyKey, ['erase', input]);
  const at = toInstant(deps.clock.now());
  const write = await spendWrite(deps, PARTS_ERASED_PER_DAY, person.subjectId);
  const counted = { write, refused: tooMany(deps, PARTS_ERASED_PER_DAY) };
  const naming = { purpose, seenEntry, request, sealer, counted };
  const { state } = await writeActs(deps, person, naming, (before) => {
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
