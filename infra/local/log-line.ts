import type { LogFields } from '../../lib/log';

const NAME_WIDTH = 24;
const RESULT_WIDTH = 22;

/** Already shown in a column, the same in every local line, or for `leliao trail` alone, which reads the log and no screen. */
const leftOut: readonly string[] = [
  ...['event', 'operation', 'partner', 'outcome', 'partnerCode', 'milliseconds', 'host'],
  ...['at', 'instance', 'seq', 'invocation', 'left', 'kinds', 'persons', 'day', 'opened'],
];

/**
 * One line of a function's log for a terminal: time, what, result, duration, the rest. Undefined for what is of the trail
 * alone, and for everything that is not such a line: only the allow-listed log may reach the developer's screen, since it alone holds no personal data.
 */
export function formatLogLine(line: string, now: Date): string | undefined {
  const fields = parse(line);
  if (!fields || fields.event === 'open') return undefined;
  const { event, operation, partner, outcome, partnerCode, milliseconds } = fields;
  const name = event === 'partner-call' ? `  → ${partner}` : (operation ?? event);
  const result = String(outcome ?? partnerCode ?? (event === 'fault' ? 'FAULT' : ''));
  const duration = milliseconds === undefined ? '' : `${milliseconds} ms`;
  const rest = Object.entries(fields)
    .filter(([key]) => !leftOut.includes(key))
    .map(([key, value]) => `${key}=${value}`);
  const columns = [
    clockTime(now),
    name.padEnd(NAME_WIDTH),
    result.padEnd(RESULT_WIDTH),
    duration.padStart(8),
  ];
  return [...columns, ...rest].join('  ').trimEnd();
}

/** Whether the functions or the platform wrote it: the host's own words may hold what came in. */
export function isLogLine(line: string): boolean {
  return line.startsWith('{"event":') || line.startsWith('START RequestId: ');
}

function parse(line: string): LogFields | undefined {
  if (!line.startsWith('{"event":')) return undefined;
  try {
    return JSON.parse(line) as LogFields;
  } catch {
    return undefined;
  }
}

function clockTime(now: Date): string {
  return now.toTimeString().slice(0, 8);
}
