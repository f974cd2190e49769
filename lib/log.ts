import { writeSync } from 'node:fs';

/**
 * One JSON line per event, made only of the fields below (S8). There is no field for free text, so no
 * personal value can be logged by mistake; a test drives whole journeys with marked values and reads every line. What is of a
 * person is their pseudonym alone, which the policy declares (kind `log-pseudonym`).
 */
export type LogFields = {
  event:
    | 'open'
    | 'call'
    | 'partner-call'
    | 'erasure'
    | 'process'
    | 'key-ring'
    | 'fault'
    | 'alarm'
    /** A number that a metric of the platform is made of. */
    | 'measure';
  /** Of lines of the trail (lib/trail): when, which instance, and its running number there. */
  at?: string;
  instance?: string;
  seq?: number;
  requestId?: string;
  /** The platform's name of the invocation, where it is another than the call's: a batch of messages is several calls. */
  invocation?: string;
  /** How many calls of that invocation come after this one. */
  left?: number;
  operation?: string;
  /** The deployed function, where the operation does not begin with it. */
  function?: string;
  /** Kinds that the operation declares. */
  kinds?: readonly string[];
  /** Whose data is about to be opened: pseudonyms of `day`. */
  persons?: readonly string[];
  day?: string;
  /** How many people's data a call has opened. */
  opened?: number;
  host?: 'aws' | 'cloudbase' | 'test';
  /** OK or an error code. */
  outcome?: string;
  milliseconds?: number;
  partner?: string;
  /** A partner's numeric or enumerated answer, never its text. */
  partnerCode?: string | number;
  count?: number;
  /** For faults: the class of the error and the first of our own stack frames, never its message. */
  errorName?: string;
  frame?: string;
};

/** Every field that a line may have, in this order. */
export const logFields: readonly (keyof LogFields)[] = [
  'event',
  'at',
  'instance',
  'seq',
  'requestId',
  'invocation',
  'left',
  'operation',
  'function',
  'kinds',
  'persons',
  'day',
  'opened',
  'host',
  'outcome',
  'milliseconds',
  'partner',
  'partnerCode',
  'count',
  'errorName',
  'frame',
];

export type Log = (fields: LogFields) => void;

/** A logger that writes allow-listed fields to `write`, one line each. */
export function createLog(write: (line: string) => void): Log {
  return (fields) => {
    const line: Record<string, unknown> = {};
    for (const name of logFields) if (fields[name] !== undefined) line[name] = fields[name];
    write(JSON.stringify(line));
  };
}

const STDOUT = 1;

/**
 * Writes a line to standard output and comes back when the system has it: a process that is killed at the next instruction
 * leaves it behind. A pipe that is full is tried again, since its reader is another process.
 */
export function writeLine(line: string): void {
  let left = Buffer.from(`${line}\n`);
  while (left.length > 0) {
    try {
      left = left.subarray(writeSync(STDOUT, left));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
}

/** What may be said of an unexpected error: its class and where it rose. Messages can quote data, so they stay out. */
export function faultOf(error: unknown): Pick<LogFields, 'errorName' | 'frame'> {
  if (!(error instanceof Error)) return { errorName: typeof error };
  const frame = error.stack?.split('\n').find((line) => line.startsWith('    at '));
  return { errorName: error.name, ...(frame && { frame: frame.trim().slice(0, 200) }) };
}
