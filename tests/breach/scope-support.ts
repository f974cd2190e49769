import { toInstant } from '../../lib/clock';
import type { Selector } from '../../lib/scope/selector';
import { onceKey, type World } from '../support/world';
import { responder } from './budget-rows';
import type { History } from './leak';

/** Who is on the lists, and whom the opener opened without a trace, by a bit for each account. */
export type Lists = { seen: number; opened: number; traceless: number };
type Known = Pick<History, 'world' | 'accounts' | 'digests'>;

export function isSeen(
  { accounts, digests }: Omit<Known, 'world'>,
  { seen }: Lists,
  subjectId: string,
): boolean {
  return ((seen >> [...accounts.keys()].indexOf(subjectId)) & 1) === 1 && digests.has(subjectId);
}

export type Range = { atLeast: number; atMost: number };
export type Shown = {
  scopeId: string;
  state: string;
  exact: boolean;
  people: Range;
  sensitive: Range;
  minors: Range;
  byKind: (Range & { kind: string })[];
  why: { doubt: string; people: number }[];
  anyOf: Selector;
  strangers: number;
  frozenAt: string;
  parts: number;
  sha256: string;
};

/** Two entries of each list are nobody's. */
export const STRANGERS = 2;

export async function declared({ world, accounts, digests }: Known, lists: Lists): Promise<string> {
  const learnedAt = toInstant(world.deps.clock.now());
  const declaration = { title: '导出接口未校验权限', learnedAt, idempotencyKey: onceKey() };
  const { incidentId } = await world.ok<{ incidentId: string }>('breach/declare', declaration, responder);
  const ids = [...accounts.keys()];
  const nobody = Array.from({ length: STRANGERS }, () => onceKey().slice(0, 22).padEnd(22, '0'));
  const seen = ids.flatMap((id) => (isSeen({ accounts, digests }, lists, id) ? [digests.get(id)] : []));
  const opened = ids.filter((_, index) => ((lists.opened >> index) & 1) === 1);
  const bad = nobody.map((digest) => ({ domain: 'phone', digest }));
  const part = { incidentId, part: 0 };
  const answers = [
    await world.ok(
      'breach/uploadDigests',
      { ...part, list: 'seen', kinds: ['phone-number'], digests: [...seen, ...bad] },
      responder,
    ),
    await world.ok(
      'breach/uploadOpened',
      {
        ...part,
        list: 'opened',
        opened: [...opened, ...nobody].map((subjectId) => ({ subjectId, kinds: ['nickname', 'login-code'] })),
      },
      responder,
    ),
  ];
  expect(answers).toEqual([
    { known: seen.length, strangers: STRANGERS },
    { known: opened.length, strangers: STRANGERS },
  ]);
  return incidentId;
}

/** Lets the queue and the timer work until a scope is frozen. */
export async function frozen({ world }: { world: World }, scopeId: string): Promise<Shown> {
  for (let round = 0; round < 10; round += 1) {
    await world.work();
    const shown = await world.ok<Shown>('breach/scope', { scopeId }, responder);
    if (shown.state === 'frozen') return shown;
    world.wait(10_000);
    world.queued.push({ kind: 'scope', id: scopeId });
  }
  throw new Error('a scope is never frozen');
}
