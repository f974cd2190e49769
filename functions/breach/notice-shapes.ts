import * as z from 'zod/mini';
import { channels } from '../../lib/notice/channel';
import { noticeItemIds, noticeStates } from '../../lib/notice/text/items';
import { kindIds } from '../../lib/policy/kinds';
import { noticeMoves } from '../../lib/table/notice/notice';
import { incidentId, sha256 } from './shapes';

/** Of one incident; more are a slip. */
const MAX_NOTICES = 99;
const MAX_ANNOUNCE_DAYS = 365;
/** Longer words are refused by the item's own limit, which is named; this one only keeps a mistake small. */
const MAX_WORDS = 2000;

const number = z._default(z.int().check(z.minimum(1), z.maximum(MAX_NOTICES)), 1);
/** A notice, by its incident and its number there. */
export const ofNotice = { incidentId, number };
/** Of everything that is approved. */
export const hash = sha256;
export const ofExactNotice = { ...ofNotice, hash };
export const scopeId = z.string().check(z.regex(/^[\w-]{1,64}$/));
const kindId = z.enum(kindIds);
export const kindList = z.array(kindId).check(z.minLength(1), z.maxLength(100));
export const reason = z.string().check(z.trim(), z.minLength(4), z.maxLength(500));

/** The channels that lead to the notice in the inbox, in the order in which they are tried. */
export const leadingChannels = ['subscribe', 'sms', 'mail'] as const;
export const channelOrder = z._default(
  z.array(z.enum(leadingChannels)).check(
    z.maxLength(leadingChannels.length),
    z.refine((given) => new Set(given).size === given.length, '同一渠道写了两次'),
  ),
  [...leadingChannels],
);
export const announceDays = z._default(z.int().check(z.minimum(1), z.maximum(MAX_ANNOUNCE_DAYS)), 30);

const oneText = z.optional(z.string().check(z.maxLength(MAX_WORDS)));
/** Every one may be left out, so that the refusal can name it with the article that asks for it. */
export const draftWords = z.strictObject({
  title: oneText,
  state: z.optional(z.enum(noticeStates)),
  causeStatus: z.optional(z.enum(['known', 'under-investigation'])),
  ...(Object.fromEntries(noticeItemIds.map((id) => [id, oneText])) as Record<
    (typeof noticeItemIds)[number],
    typeof oneText
  >),
});

export const evidence = z.strictObject({
  /** Number of the paper. */
  document: z.string().check(z.regex(/^[\w.-]{1,64}$/)),
  /** Of the file that was looked at, in hex. */
  sha256,
});

const bounds = z.object({ atLeast: z.int(), atMost: z.int() });
export const noticeState = z.enum(Object.keys(noticeMoves) as (keyof typeof noticeMoves)[]);

/** What stands over a notice after every act on it. */
export const noticeShown = z.object({
  noticeId: z.string(),
  hash,
  state: noticeState,
  drill: z.boolean(),
  scopeId: z.string(),
  title: z.string(),
  channels: z.array(z.enum(channels)),
  announceDays: z.int(),
  draftedBy: z.string(),
  draftedAt: z.string(),
  approvedBy: z.array(z.string()),
  approvalsNeeded: z.int(),
  sendingAt: z.optional(z.string()),
  /** How many it goes to. `told` and `exempt` are one number each as long as the audience has few enough sets of kinds. */
  whom: z.object({
    people: z.int(),
    certain: z.int(),
    minors: z.int(),
    told: bounds,
    exempt: bounds,
    byKind: z.array(z.object({ kind: z.string(), name: z.string(), people: z.int() })),
  }),
  exemptions: z.array(z.object({ kinds: z.array(z.string()), reason: z.string(), evidence })),
});

/** Exactly what one reader gets by one channel. */
const said = z.object({
  channel: z.enum(channels),
  reader: z.enum(['self', 'guardian', 'everybody']),
  title: z.optional(z.string()),
  text: z.string(),
  template: z.optional(z.string()),
  /** Of a subscribe message: its variables by key, and the page that it opens. */
  values: z.optional(z.record(z.string(), z.string())),
  page: z.optional(z.string()),
  /** Messages that an SMS is sent and billed as. */
  segments: z.optional(z.int()),
});
export const noticePreview = z.object({
  ...noticeShown.shape,
  /** The kinds of a reader in `says`. */
  kinds: z.array(z.string()),
  certain: z.boolean(),
  says: z.array(said),
});
