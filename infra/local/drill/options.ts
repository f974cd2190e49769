import { parseArgs } from 'node:util';

/** How the data gets out: by a member of the staff, through a hole in the service, or as a list that turns up. */
export const leakIds = ['staff', 'list', 'hole'] as const;
export type LeakId = (typeof leakIds)[number];

/** `lose`: lines of the log in which the hole has left its trail that are lost before anybody reads it. */
export type DrillOptions = { people: number; leak: LeakId; lose: number; json: boolean };

/** Fewer are too few for everything that is to be met: minors with guardians, people who withdraw, people erased. */
export const PEOPLE = { min: 30, max: 100_000, usual: 2000 } as const;

export const usage = `Usage: npm run drill -- [--people ${PEOPLE.usual}] --leak ${leakIds.join('|')} [--lose N] [--json]
Makes synthetic people in a service of its own, leaks what is theirs and runs the whole plan as a responder would.
  --people N   synthetic people, ${PEOPLE.min} to ${PEOPLE.max}
  --leak staff a member of the staff reads people one by one, below the hourly limit
  --leak list  a list of digests has turned up
  --leak hole  an operation that only the drill serves opens people without permission
  --lose N     of a hole: so many lines of its log are lost, so the scope has bounds
  --json       the result for scripts
Nothing leaves and nothing is kept. Ends with 0 only when everything was met.`;

/** A command line that cannot be followed. The message names the option and never repeats the value. */
export class WrongOptions extends Error {}

/** @throws WrongOptions */
export function readOptions(words: readonly string[]): DrillOptions {
  const {
    people: count = String(PEOPLE.usual),
    leak: given,
    lose: lines = '0',
    json = false,
  } = parsed(words);
  const people = /^\d{1,6}$/.test(count) ? Number(count) : 0;
  if (people < PEOPLE.min || people > PEOPLE.max)
    throw new WrongOptions(`--people takes a number from ${PEOPLE.min} to ${PEOPLE.max}.`);
  const leak = leakIds.find((one) => one === given);
  if (!leak) throw new WrongOptions(`--leak takes one of ${leakIds.join(', ')}.`);
  if (!/^\d{1,4}$/.test(lines) || (leak !== 'hole' && lines !== '0'))
    throw new WrongOptions('--lose takes a number up to 9999, and only with --leak hole.');
  return { people, leak, lose: Number(lines), json };
}

function parsed(words: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    const options = { people: text, leak: text, lose: text, json: { type: 'boolean' } } as const;
    return parseArgs({ args: [...words], options }).values;
  } catch {
    throw new WrongOptions(usage);
  }
}
