import * as z from 'zod/mini';
import type { KeyRing } from '../../crypto/key-ring';
import { plain, type ValueOf } from '../attribute';
import { ConditionFailed, type Item, type Table, type Write } from '../client';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
import { inPerson } from '../place';
import { replace } from '../replace';

/** A template of subscribe messages: every acceptance of one `once` allows one message, of one `lasting` any number. */
export type MessageTemplate = { name: string; id: string; kind: 'once' | 'lasting' };

/** What is said of a template: `ban` by WeChat, the others by the person. */
export const acceptanceWords = ['accept', 'reject', 'ban'] as const;

/** So many messages can be waiting to be sent at most, whatever a client says. */
export const MAX_ACCEPTANCES_LEFT = 20;
/** Of so many records is known that they have been counted. */
const REQUESTS_KEPT = 10;

const count = z.int().check(z.minimum(0));

/**
 * What a person has answered when the mini-program asked whether it may send them messages by a template. WeChat tells
 * nobody how many are left, so it is counted here. The same acts are told twice, by the mini-program and by WeChat's push,
 * and either may be lost: each is counted by itself, and what is left is the larger of the two without what was spent.
 */
export const messageAcceptance = declareEntity('message-acceptance', {
  place: inPerson('preferences', (templateId: string) => `message-${templateId}`),
  life: { rule: 'preference-life' },
  unguarded: 'how many messages WeChat lets through; it counts them itself',
  attributes: {
    version: plain('message-acceptance', z.int()),
    said: plain('message-acceptance', z.enum(acceptanceWords)),
    /** When the last word was said; what is told later of an earlier one does not undo it. */
    saidAtMs: plain('message-acceptance', z.int()),
    toldBySelf: plain('message-acceptance', count),
    toldByWechat: plain('message-acceptance', count),
    spent: plain('message-acceptance', count),
    /** Keyed digests of the records that are counted in it, newest first, each with what it said. */
    requests: plain('message-acceptance', z.array(z.string())),
  },
});
export type Acceptance = Omit<ValueOf<typeof messageAcceptance>, 'version'>;

export const acceptanceKey = (subjectId: string, templateId: string): Key =>
  messageAcceptance.key(subjectId, templateId);

export function readAcceptance(item: Item | undefined): Acceptance | undefined {
  return messageAcceptance.read(item);
}

/** Messages that may still be sent by a template of which each acceptance allows one. */
export function acceptancesLeft(acceptance: Acceptance | undefined): number {
  if (acceptance?.said !== 'accept') return 0;
  const { toldBySelf, toldByWechat, spent } = acceptance;
  return Math.max(0, Math.max(toldBySelf, toldByWechat) - spent);
}

/** One word, who has told us of it, when it was said, and the digest of the record that tells it, where there is one. */
export type Said = {
  word: (typeof acceptanceWords)[number];
  by: 'toldBySelf' | 'toldByWechat';
  atMs: number;
  request?: string;
};

const nothingSaid: Acceptance = {
  said: 'accept',
  saidAtMs: 0,
  toldBySelf: 0,
  toldByWechat: 0,
  spent: 0,
  requests: [],
};
const noneLeft = { toldBySelf: 0, toldByWechat: 0, spent: 0 };

/** Half a digest is enough to know a record again within one person's item. */
const REQUEST_CHARS = 22;

/** By which a record of one person is known again. */
export async function requestOf(ring: KeyRing, subjectId: string, record: string): Promise<string> {
  return (await ring.digest('request', `acceptances|${subjectId}|${record}`)).slice(0, REQUEST_CHARS);
}

/** What is known after a word. The same record says nothing a second time. A refusal leaves nothing, and of two words of one moment it is the one that counts. */
export function hear(before: Acceptance | undefined, { word, by, atMs, request }: Said): Acceptance {
  const known = before ?? nothingSaid;
  if (request !== undefined && known.requests.includes(request)) return known;
  const requests = request === undefined ? known.requests : [request, ...known.requests];
  const heard = { ...known, requests: requests.slice(0, REQUESTS_KEPT) };
  const isRefused = known.said !== 'accept';
  if (word !== 'accept')
    return atMs >= known.saidAtMs ? { ...heard, ...noneLeft, said: word, saidAtMs: atMs } : heard;
  if (isRefused && atMs <= known.saidAtMs) return heard;
  return {
    ...heard,
    [by]: Math.min(known[by] + 1, known.spent + MAX_ACCEPTANCES_LEFT),
    said: word,
    saidAtMs: Math.max(known.saidAtMs, atMs),
  };
}

/** Puts what is known in the place of what was seen; refused when it was changed meanwhile. */
export function putAcceptance(
  subjectId: string,
  templateId: string,
  value: Acceptance,
  before: Item | undefined,
): Write[] {
  const version = Number(before?.version ?? 0);
  const item = messageAcceptance.make(subjectId, templateId, { ...value, version: version + 1 }, { before });
  const asSeen = before
    ? { ConditionExpression: 'version = :seen', ExpressionAttributeValues: { ':seen': version } }
    : { ConditionExpression: 'attribute_not_exists(pk)' };
  return replace(item, before, asSeen);
}

/** Whether a message may be sent by a template now. */
export function mayBeSent({ kind }: MessageTemplate, acceptance: Acceptance | undefined): boolean {
  return kind === 'lasting' ? acceptance?.said === 'accept' : acceptancesLeft(acceptance) > 0;
}

/**
 * The write that uses one acceptance up, for the transaction that claims the sending of a message: refused when there is none,
 * so of two sendings at once with one left, one is claimed. A template of the `lasting` kind is never used up, and the person
 * must still say yes. For the first handing over of a message alone: WeChat uses one up when it takes the message, so a repeat of
 * one that it did not take needs no further one.
 */
export function spendAcceptance(subjectId: string, { id, kind }: MessageTemplate): Write {
  const Key = acceptanceKey(subjectId, id);
  const accepted = { ':accept': 'accept' };
  if (kind === 'lasting')
    return {
      ConditionCheck: {
        Key,
        ConditionExpression: 'said = :accept',
        ExpressionAttributeValues: accepted,
      },
    };
  return {
    Update: {
      Key,
      UpdateExpression: 'SET spent = spent + :one, version = version + :one',
      ConditionExpression: 'said = :accept AND (toldBySelf > spent OR toldByWechat > spent)',
      ExpressionAttributeValues: { ':one': 1, ...accepted },
    },
  };
}

/**
 * Notes that WeChat has refused a message because nothing is accepted (43101): whatever was counted, nothing is left. An
 * acceptance that was told after `sentAtMs` stands. Safe to repeat.
 */
export async function voidAcceptance(
  table: Table,
  subjectId: string,
  { id, kind }: MessageTemplate,
  sentAtMs: number,
): Promise<void> {
  const refused = kind === 'lasting' ? 'said = :reject, ' : '';
  const update = table.update({
    Key: acceptanceKey(subjectId, id),
    UpdateExpression: `SET ${refused}toldBySelf = :none, toldByWechat = :none, spent = :none, version = version + :one`,
    ConditionExpression: 'saidAtMs <= :at',
    ExpressionAttributeValues: {
      ':none': 0,
      ':one': 1,
      ':at': sentAtMs,
      ...(refused && { ':reject': 'reject' }),
    },
  });
  await update.catch((error: unknown) => {
    if (!(error instanceof ConditionFailed)) throw error;
  });
}
