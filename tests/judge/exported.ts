import { exportPerson } from '../../lib/table/readers/export';
import { createSealer } from '../../lib/table/sealer';
import type { Archive } from '../rights/export-support';
import type { World } from '../support/world';
import { factOf, isSaid, type Look, ownerOf, takenAway } from './judge';

/**
 * Compares what each person would take away with what the raw table says is theirs (promise R1). Answers for the people
 * about whom anything has changed since the look before: of nobody else it can be another one.
 */
export function exportsComparedIn({ deps }: World) {
  const before = new Map<string, string>();

  /** What is missing in an export, and what should not be in it, in words. */
  return async (look: Look): Promise<string[]> => {
    const wrong: string[] = [];
    for (const { pk, sk, content } of look.items) {
      if (sk !== 'PERSON' || content.lifeState !== 'active') continue;
      const subjectId = ownerOf(pk) ?? '';
      const accounts = accountsOf(look, subjectId);
      const now = JSON.stringify(look.items.filter((item) => accounts.includes(ownerOf(item.pk) ?? '')));
      if (before.get(subjectId) === now) continue;
      before.set(subjectId, now);
      const [taken, theirs] = [await exported(look, subjectId), takenAway(look, accounts, deps.clock.now())];
      wrong.push(...without(theirs, taken).map((fact) => `missing in the export: ${fact}`));
      wrong.push(...without(taken, theirs).map((fact) => `in the export of somebody else: ${fact}`));
    }
    return wrong;
  };

  async function exported({ items }: Look, subjectId: string): Promise<string[]> {
    const { ring, trail, random } = deps;
    const facts: string[] = [];
    const sealerOf = async (account: string) => {
      const item = items.find(({ pk, sk }) => pk === `P#${account}` && sk === 'PERSON');
      const key = await trail.dataKey(account, item?.content.wrappedKey as Uint8Array);
      return createSealer(account, key, ring.suite, random, await trail.stayKeys(account));
    };
    for await (const { entity, values } of exportPerson(deps, subjectId, sealerOf))
      facts.push(...values.map(({ attribute, value }) => factOf(entity, attribute, value)));
    return facts.filter(isSaid);
  }
}

/** What an archive that was taken says, as the judge puts it; but for the work that was still under way when it was made. */
export function factsIn({ records }: Archive): string[] {
  const facts = records.flatMap(({ entity, values }) =>
    Object.entries(values).map(([attribute, value]) => factOf(entity, attribute, value)),
  );
  return facts.filter((fact) => isSaid(fact) && isOver(fact)).sort();
}

/** What is somebody's to take away by the raw table, in the form of an archive, whose bytes are base64. */
export function factsToTake(look: Look, subjectId: string, nowMs: number): string[] {
  const items = look.items.map(({ content, opened, ...rest }) => ({
    ...rest,
    content: inBase64(content) as Record<string, unknown>,
    opened: inBase64(opened) as Record<string, unknown>,
  }));
  return takenAway({ ...look, items }, accountsOf(look, subjectId), nowMs).filter(isOver);
}

const isOver = (fact: string) => !fact.startsWith('person-process.');

function inBase64(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(inBase64);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inBase64(one)]));
}

/** An account, and those that were given up for it, as the ledgers say. */
export function accountsOf({ items }: Look, subjectId: string): string[] {
  const accounts = [subjectId];
  for (const account of accounts)
    for (const { pk, content, opened } of items) {
      const { act, other } = { ...content, ...opened };
      const isNew = pk === `P#${account}` && act === 'account.joined' && !accounts.includes(String(other));
      if (isNew) accounts.push(String(other));
    }
  return accounts;
}

/** What is in the first list and not in the second; what stands twice in one has to stand twice in the other. */
function without(facts: string[], others: string[]): string[] {
  const left = [...others];
  return facts.filter((fact) => {
    const at = left.indexOf(fact);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
