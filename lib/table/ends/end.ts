import { type ConsentPurposeId, consentPurposeIds } from '../../policy/purposes';

/** Every end in the locked bucket lies below it. */
export const ENDS = 'ends/';

/**
 * Something that has ended, or keeps something from ending, as the locked bucket notes it, for a restore to bring it about
 * again (promise S7): an account; a consent, or a part that was erased while its consent stands, each with the epoch that has ended; a
 * hold, and its release. `at` is the instant from which on it goes, or is kept. Random numbers, purposes and instants alone.
 */
export type End = AccountEnd | ConsentEnd | HoldEnd;
export type AccountEnd = { what: 'account'; at: string; subjectId: string };
export type ConsentEnd = {
  what: 'consent' | 'part';
  at: string;
  subjectId: string;
  purpose: ConsentPurposeId;
  epoch: number;
};
export type HoldEnd = { what: 'hold' | 'release'; at: string; holdId: string };

/**
 * The name of an end, which says all of it: a name is listed even where somebody has hidden its content. In the order of their
 * names ends are in that of time.
 */
export function nameOfEnd(end: End): string {
  const start = `${ENDS}${end.at.replace(/[:.]/g, '-')}/${end.what}`;
  if ('holdId' in end) return `${start}/${end.holdId}`;
  if (end.what === 'account') return `${start}/${end.subjectId}`;
  return `${start}/${end.subjectId}/${end.purpose}/${end.epoch}`;
}

/** The locked bucket names an end that this build does not know: it is not guessed at. */
export class UnknownEnd extends Error {
  override name = 'UnknownEnd';
}

/** @throws UnknownEnd */
export function readEnd(name: string): End {
  const [, written = '', what, id = '', of, epoch] = name.split('/');
  const at = written.replace(/T(\d\d)-(\d\d)-(\d\d)-/, 'T$1:$2:$3.');
  if (what === 'account') return { what, at, subjectId: id };
  if (what === 'hold' || what === 'release') return { what, at, holdId: id };
  const purpose = consentPurposeIds.find((one) => one === of);
  if ((what !== 'consent' && what !== 'part') || !purpose) throw new UnknownEnd();
  return { what, at, subjectId: id, purpose, epoch: Number(epoch) };
}
