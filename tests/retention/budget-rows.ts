import { DUE_SHARDS } from '../../lib/table/keys';
import { create } from '../../lib/table/replace';
import type { World } from '../support/world';
import { decided, officer } from './support';

type Prepare = () => Promise<{ input?: unknown; by?: object }>;

/** How the operations about periods are brought to their usual case, for the budgets. */
export function forecastRows(theWorld: () => World): Record<string, Prepare> {
  return {
    'retention/forecast': async () => ({ by: officer }),
    'retention/preview': async () => {
      // One in every part of the index, wherever what others have left lies.
      const parts = new Map<string, ReturnType<typeof decided>>();
      while (parts.size < DUE_SHARDS) {
        const item = decided(theWorld());
        parts.set(String(item.dueShard), item);
      }
      for (const item of parts.values()) await theWorld().deps.table.write(create(item));
      return { input: { rule: 'review-three-years', period: { months: 48 } }, by: officer };
    },
  };
}
