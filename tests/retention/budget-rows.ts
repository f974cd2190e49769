import { create } from '../../lib/table/replace';
import type { World } from '../support/world';
import { decided, officer } from './support';

type Prepare = () => Promise<{ input?: unknown; by?: object }>;

/** How the operations about periods are brought to their usual case, for the budgets. */
export function forecastRows(theWorld: () => World): Record<string, Prepare> {
  return {
    'retention/forecast': async () => ({ by: officer }),
    'retention/preview': async () => {
      await theWorld().deps.table.write(create(decided(theWorld())));
      return { input: { rule: 'review-three-years', period: { months: 48 } }, by: officer };
    },
  };
}
