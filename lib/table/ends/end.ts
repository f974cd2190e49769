import { type ConsentPurposeId, consentPurposeIds } from '../../policy/purposes';

const ways = ['wechat', 'entry', 'phone'] as const;

/** Every end in the locked bucket lies below it. */
export const ENDS = 'ends/';

/**
 * Something that has ended, or keeps something from ending, as the locked bucket notes it, for a restore to bring it about
 * again (promise S7): an account; a consent, or a part that was erased while its consent stands, each with the epoch that has ended; a
 * way in; a hold, and its release. `at` is the instant from which on it goes, or is kept. Random numbers, purposes and instants alone.
 */
export type End = AccountEnd | ConsentEnd | WayEnd | HoldEnd;
export type AccountEnd = { what: 'account'; at: string; subjectId: string };
export type ConsentEnd = {
  what: 'consent' | 'part';
  at: string;
  subjectId: string;
  purpose: ConsentPurposeId;
  epoch: number;
};
/** A way into an account: `id` says which WeChat (way-end.ts) or which entry. */
export type WayEnd = { what: 'way'; at: string; subjectId: string; way: (typeof ways)[number]; id: string };
export type HoldEnd = { what: 'hold' | 'release'; at: string; holdId: string };

/**
 * The name of an end, which says all of it: a name is listed even where somebody has hidden its content. In the order of their
 * names ends are in that of time.
 */
export function nameOfEnd(end: End): string {
  const start = `${ENDS}${nameOfInstant(end.at)}/${end.what}`;
  if ('holdId' in end) return `${start}/${end.holdId}`;
  if (end.what === 'account') return `${start}/${end.subjectId}`;
  if (end.what === 'way') return `${start}/${end.subjectId}/${end.way}/${end.id}`;
  return `${start}/${end.subjectId}/${end.purpose}/${end.epoch}`;
}

/** An instant as part of a name: in the order of their names they are in that of time. */
export function nameOfInstant(at: string): string {
  return at.replace(/[:.]/g, '-');
}

/** The locked bucket names an end that this build does not know: it is not guessed at. */
export class UnknownEnd extends Error {
  override name = 'UnknownEnd';
}

/** The end of a way in, by its parts. @throws UnknownEnd */
export function wayEnd(at: string, subjectId: string, of: string | undefined, id: string): WayEnd {
  const way = ways.find((one) => one === of);
  if (!way) throw new UnknownEnd();
  return { what: 'way', at, subjectId, way, id };
}

/** @throws UnknownEnd */
export function readEnd(name: string): End {
  const [, written = '', what, id = '', of, epoch] = name.split('/');
  const at = written.replace(/T(\d\d)-(\d\d)-(\d\d)-/, 'T$1:$2:$3.');
  if (what === 'account') return { what, at, subjectId: id };
  if (what === 'hold' || what === 'release') return { what, at, holdId: id };
  if (what === 'way') return wayEnd(at, id, of, epoch ?? '');
  const purpose = consentPurposeIds.find((one) => one === of);
  if ((what !== 'consent' && what !== 'part') || !purpose) throw new UnknownEnd();
  return { what, at, subjectId: id, purpose, epoch: Number(epoch) };
}
