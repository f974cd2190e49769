/** What of a line of a log the reader of the trail uses. */
export type TrailLine = {
  is: 'open' | 'call';
  at: string;
  instance: string;
  seq: number;
  /** As the platform calls the invocation, and how many of its calls come after this one. */
  invocation: string;
  left: number;
  requestId: string;
  operation: string;
  function: string;
  kinds: readonly string[];
  /** Pseudonyms of `day`. */
  day: string;
  persons: readonly string[];
  /** How a call ended: OK or an error code. */
  outcome?: string;
};

/** That the platform has begun an invocation; `at` and `function` where the log itself tells. */
export type StartLine = { is: 'start'; invocation: string; at?: string; function?: string };

/** A line of ours that cannot be read: cut off, or altered. */
export type DamagedLine = { is: 'damaged'; at?: string };

export type Line = TrailLine | StartLine | DamagedLine;

/** What a wrapper knows about the message in it. */
type Around = { at?: string; function?: string };

const BEGINNING =
  /^(?:(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d))\s+)?(?:\S*\[[^\]]*\]\S*\s+)?(?=START |\{)/;
const STARTED = /^START RequestId: ([\w-]+)/;
const LOG_GROUP = /(?:^|:)\/aws\/lambda\/.+-([a-z]+)$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/**
 * What one line of a file says, several where it wraps several. Understands what functions write, as it is or after a time (and a
 * stream) as CloudWatch exports it, and JSON of one line that holds it in `message`, `events` or `logEvents`. Everything else in a
 * log is passed over.
 */
export function readLines(text: string, around: Around = {}): Line[] {
  const [beginning, time] = BEGINNING.exec(text.trimStart()) ?? [];
  if (beginning === undefined) return [];
  const said = text.trimStart().slice(beginning.length).trimEnd();
  const known = { ...around, ...timeOf(time) };
  const [, invocation] = STARTED.exec(said) ?? [];
  if (invocation !== undefined) return [{ is: 'start', invocation, ...known }];
  return said.startsWith('{"event":') ? ownLine(said, known) : wrapped(said, known);
}

function ownLine(said: string, { at }: Around): Line[] {
  const fields = parsed(said);
  if (!fields) return damaged(at);
  if (fields.event !== 'open' && fields.event !== 'call') return [];
  const { requestId, operation, instance, seq, day = '' } = fields;
  const isWhole =
    typeof instance === 'string' &&
    typeof seq === 'number' &&
    typeof fields.at === 'string' &&
    INSTANT.test(fields.at) &&
    (fields.event === 'call' || (Array.isArray(fields.persons) && typeof day === 'string' && day !== ''));
  if (!isWhole) return damaged(at);
  const name = String(operation ?? '');
  return [
    {
      is: fields.event,
      ...{ at: String(fields.at), instance, seq },
      invocation: String(fields.invocation ?? requestId),
      left: Number(fields.left ?? 0),
      requestId: String(requestId),
      operation: name,
      function: String(fields.function ?? name.split('/')[0]),
      kinds: texts(fields.kinds),
      day: String(day),
      persons: texts(fields.persons),
      ...(typeof fields.outcome === 'string' && { outcome: fields.outcome }),
    },
  ];
}

function wrapped(said: string, around: Around): Line[] {
  const fields = parsed(said);
  if (!fields) return damaged(around.at);
  const [, named] = LOG_GROUP.exec(String(fields.logGroup ?? fields['@log'] ?? '')) ?? [];
  const known = {
    ...around,
    ...(named !== undefined && { function: named }),
    ...timeOf(fields.timestamp ?? fields['@timestamp']),
  };
  const message = fields.message ?? fields['@message'];
  if (typeof message === 'string') return readLines(message, known);
  const events = [fields.events, fields.logEvents].find(Array.isArray) ?? [];
  return events.flatMap((one: unknown) => wrapped(JSON.stringify(one), known));
}

function damaged(at: string | undefined): DamagedLine[] {
  return [{ is: 'damaged', ...(at !== undefined && { at }) }];
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** Milliseconds, or a time in words of ISO 8601; without a zone as CloudWatch's queries give it, in UTC. */
function timeOf(time: unknown): { at?: string } {
  const text = String(time).replace(' ', 'T');
  const zoned = /(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`;
  const milliseconds = typeof time === 'number' ? time : Date.parse(zoned);
  return Number.isFinite(milliseconds) ? { at: new Date(milliseconds).toISOString() } : {};
}
