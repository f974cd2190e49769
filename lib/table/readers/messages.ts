import { HELD, NONE_LEFT, type PartnerChannel } from '../../notice/channel';
import { channelPartners } from '../../notice/channel-partners';
import { CLAIM_MS } from '../../notice/rules';
import { allOf, anyOf, certainly, out, perhaps, type Verdict } from '../../scope/verdict';
import type { Recipient, Try } from '../notice/recipient';
import type { Window } from './scope';

const channels = Object.entries(channelPartners) as [
  PartnerChannel,
  (typeof channelPartners)[PartnerChannel],
][];

/** Whether notices go by a recipient of the registry. */
export const isChannelPartner = (id: string): boolean =>
  channels.some(([, { recipient }]) => recipient === id);

/**
 * What one person's row of a notice says of a partner in a window: whether the partner was given a message for them, and so their
 * address (promises B3, D1). It was handed over between the claim and the answer, at most as long after the claim as a
 * worker may be at it. Where only a part of that lies in the window, where nobody knows whether it went out, and for earlier
 * attempts, of which only the last is kept, it is in doubt.
 */
export function messagesIn(row: Recipient, recipient: string, window: Window): Verdict {
  const found = channels.find(([, one]) => one.recipient === recipient);
  if (!found || row.drill) return out;
  const [channel, { kind }] = found;
  return anyOf(
    row.tries.flatMap((one) => {
      if (one.channel !== channel || one.attempt === 0) return [];
      const atMs = Date.parse(one.at);
      const answeredMs = one.answeredAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(one.answeredAt);
      // A receipt puts its own moment in the place of the answer's.
      const handing = { fromMs: atMs, untilMs: Math.min(answeredMs, atMs + CLAIM_MS) };
      const handed = allOf([within(handing, window), gave(one)]);
      const earlier =
        one.attempt > 1 && overlaps({ fromMs: Date.parse(row.at), untilMs: atMs }, window) ? unsure : out;
      return [handed, earlier].map((verdict) => withKind(verdict, kind));
    }),
  );
}

const unsure = perhaps(['message-unsure']);

/** Whether the partner was given the message, by what is known of it. */
function gave({ state, code }: Try): Verdict {
  if (state === 'sent' || state === 'delivered') return certainly();
  if (state === 'temporary-failure' || state === 'permanent-failure')
    return code === NONE_LEFT ? out : certainly();
  if (state === 'created') return code === HELD ? out : unsure;
  return state === 'skipped' ? out : unsure;
}

const overlaps = (one: Window, other: Window) => one.fromMs < other.untilMs && one.untilMs >= other.fromMs;

function within(one: Window, window: Window): Verdict {
  if (!overlaps(one, window)) return out;
  return one.fromMs >= window.fromMs && one.untilMs < window.untilMs ? certainly() : unsure;
}

function withKind({ is, why }: Verdict, kind: (typeof channelPartners)[PartnerChannel]['kind']): Verdict {
  if (is === 'out') return out;
  return is === 'in' ? certainly([kind]) : perhaps(why, [kind]);
}
