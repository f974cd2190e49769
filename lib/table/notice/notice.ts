import * as z from 'zod/mini';
import { channels } from '../../notice/channel';
import { approvalsOf } from '../../notice/kinds';
import { plain, type ValueOf } from '../attribute';
import type { Item, Table, Write } from '../client';
import { declareEntity } from '../entity';
import { indexPage } from '../index-page';
import type { Key } from '../keys';
import { ofService } from '../place';
import { create } from '../replace';

/** In the index `everyone`: every notice there is. */
const EVERY_NOTICE = 'EVERYONE#NOTICES';

/** How a notice stands, and which states each leads to. */
export const noticeMoves = {
  proposed: ['proposed', 'approved'],
  approved: ['sending', 'stopped'],
  sending: ['paused', 'done', 'stopped'],
  paused: ['sending', 'stopped'],
  done: [],
  stopped: [],
} as const satisfies Record<string, readonly string[]>;
export type NoticeState = keyof typeof noticeMoves;
const states = Object.keys(noticeMoves) as NoticeState[];

const exemption = z.object({
  kinds: z.array(z.string()),
  reason: z.string(),
  /** The paper that says so: its number, and the SHA-256 of what was looked at. */
  evidence: z.object({ document: z.string(), sha256: z.string() }),
});

const proposal = z.object({
  by: z.string(),
  at: z.string(),
  /** How long it is announced to everybody. */
  announceDays: z.int(),
  /** Keyed checksum of everything that is approved, of who proposed and of who has approved it (lib/notice/approval.ts). */
  seal: z.string(),
});

/**
 * What is told to many: the words for each channel, to whom, and who has approved it (promise B4). Frozen once it is
 * approved; then only its state moves. It names nobody: whom it goes to stands in the parts of its audience.
 */
export const noticeEntity = declareEntity('notice', {
  place: ofService('incident', (noticeId) => ({ pk: `NOTICE#${noticeId}`, sk: 'NOTICE' })),
  life: { rule: 'incident-life', until: 'endsAtSeconds' },
  unguarded: 'a seal of its own covers everything that is approved, and who has approved it',
  attributes: {
    everyoneShard: plain('notice-record', z._default(z.literal(EVERY_NOTICE), EVERY_NOTICE)),
    noticeId: plain('notice-record', z.string()),
    /** What it is about: `breach`, `policy`, … */
    kind: plain('notice-record', z.string()),
    /** Of a drill: it never gets a real channel (promise B9). */
    drill: plain('notice-record', z.boolean()),
    state: plain('notice-record', z.enum(states)),
    audienceId: plain('notice-record', z.string()),
    /** Parts of the audience, numbered from 0. */
    parts: plain('notice-record', z.int()),
    /** In the order in which they are tried. */
    channels: plain('notice-record', z.array(z.enum(channels))),
    /** What the client of each channel is given, as JSON: public words, and no value of anybody's. */
    texts: plain('notice-record', z.record(z.string(), z.string())),
    /** Who is not told, why, and what proves it (PIPL art. 57 para 2): lib/notice/exemption.ts. */
    exemptions: plain('notice-record', z._default(z.array(exemption), [])),
    /** Who proposed it; `service` where nobody drafts it. */
    proposal: plain('notice-record', z.optional(proposal)),
    /** Staff who have approved it, exactly as it is. */
    approvedBy: plain('notice-record', z.array(z.string())),
    /** When it ends by the clock; absent where it ends with its incident. */
    endsAtSeconds: plain('notice-record', z.optional(z.int())),
    /** Since when it is sent. */
    sendingAt: plain('notice-record', z.optional(z.string())),
    /** Since when nothing of it goes out any more. */
    endedAt: plain('notice-record', z.optional(z.string())),
    /** Counts every change. Of two at once one is refused. */
    version: plain('notice-record', z.int()),
  },
});
export type Notice = Omit<ValueOf<typeof noticeEntity>, 'everyoneShard'>;

export const noticeKey = (noticeId: string): Key => noticeEntity.key(noticeId);

export function noticeOf(item: Item | undefined): Notice | undefined {
  return noticeEntity.read(item);
}

export async function readNotice(table: Table, noticeId: string): Promise<Notice | undefined> {
  const [item] = await table.getMany([noticeKey(noticeId)]);
  return noticeOf(item);
}

/** A page of the notices of which something may have gone out in a window, from behind one of them. Drills send nothing. */
export async function noticesSent(
  table: Table,
  { from, until }: { from: string; until: string },
  limit: number,
  after: string | undefined,
): Promise<{ notices: Notice[]; last: string | undefined }> {
  const start = after === undefined ? undefined : { ...noticeKey(after), everyoneShard: EVERY_NOTICE };
  const { items, lastKey } = await indexPage(table, 'everyone', EVERY_NOTICE, { limit, after: start });
  const found = (await table.getMany(items.map(({ pk, sk }) => ({ pk, sk })))).flatMap(
    (item) => noticeOf(item) ?? [],
  );
  const notices = found.filter(
    ({ drill, sendingAt, endedAt }) =>
      !drill && sendingAt !== undefined && sendingAt < until && (endedAt === undefined || endedAt >= from),
  );
  return { notices, last: lastKey?.pk.slice(noticeKey('').pk.length) };
}

/** Begins a notice. Refused where there is one. */
export function putNotice(value: Omit<Notice, 'version'>): Write {
  return create(noticeEntity.make(value.noticeId, undefined, { ...value, version: 1 }));
}

/** What may still change while it has not been approved. */
type Proposed = Pick<Notice, 'audienceId' | 'parts' | 'channels' | 'texts' | 'exemptions' | 'proposal'>;

/**
 * Changes a notice that has not been approved. Whoever had approved it has not approved this. Refused when somebody has
 * changed it meanwhile.
 * @throws Error once it is approved: a programming error
 */
export function changeNotice(before: Notice, change: Proposed): Write {
  demandMove(before, 'proposed');
  const { audienceId, parts, channels, texts, exemptions, proposal: by } = change;
  const changed = { audienceId, parts, channels, texts, exemptions, proposal: by };
  return put(before, { ...before, ...changed, approvedBy: [] });
}

/**
 * Approves a notice exactly as it was read; the last approval that is needed freezes it. The table itself refuses who proposed
 * it, who has approved it already, and everybody when it was changed meanwhile (promise B4).
 * @throws Error for one that is not proposed: a programming error
 */
export function approveNotice(
  before: Notice,
  staffId: string,
  approved: NonNullable<Notice['proposal']>,
): Write {
  const approvedBy = [...before.approvedBy, staffId];
  const state = approvedBy.length >= approvalsOf(before.kind) ? 'approved' : 'proposed';
  demandMove(before, state);
  return put(
    before,
    { ...before, state, approvedBy, proposal: approved },
    {
      ConditionExpression: 'proposal.#by <> :staff AND NOT contains(approvedBy, :staff)',
      ExpressionAttributeNames: { '#by': 'by' },
      ExpressionAttributeValues: { ':staff': staffId },
    },
  );
}

/** A notice that is sent for the first time: only one that is approved by enough, none of whom proposed it. */
const approvedByOthers = ({ kind }: Notice): Condition => ({
  ConditionExpression:
    '#state = :approved AND size(approvedBy) >= :needed AND NOT contains(approvedBy, proposal.#by)',
  ExpressionAttributeNames: { '#state': 'state', '#by': 'by' },
  ExpressionAttributeValues: { ':approved': 'approved', ':needed': approvalsOf(kind) },
});

/**
 * Moves an approved notice on: begins, pauses, goes on, stops, ends. Refused when somebody has moved it meanwhile.
 * @throws Error for a move that there is not
 */
export function moveNotice(before: Notice, state: NoticeState, at: string): Write {
  demandMove(before, state);
  const sendingAt = before.sendingAt ?? (state === 'sending' ? at : undefined);
  const isOver = state === 'done' || state === 'stopped';
  const after = {
    ...before,
    state,
    ...(sendingAt !== undefined && { sendingAt }),
    ...(isOver && { endedAt: at }),
  };
  const begins = before.state === 'approved' && state === 'sending' && before.proposal !== undefined;
  return put(before, after, begins ? approvedByOthers(before) : undefined);
}

/** Refuses a transaction where there is a notice of that name. */
export const noNotice = (noticeId: string): Write => ({
  ConditionCheck: { Key: noticeKey(noticeId), ConditionExpression: 'attribute_not_exists(pk)' },
});

/** Whether a notice may go over into a state. */
export function mayMove({ state }: Pick<Notice, 'state'>, to: NoticeState): boolean {
  return (noticeMoves[state] as readonly NoticeState[]).includes(to);
}

function demandMove(before: Notice, to: NoticeState): void {
  if (!mayMove(before, to)) throw new Error(`a notice that is ${before.state} is not to be ${to}`);
}

type Condition = Required<
  Pick<
    NonNullable<Write['Put']>,
    'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
  >
>;

function put(before: Notice, after: Notice, condition?: Condition): Write {
  const also = condition ? ` AND ${condition.ConditionExpression}` : '';
  return {
    Put: {
      Item: noticeEntity.make(before.noticeId, undefined, { ...after, version: before.version + 1 }),
      ConditionExpression: `version = :seen${also}`,
      ...(condition && { ExpressionAttributeNames: condition.ExpressionAttributeNames }),
      ExpressionAttributeValues: { ':seen': before.version, ...condition?.ExpressionAttributeValues },
    },
  };
}
