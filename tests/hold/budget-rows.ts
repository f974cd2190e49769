import { DAY_MS, toInstant } from '../../lib/clock';
import { declare } from '../breach/support';
import { holder, newCard } from '../cards/support';
import { ticketOf } from '../support/ticket';
import { onceKey, type World } from '../support/world';
import { officer, place, saying } from './support';

type Prepare = () => Promise<{ input?: unknown; by?: object }>;

/** How the operations about holds are brought to their usual case, for the budgets. */
export function holdRows(theWorld: () => World): Record<string, Prepare> {
  const somebody = async () => {
    const caller = await holder(theWorld(), `held-${onceKey()}`);
    await newCard(theWorld(), caller);
    return caller;
  };
  const placed = async () => place(theWorld(), (await somebody()).subjectId, { kinds: ['card-name'] });
  const reviewAt = () => toInstant(theWorld().deps.clock.now() + 60 * DAY_MS);
  const staff = () => {
    const member = `hold-${onceKey()}`;
    return [member, { token: `staff:${member}:officer` }] as const;
  };
  return {
    'retention/hold': async () => {
      const { subjectId } = await somebody();
      const [member, by] = staff();
      const ticket = await ticketOf(theWorld(), subjectId, member);
      return { input: { ...saying(theWorld()), subjectId, ticket, kinds: ['card-name'] }, by };
    },
    'retention/holdIncident': async () => {
      const { incidentId } = await declare(theWorld());
      return { input: { ...saying(theWorld()), incidentId }, by: officer };
    },
    'retention/holds': async () => ({ by: officer }),
    'retention/openHold': async () => ({ input: { holdId: await placed() }, by: staff()[1] }),
    'retention/reviewHold': async () => ({
      input: { holdId: await placed(), reviewAt: reviewAt() },
      by: staff()[1],
    }),
    'retention/releaseHold': async () => ({ input: { holdId: await placed() }, by: staff()[1] }),
    'retention/explain': async () => {
      const { subjectId } = await somebody();
      const [member, by] = staff();
      return {
        input: { subjectId, reason: 'complaint', ticket: await ticketOf(theWorld(), subjectId, member) },
        by,
      };
    },
    'rights/held': async () => {
      const by = await somebody();
      await place(theWorld(), by.subjectId, { kinds: ['card-name'] });
      return { by };
    },
    'rights/explain': async () => ({ by: await somebody() }),
  };
}
