import { type Caller, onceKey, type World } from '../support/world';

export const wu = { token: 'staff:wu:officer' };
/** Who drafts does not approve. */
export const other = { token: 'staff:zhao:officer' };

export type Shown = { disclosureId: string; state: string };
export type Line = {
  line: string;
  use: string;
  at: string;
  who: string;
  words: string;
  happenedAt?: string;
  ticket?: string;
  times?: number;
  dispute?: { ticket: string; state: string; answer?: string };
};
export type Usage = { lines: Line[]; intact: boolean; cursor?: string };
type Handed = {
  records: { entity: string; values: { attribute: string; kinds: string[]; value: unknown }[] }[];
};

const paper = {
  kinds: ['card-name', 'card-phone'],
  authority: '广州市公安局天河区分局',
  document: '穗公天调证字〔2026〕118号',
  documentHash: 'cd'.repeat(32),
  basis: 'criminal-evidence',
  secret: false,
};

/** What an officer drafts of an authority's demand about somebody. */
export const demand = (subjectId: string) => ({ ...paper, subjectId });

/** The same, drafted. */
export const demanded = (world: World, subjectId: string, change: object = {}) =>
  world.ok<Shown>(
    'rights/proposeDisclosure',
    { ...demand(subjectId), idempotencyKey: onceKey(), ...change },
    wu,
  );

/** The same approved by another. */
export async function approved(world: World, subjectId: string, change: object = {}): Promise<Shown> {
  const { disclosureId } = await demanded(world, subjectId, change);
  return world.ok<Shown>('rights/approveDisclosure', { disclosureId }, other);
}

export const handOut = (world: World, disclosureId: string) =>
  world.ok<Handed>('rights/handOut', { disclosureId }, other);

/** Every line of somebody's register, page by page. */
export async function usageOf(world: World, me: Caller, limit?: number): Promise<Line[]> {
  const lines: Line[] = [];
  let cursor: string | undefined;
  do {
    const input = { ...(limit && { limit }), ...(cursor && { cursor }) };
    const page: Usage = await world.ok<Usage>('rights/usage', input, me);
    lines.push(...page.lines);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return lines;
}
