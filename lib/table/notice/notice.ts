import * as z from 'zod/mini';
import { channels } from '../../notice/channel';
import { plain, type ValueOf } from '../attribute';
import type { Item, Table, Write } from '../client';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
import { ofService } from '../place';
import { create } from '../replace';

/** How a notice stands, and which states each leads to. */
export const noticeMoves = {
  draft: ['draft', 'proposed'],
  proposed: ['draft', 'proposed', 'approved'],
  approved: ['sending', 'stopped'],
  sending: ['paused', 'done', 'stopped'],
  paused: ['sending', 'stopped'],
  done: [],
  stopped: [],
} as const satisfies Record<string, readonly string[]>;
export type NoticeState = keyof typeof noticeMoves;
const states = Object.keys(noticeMoves) as NoticeState[];

/**
 * What is told to many: the words for each channel, to whom, and who has approved it (promise B4). Frozen once it is
 * approved; then only its state moves. It names nobody: whom it goes to stands in the parts of its audience.
 */
export const noticeEntity = declareEntity('notice', {
  place: ofService('incident', (noticeId) => ({ pk: `NOTICE#${noticeId}`, sk: 'NOTICE' })),
  life: { rule: 'incident-life' },
  attributes: {
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
    /** Who is not told, and why: members all of whose kinds are among these (PIPL art. 57 para 2). */
    exemptions: plain(
      'notice-record',
      z._default(z.array(z.object({ kinds: z.array(z.string()), reason: z.string() })), []),
    ),
    /** Staff who have approved it. */
    approvedBy: plain('notice-record', z.array(z.string())),
    /** Since when it is sent. */
    sendingAt: plain('notice-record', z.optional(z.string())),
    /** Counts every change. Of two at once one is refused. */
    version: plain('notice-record', z.int()),
  },
});
export type Notice = ValueOf<typeof noticeEntity>;

export const noticeKey = (noticeId: string): Key => noticeEntity.key(noticeId);

export function noticeOf(item: Item | undefined): Notice | undefined {
  return noticeEntity.read(item);
}

export async function readNotice(table: Table, noticeId: string): Promise<Notice | undefined> {
  const [item] = await table.getMany([noticeKey(noticeId)]);
  return noticeOf(item);
}

/** Begins a notice. Refused where there is one. */
export function putNotice(value: Omit<Notice, 'version'>): Write {
  return create(noticeEntity.make(value.noticeId, undefined, { ...value, version: 1 }));
}

/** What may still change while it has not been approved. */
type Draft = Pick<
  Notice,
  'state' | 'audienceId' | 'parts' | 'channels' | 'texts' | 'exemptions' | 'approvedBy'
>;

/**
 * Changes a notice that has not been approved, or moves it on with what was approved. Refused when somebody has changed it
 * meanwhile.
 * @throws Error for a move that there is not, or a change of what is frozen: programming errors
 */
export function changeNotice(before: Notice, change: Partial<Draft>): Write {
  const after = { ...before, ...change };
  demandMove(before, after.state);
  if (before.state !== 'draft' && before.state !== 'proposed')
    throw new Error('a notice is frozen once it is approved');
  return put(before, after);
}

/**
 * Moves an approved notice on: begins, pauses, goes on, stops, ends. Refused when somebody has moved it meanwhile.
 * @throws Error for a move that there is not
 */
export function moveNotice(before: Notice, state: NoticeState, at: string): Write {
  demandMove(before, state);
  const sendingAt = before.sendingAt ?? (state === 'sending' ? at : undefined);
  return put(before, { ...before, state, ...(sendingAt !== undefined && { sendingAt }) });
}

/** Whether a notice may go over into a state. */
export function mayMove({ state }: Pick<Notice, 'state'>, to: NoticeState): boolean {
  return (noticeMoves[state] as readonly NoticeState[]).includes(to);
}

function demandMove(before: Notice, to: NoticeState): void {
  if (!mayMove(before, to)) throw new Error(`a notice that is ${before.state} is not to be ${to}`);
}

function put(before: Notice, after: Notice): Write {
  return {
    Put: {
      Item: noticeEntity.make(before.noticeId, undefined, { ...after, version: before.version + 1 }),
      ConditionExpression: 'version = :seen',
      ExpressionAttributeValues: { ':seen': before.version },
    },
  };
}
