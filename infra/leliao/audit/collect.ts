import type { Session } from '../session';

type Api = Awaited<ReturnType<Session['api']>>;
type Tally = Record<string, number>;
export type Window = { from?: string | undefined; to?: string | undefined };

/** What a chain of the service was found to be. */
export type ChainVerdict = {
  chain: string;
  owner: string;
  entries: number;
  acts: Tally;
  staff: Tally;
  brokenAt?: number;
};
export type Everybody = Omit<Awaited<ReturnType<Api['audit']['everybody']>>, 'cursor'>;
type PutBackLine = Awaited<ReturnType<Api['audit']['putBack']>>['lines'][number];
export type MemberLine = Awaited<ReturnType<Api['audit']['member']>>['lines'][number];

/** Every chain of the service, followed to its end. `told` hears of each as it is done. */
export async function verdictsOfChains(
  { audit }: Api,
  window: Window,
  told: (done: number) => void = () => {},
): Promise<ChainVerdict[]> {
  const known = await allOf(
    (cursor) => audit.chains(cursor),
    ({ chains }) => chains,
  );
  const verdicts: ChainVerdict[] = [];
  for (const one of known) {
    const pages = await allOf(
      (cursor) => audit.chain({ ...one, ...window, ...cursor }),
      (page) => [page],
    );
    const brokenAt = pages.at(-1)?.brokenAt;
    verdicts.push({
      ...one,
      entries: pages.reduce((sum, page) => sum + page.entries, 0),
      acts: sumOf(pages.map(({ acts }) => acts)),
      staff: sumOf(pages.map(({ staff }) => staff)),
      ...(brokenAt !== undefined && { brokenAt }),
    });
    told(verdicts.length);
  }
  return verdicts;
}

/** Everybody's ledgers, page by page; memory is a page and the sums. `told` hears how many people were looked at. */
export async function walkEverybody(
  { audit }: Api,
  window: Window,
  told: (people: number) => void = () => {},
): Promise<Everybody> {
  let sum: Everybody | undefined;
  let cursor: string | undefined;
  do {
    const { cursor: next, ...page } = await audit.everybody({
      ...window,
      ...(cursor !== undefined && { cursor }),
    });
    sum = sum ? (addUp(sum, page) as Everybody) : page;
    cursor = next;
    told(sum.people);
  } while (cursor !== undefined);
  return sum;
}

/** Everything that one member of the staff has looked at in a window. */
export function linesOfMember(
  { audit }: Api,
  asked: { staffId: string; from: string; to: string },
): Promise<MemberLine[]> {
  return allOf(
    (cursor) => audit.member({ ...asked, ...cursor }),
    ({ lines }) => lines,
  );
}

/** Everything that was found put back into the table around the service. */
export function linesOfPutBack({ audit }: Api): Promise<PutBackLine[]> {
  return allOf(
    (cursor) => audit.putBack(cursor),
    ({ lines }) => lines,
  );
}

async function allOf<P extends { cursor?: string | undefined }, T>(
  turn: (at: { cursor?: string }) => Promise<P>,
  rowsOf: (page: P) => T[],
): Promise<T[]> {
  const rows: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await turn(cursor === undefined ? {} : { cursor });
    rows.push(...rowsOf(page));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return rows;
}

const sumOf = (tallies: readonly Tally[]): Tally =>
  tallies.reduce<Tally>((sum, one) => addUp(sum, one) as Tally, {});

/** Numbers are added, lists joined, and what has names is added up by name. */
function addUp(one: unknown, other: unknown): unknown {
  if (one === undefined || other === undefined) return one ?? other;
  if (typeof one === 'number') return one + Number(other);
  if (Array.isArray(one)) return [...one, ...(other as unknown[])];
  const [mine, theirs] = [one, other] as Record<string, unknown>[];
  const names = new Set([...Object.keys(mine ?? {}), ...Object.keys(theirs ?? {})]);
  return Object.fromEntries([...names].map((name) => [name, addUp(mine?.[name], theirs?.[name])]));
}
