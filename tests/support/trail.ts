import type { DataKeys, KeyRing } from '../../lib/crypto/key-ring';
import { isPersonNumber } from '../../lib/crypto/pseudonym';
import type { LogFields } from '../../lib/log';
import type { World } from './world';

/** A data key that was opened or made, and how many lines the log had by then. */
export type Opening = { ownerId: string; linesBefore: number };

/** The same keys; tells before each opening whose it is. */
export function watchedKeys(dataKeys: DataKeys, tell: (ownerId: string) => void): DataKeys {
  return {
    dataKey: (ownerId, wrapped) => {
      tell(ownerId);
      return dataKeys.dataKey(ownerId, wrapped);
    },
    stayKeys: (ownerId) => {
      tell(ownerId);
      return dataKeys.stayKeys(ownerId);
    },
    newDataKey: (ownerId) => {
      tell(ownerId);
      return dataKeys.newDataKey(ownerId);
    },
    rewrap: (ownerId, wrapped, version) => {
      tell(ownerId);
      return dataKeys.rewrap(ownerId, wrapped, version);
    },
  };
}

/** What a log line may hold in its fields, by what the values look like: no other text stands in one. */
const looks: Record<keyof LogFields, RegExp> = {
  event: /^(open|call|partner-call|erasure|process|key-ring|fault|alarm|measure)$/,
  at: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  instance: /^[\w-]{22}$/,
  seq: /^[1-9]\d*$/,
  requestId: /^[\w-]{1,40}$/,
  invocation: /^[\w-]{1,40}$/,
  left: /^\d+$/,
  operation: /^[a-zA-Z-]+\/[a-zA-Z-]+$/,
  function: /^[a-z]+$/,
  kinds: /^[a-z-]+$/,
  persons: /^[\w-]{22}$/,
  day: /^\d{4}-\d\d-\d\d$/,
  opened: /^\d+$/,
  host: /^(aws|cloudbase|test)$/,
  outcome: /^[A-Z_]+(\d+_[A-Z]+)?$/,
  milliseconds: /^\d+$/,
  partner: /^[a-z-]+$/,
  partnerCode: /^[\w.-]+$/,
  count: /^-?\d+$/,
  errorName: /^\w+$/,
  frame: /^at /,
};

export type Mark = { lines: number; openings: number };
export const markOf = ({ lines, openings }: World): Mark => ({
  lines: lines.length,
  openings: openings.length,
});

/**
 * What is wrong with the trail of the work since `mark`: an opening that no line of that work names before it, a person
 * named who was not opened, a number left out, a call without its line, a value that no line may hold.
 */
export async function wrongInTrail(world: World, mark: Mark): Promise<string[]> {
  const lines = world.lines.slice(mark.lines).map((line): LogFields => JSON.parse(line));
  const openings = world.openings.slice(mark.openings);
  const named = await Promise.all(lines.map((line) => personsIn(world.deps.ring, line)));
  const wrong: string[] = [];
  for (const { ownerId, linesBefore } of openings) {
    const before = named.slice(0, linesBefore - mark.lines);
    if (isPersonNumber(ownerId) && !before.some((persons) => persons.includes(ownerId)))
      wrong.push('somebody is opened whom no line has named');
  }
  const opened = new Set(openings.map(({ ownerId }) => ownerId).filter(isPersonNumber));
  if (named.flat().some((one) => !opened.has(one))) wrong.push('somebody is named who was not opened');
  const calls = lines.filter(({ event }) => event === 'call');
  if (calls.length !== 1) wrong.push(`a call leaves ${calls.length} lines`);
  const told = calls.reduce((sum, { opened: count = Number.NaN }) => sum + count, 0);
  if (told !== opened.size) wrong.push(`${opened.size} are opened, and ${told} are told`);
  return [...wrong, ...numbersLeftOut(lines), ...lines.flatMap(strangeIn)];
}

async function personsIn(ring: KeyRing, { day = '', persons = [] }: LogFields): Promise<string[]> {
  const cipher = await ring.dayCipher(day);
  return cipher ? persons.map(cipher.back) : [];
}

function numbersLeftOut(lines: LogFields[]): string[] {
  const last = new Map<string, number>();
  return lines.flatMap(({ instance, seq }) => {
    if (instance === undefined || seq === undefined) return [];
    const before = last.get(instance) ?? seq - 1;
    last.set(instance, seq);
    return seq === before + 1 ? [] : [`${before} is followed by ${seq}`];
  });
}

function strangeIn(line: LogFields): string[] {
  return Object.entries(line).flatMap(([field, value]) =>
    [value].flat().every((one) => looks[field as keyof LogFields]?.test(String(one)))
      ? []
      : [`${field} is strange`],
  );
}
