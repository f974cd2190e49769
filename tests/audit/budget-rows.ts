import { EVERYBODY } from '../../functions/audit/everybody';
import { parseToken } from '../../lib/crypto/token';
import { sealCursor } from '../../lib/table/cursor';
import { EVERYONE_SHARDS, shardOf } from '../../lib/table/keys';
import type { Caller, World } from '../support/world';

const staffId = 'he';
const by = { token: `staff:${staffId}:auditor` };
const window = { from: '2026-11-01T00:00:00.000Z', to: '2027-01-01T00:00:00.000Z' };

/** How the operations of the auditor are brought to their usual case, for the budgets. */
export function auditRows(theWorld: () => World, me: () => Caller) {
  return {
    'audit/chains': async () => ({ by }),
    'audit/chain': async () => ({ input: { chain: 'policy', owner: 'POLICY' }, by }),
    'audit/everybody': async () => {
      const { ring } = theWorld().deps;
      const shard = shardOf(parseToken(me().token)?.subjectId ?? '', EVERYONE_SHARDS);
      // A part of the index in which somebody is.
      const cursor = await sealCursor(ring, EVERYBODY, staffId, JSON.stringify({ shard }));
      return { input: { ...window, limit: 1, cursor }, by };
    },
    'audit/member': async () => ({ input: { staffId: 'wu', ...window }, by }),
  };
}
