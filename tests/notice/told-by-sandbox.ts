/**
 * Who should have been told, and who was: reckoned from what people have, how the sandbox was steered, and the sandbox's own
 * receipts. It shares nothing with the service: not a row, not a rule, not a word of its code.
 */

export type Channel = 'subscribe' | 'sms' | 'mail';
/** Somebody, and by what they can be written to. */
export type Resident = { subjectId: string; contacts: Partial<Record<Channel, string>> };
/** How the sandbox was steered for one contact (infra/local/sandbox/contacts.ts). */
export type Steered = {
  refuse?: string;
  fails?: string;
  answers?: 'for-another' | 'twice' | 'lost';
  receipts?: number;
  delayMs?: number;
  holds?: number;
};
export type Fate = Partial<Record<Channel, Steered>>;
/** One of GET /sandbox/receipts. */
export type Arrived = { channel: Channel; to: string; messageId: string };

const order: Channel[] = ['subscribe', 'sms', 'mail'];

/** What a partner says of a message within this time is heard in time on every channel. */
const IN_TIME_MS = 20 * 60_000;

/** Whether what is sent to this contact arrives. */
const works = ({ refuse, fails, holds }: Steered = {}) => !refuse && !fails && holds !== 0;
/** Whether the partner reports the message by a number, and tells in time what became of it. */
const isReported = ({ answers, receipts, delayMs = 0 }: Steered = {}) =>
  answers === undefined && receipts !== 0 && delayMs <= IN_TIME_MS;

export type Judged = {
  /** Arrivals at nobody of the town, or at somebody who was not to be told. */
  strangers: string[];
  /** Got the same notice twice by one channel. */
  twice: string[];
  /** Got it by two channels, though the first one's partner reported it in time. */
  again: string[];
  /** Has more channels that work than workers died, and got nothing. */
  missed: string[];
  /** The same with no more of them: each may have been claimed by a worker that died before it sent. */
  lost: string[];
  /** People whom something reached, and those whose partner is sure to have said so. */
  reached: number;
  reported: number;
  /** People without a channel that works. */
  outOfReach: number;
};

export function judge(
  residents: readonly Resident[],
  fates: readonly Fate[],
  arrived: readonly Arrived[],
  { exempt = [], deaths = 0 }: { exempt?: readonly string[]; deaths?: number } = {},
): Judged {
  const judged: Judged = {
    ...{ strangers: [], twice: [], again: [], missed: [], lost: [] },
    ...{ reached: 0, reported: 0, outOfReach: 0 },
  };
  const seen = new Set<Arrived>();
  residents.forEach(({ subjectId, contacts }, index) => {
    if (exempt.includes(subjectId)) return;
    const fate = fates[index] ?? {};
    const own = order.filter((channel) => contacts[channel] !== undefined);
    const by = own.filter((channel) => {
      const all = arrived.filter((one) => one.channel === channel && one.to === contacts[channel]);
      for (const one of all) seen.add(one);
      if (all.length > 1) judged.twice.push(subjectId);
      return all.length > 0;
    });
    const [first] = by;
    const working = own.filter((channel) => works(fate[channel]));
    if (working.length === 0) judged.outOfReach += 1;
    if (by.length === 0 && working.length > deaths) judged.missed.push(subjectId);
    if (by.length === 0 && working.length > 0 && working.length <= deaths) judged.lost.push(subjectId);
    if (by.length > 0) judged.reached += 1;
    if (by.some((channel) => channel !== 'mail' && isReported(fate[channel]))) judged.reported += 1;
    if (first && by.length > 1 && isReported(fate[first])) judged.again.push(subjectId);
  });
  judged.strangers = arrived.filter((one) => !seen.has(one)).map(({ to }) => to);
  return judged;
}
