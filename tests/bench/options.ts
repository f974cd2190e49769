import { parseArgs } from 'node:util';

const parts = ['start', 'location', 'notices', 'sweep'] as const;

export type Options = {
  /** Without it everything is measured. */
  only: (typeof parts)[number] | undefined;
  json: boolean;
  help: boolean;
};

export const usage = `npm run bench [-- --only start|location|notices|sweep] [-- --json]

  --only start      bundle sizes, cold starts and the processor time of a card read
  --only location   people nearby in a city of 100 000
  --only notices    people told of a notice, against bare writes of their rows
  --only sweep      what has ended, swept, against bare batch deletes of as much
  --json            the figures as JSON
  --help            this text`;

/** @throws Error that says what is wrong, and the usage */
export function readOptions(args: string[]): Options {
  const { only, json, help } = parse(args);
  const part = parts.find((one) => one === only);
  if (only !== undefined && !part) throw wrong(`--only is ${parts.join(' or ')}.`);
  return { only: part, json, help };
}

function parse(args: string[]) {
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({ args, options: { only: { type: 'string' }, json: flag, help: flag } }).values;
  } catch (error) {
    throw wrong((error as Error).message);
  }
}

function wrong(why: string): Error {
  return new Error(`${why}\n\n${usage}`);
}
