/**
 * One JSON line per event, made only of the fields below (S8). There is no field for free text, so no
 * personal value can be logged by mistake; a test drives whole journeys with marked values and reads every line.
 */
export type LogFields = {
  event: 'call' | 'partner-call' | 'erasure' | 'process' | 'key-ring' | 'fault' | 'alarm';
  requestId?: string;
  operation?: string;
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

const allowed: readonly (keyof LogFields)[] = [
  'event',
  'requestId',
  'operation',
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
    for (const name of allowed) if (fields[name] !== undefined) line[name] = fields[name];
    write(JSON.stringify(line));
  };
}

/** What may be said of an unexpected error: its class and where it rose. Messages can quote data, so they stay out. */
export function faultOf(error: unknown): Pick<LogFields, 'errorName' | 'frame'> {
  if (!(error instanceof Error)) return { errorName: typeof error };
  const frame = error.stack?.split('\n').find((line) => line.startsWith('    at '));
  return { errorName: error.name, ...(frame && { frame: frame.trim().slice(0, 200) }) };
}
