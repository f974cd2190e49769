import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { World } from '../support/world';

/** Attributes that differ from run to run and say nothing of where things have come to. */
const UNLIKE =
  /^(createdAtSeconds|sessionId|requestId|hash|prev|ledgerHash|wrappedKey|acts|request|sessions|seq|version|everyoneShard|dueShard|at|identity|by|touchedBy|since)$|(At|Seconds|Ms)$/;

/**
 * Everything in the raw table that lies with some people or names one of them, in words that are the same for everybody who
 * has done the same: people by their part, random ids and digests as such, times and request ids left out.
 */
export async function endState(world: World, parts: Record<string, string>): Promise<string[]> {
  const people = Object.entries(parts);
  const items: Record<string, unknown>[] = (await world.scan()).map((raw) => unmarshall(raw as never));
  // An entry names the one that it follows from by its number, which depends on what came between.
  const acts = new Map(items.map(({ pk, seq, act }) => [`${pk} ${seq}`, act]));
  const lines = items.flatMap((item) => {
    const cause = item.cause === undefined ? {} : { cause: acts.get(`${item.pk} ${item.cause}`) };
    const text = JSON.stringify(told({ ...item, ...cause }));
    if (!people.some(([, subjectId]) => text.includes(subjectId))) return [];
    const named = people.reduce((line, [part, subjectId]) => line.replaceAll(subjectId, part), text);
    return [named.replace(/LEDGER#\d+/g, 'LEDGER#').replace(/[\w-]{22,}/g, '(id)')];
  });
  return lines.sort();
}

function told(value: unknown): unknown {
  if (value instanceof Uint8Array) return '(bytes)';
  if (Array.isArray(value)) return value.map(told);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([name]) => !UNLIKE.test(name));
  return Object.fromEntries(
    entries
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, of]) => [name, told(name === 'ways' ? unnamed(of) : of)]),
  );
}

/** The identities that lead in, without their short names: these are random too, and too short to be known by it. */
const unnamed = (ways: unknown) =>
  Object.values(ways as Record<string, Record<string, unknown>>).map(({ of: _, ...way }) => way);
