import { AppError } from '../../errors';
import { ConditionFailed, type Table, type Write } from '../client';
import { isHeld } from '../item';
import { type Key, subjectOf } from '../keys';
import { withCondition } from '../merge';
import { noteEnd, noteForgotten } from '../replace';

/** As the person and whoever asks for them read it (PIPL art. 47 para 2). */
export const WHY_HELD = '这项信息依法封存，封存期间不能使用、修改或者删除。';

/**
 * The table, which keeps what is held (promise S3): every write of an item of a person is refused by the database itself
 * where a hold has marked the item, so that nobody who writes can forget it, at the cost of nothing. Where something is to go
 * that is held, it is noted on it instead, in the same transaction, and its release is its end: so an erasure, a sweep, or
 * somebody else who is forgotten is over at once, whatever is held.
 */
export function holding(table: Table): Table {
  return {
    ...table,
    async write(...asked) {
      let writes = asked.map(guarded) as [Write, ...Write[]];
      // Each refusal turns at least one more of them into a note.
      for (;;) {
        try {
          return await table.write(...writes);
        } catch (error) {
          writes = noted(writes, error);
        }
      }
    },
    async update(update) {
      const { Update = update } = guarded({ Update: update });
      try {
        return await table.update(Update);
      } catch (error) {
        noted([{ Update }], error);
        throw error;
      }
    },
  };
}

function guarded(write: Write): Write {
  const { Put, Update, Delete, ofHold } = write;
  const key = (Put?.Item ?? Update?.Key ?? Delete?.Key) as Key | undefined;
  if (ofHold || !key || subjectOf(key) === undefined) return write;
  return withCondition(write, 'attribute_not_exists(heldBy)', {});
}

/**
 * The same writes, those that were to take something held replaced by notes.
 * @throws AppError NOT_NOW where one would change what is held; the error itself where nothing held was in the way
 */
function noted(writes: Write[], error: unknown): [Write, ...Write[]] {
  if (!(error instanceof ConditionFailed)) throw error;
  const { found } = error;
  const meets = (write: Write, at: number) => !write.ofHold && isHeld(found[at]?.item);
  if (!writes.some(meets)) throw error;
  // What has been made anew under a newer consent is not what was seen.
  const isAnother = ({ seen }: Write, at: number) =>
    seen !== undefined && seen.epoch !== found[at]?.item?.epoch;
  if (writes.some((write, at) => meets(write, at) && isAnother(write, at))) throw error;
  return writes.map((write, at) => (meets(write, at) ? noteOf(write) : write)) as [Write, ...Write[]];
}

function noteOf({ Delete, Update, forgets }: Write): Write {
  if (Delete) return noteEnd(Delete.Key as Key);
  if (Update && forgets) return noteForgotten(Update.Key as Key, forgets);
  throw new AppError('NOT_NOW', { why: WHY_HELD });
}
