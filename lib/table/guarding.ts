import { type Clock, secondOf } from '../clock';
import { bindAll, type Checksum, check, hasUnbound, isGuarded, isOver, isWhole } from './bound';
import type { Item, Table, Visible, Write } from './client';
import type { Key } from './keys';
import { ConditionFailed } from './refusal';

/**
 * The table, which binds what opens a door on its way in and checks it on its way out (bound.ts), so that nobody who writes or
 * reads can forget it, at no trip of its own: the key is one of the ring, which is in memory. What a refusal shows of an item is
 * checked as well. An item that is not as the service wrote it can be found, erased and kept; only to read what it says is refused.
 */
export function guarding(table: Table, key: () => Promise<Checksum>, clock: Clock): Table {
  async function checked<T extends (Item | undefined)[]>(items: T): Promise<T> {
    const guarded = items.filter((item): item is Item => item !== undefined && isGuarded(item.entity));
    if (guarded.length > 0) {
      const checksum = await key();
      for (const item of guarded) check(item, checksum);
    }
    return items;
  }

  const isShown = (item: Item, which: Visible = 'alive') =>
    which === 'ended-too' || !isWhole(item) || !isOver(item, clock.now());

  async function bindWrite(write: Write): Promise<Write> {
    const { Put, Update, Delete, ConditionCheck } = write;
    const at = (Put?.Item ?? (Update ?? Delete ?? ConditionCheck)?.Key) as Key;
    return hasUnbound({ Put, Update, Delete, ConditionCheck })
      ? (bindAll(write, at, await key(), secondOf(clock.now())) as Write)
      : write;
  }

  async function showing<T>(written: Promise<T>): Promise<T> {
    try {
      return await written;
    } catch (error) {
      if (error instanceof ConditionFailed) await checked(error.found.map((refused) => refused?.item));
      throw error;
    }
  }

  return {
    ...table,
    async getMany(keys, which) {
      const items = await checked(await table.getMany(keys, which));
      return items.map((item) => (item && isShown(item, which) ? item : undefined));
    },
    async query(query, which, from) {
      const { items, lastKey } = await table.query(query, which, from);
      return { items: (await checked(items)).filter((item) => isShown(item, which)), lastKey };
    },
    async write(...writes) {
      const bound = await Promise.all(writes.map(bindWrite));
      await showing(table.write(...(bound as [Write, ...Write[]])));
    },
    async update(update) {
      const { Update = update } = await bindWrite({ Update: update });
      const [item] = await checked([await showing(table.update(Update))]);
      return item as Item;
    },
  };
}
