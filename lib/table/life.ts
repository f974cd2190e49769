import { toEpochSeconds } from '../clock';
import { endOfRetention, type RetentionId, ruleOf } from '../policy/retention';
import type { StayRule } from '../policy/stay-rules';

/**
 * How long an item lives (promise S2): the retention rule, and what it counts from. `until` is an attribute that holds the
 * end itself in epoch seconds; `from` is one that the rule's period is added to, read by the unit at the end of its name
 * (`…At` an ISO instant, `…AtMs`, `…AtSeconds`). `becomes` is the entity that takes its place when what it counts from has
 * come. With none of them, an event ends it, or has its period begin, and nothing expires by the clock until then.
 */
export type Life<Name extends string = string> = {
  rule: RetentionId;
  until?: Name;
  from?: Name;
  becomes?: string;
};

/** When an item with this content ends, in epoch seconds; undefined while nothing ends it by the clock. */
export function endOfLife({ rule, until, from }: Life, content: Record<string, unknown>): number | undefined {
  if (until !== undefined) return content[until] as number | undefined;
  const anchorMs = from === undefined ? undefined : instantMs(from, content[from]);
  return anchorMs === undefined ? undefined : toEpochSeconds(endOfRetention(rule, anchorMs));
}

/**
 * When what outlives an ended account ends by its rule, counted from the end of the account, in epoch seconds; undefined
 * where another event ends it or has its period begin.
 */
export function endOfStay(outlives: StayRule, endedAt: string): number | undefined {
  const { ends } = ruleOf(outlives);
  if ('event' in ends || ('after' in ends && ends.after !== 'account-ended')) return undefined;
  return toEpochSeconds(endOfRetention(outlives, Date.parse(endedAt)));
}

/** An instant in milliseconds, by the unit that its attribute's name ends in. */
export function instantMs(name: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (name.endsWith('Ms')) return Number(value);
  if (name.endsWith('Seconds')) return Number(value) * 1000;
  return Date.parse(String(value));
}
