import { EVERYBODY } from '../../functions/audit/everybody';
import { parseToken } from '../../lib/crypto/token';
import { beijingDay } from '../../lib/policy/working-days';
import { sealCursor } from '../../lib/table/cursor';
import { EVERYONE_SHARDS, shardOf } from '../../lib/table/keys';
import { appendRetention } from '../../lib/table/retention/append';
import { declare } from '../breach/support';
import { ticketOf } from '../support/ticket';
import { onceKey, type World } from '../support/world';

const staffId = 'he';
const by = { token: `staff:${staffId}:auditor` };
const window = { from: '2026-11-01T00:00:00.000Z', to: '2027-01-01T00:00:00.000Z' };

/** How the operations of the auditor are brought to their usual case, for the budgets. */
export function auditRows(theWorld: () => World) {
  const somebody = async () => parseToken((await theWorld().signIn(onceKey())).token)?.subjectId ?? '';
  return {
    'audit/chains': async () => ({ by }),
    'audit/chain': async () => {
      await appendRetention(theWorld().deps, { act: 'hold.placed' });
      const { incidentId } = await declare(theWorld());
      // The others are followed like it; that of the policy is longer than the usual case.
      await theWorld().ok('audit/chain', { chain: 'policy', owner: 'POLICY' }, by);
      await theWorld().ok('audit/chain', { chain: 'incident', owner: incidentId }, by);
      return { input: { chain: 'retention', owner: 'service', limit: 1 }, by };
    },
    'audit/everybody': async () => {
      // A part of the index in which somebody is.
      const shard = shardOf(await somebody(), EVERYONE_SHARDS);
      const cursor = await sealCursor(theWorld().deps.ring, EVERYBODY, staffId, JSON.stringify({ shard }));
      return { input: { ...window, limit: 1, cursor }, by };
    },
    'audit/putBack': async () => {
      const { deps } = theWorld();
      const day = beijingDay(deps.clock.now());
      const person = (await deps.ring.dayCipher(day))?.of(await somebody()) ?? '';
      const entry = {
        act: 'state.put-back',
        kind: 'person',
        details: { how: 'earlier', day, person },
      } as const;
      await appendRetention(deps, entry, [], 'put-back');
      return { by };
    },
    'audit/member': async () => {
      const [member, subjectId] = [`member-${onceKey()}`, await somebody()];
      const ticket = await ticketOf(theWorld(), subjectId, member);
      const about = { subjectId, reason: 'rights-request', ticket };
      await theWorld().ok('consent/inspect', about, { token: `staff:${member}:officer` });
      return { input: { staffId: member, ...window }, by };
    },
  };
}
