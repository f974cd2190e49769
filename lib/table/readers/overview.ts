import { toInstant } from '../../clock';
import { kinds } from '../../policy/kinds';
import { type PurposeId, purposes } from '../../policy/purposes';
import { recipients } from '../../policy/recipients';
import type { Item } from '../client';
import { isFrozen, isHeld } from '../item';
import { ledgerEntry } from '../ledger/ledger';
import { readRecipient } from '../notice/recipient';
import { sendingsOf } from '../notice/sendings';
import type { AnyEntity } from './any-entity';
import { explain } from './explain';
import { declaredEntities } from './partition';

/** How long some records of a purpose are kept, and by which rule. */
type Keeps = { period: string; basis: string; records: number; endsAtSeconds?: number };
/** Whom something was given to for a purpose: what, how often and when last. */
type GivenTo = { recipient: string; kinds: Set<string>; times: number; lastAt: string };

type OfPurpose = {
  records: number;
  held: number;
  kinds: Set<string>;
  keeps: Map<string, Keeps>;
  given: Map<string, GivenTo>;
};

/**
 * Sums up what is held of somebody, record by record and by purpose: which kinds, how many, by which rule and until when, and
 * who has got something (PIPL art. 17, 45; promise R1). Nothing is opened for it.
 */
export function overviewReader(nowMs: number, among: ReadonlyMap<string, AnyEntity> = declaredEntities) {
  const found = new Map<string, OfPurpose>();

  function of(purpose: string): OfPurpose {
    const known = found.get(purpose) ?? {
      records: 0,
      held: 0,
      kinds: new Set(),
      keeps: new Map(),
      given: new Map(),
    };
    found.set(purpose, known);
    return known;
  }

  function takeRecord({ epoch: _, ...content }: Item): void {
    const item = content as Item; // that something rests on a consent says nothing of what it is
    const { purpose, kinds: ofItem, rule, period, basis, endsAtSeconds } = explain(item, among);
    const sum = of(purpose);
    sum.records += 1;
    if (isHeld(item)) sum.held += 1;
    // What is frozen tells of its kinds in what the hold says.
    if (!isFrozen(item))
      for (const kind of ofItem) if (kinds[kind].class !== 'technical') sum.kinds.add(kinds[kind].name);
    const keeps = sum.keeps.get(rule) ?? { period, basis, records: 0 };
    keeps.records += 1;
    if (endsAtSeconds !== undefined) keeps.endsAtSeconds = Math.max(keeps.endsAtSeconds ?? 0, endsAtSeconds);
    sum.keeps.set(rule, keeps);
  }

  function takeSendings(item: Item): void {
    const entry = ledgerEntry.read(item);
    const row = readRecipient(item);
    if (entry?.act === 'disclosure.made' && entry.recipient !== undefined)
      give(entry.purpose, { recipient: entry.recipient, kinds: entry.kinds ?? [], times: 1, at: entry.at });
    for (const sending of row ? sendingsOf(row) : []) give(undefined, sending);
  }

  type Sending = { recipient: string; kinds: readonly string[]; times: number; at: string };
  function give(purpose: string | undefined, { recipient, kinds: sent, times, at }: Sending): void {
    const { given } = of(
      purpose ?? recipients[recipient as keyof typeof recipients]?.purpose ?? 'accountability',
    );
    const before = given.get(recipient) ?? { recipient, kinds: new Set(), times: 0, lastAt: at };
    for (const kind of sent) before.kinds.add(kind);
    const lastAt = at > before.lastAt ? at : before.lastAt;
    given.set(recipient, { ...before, times: before.times + times, lastAt });
  }

  return {
    take(item: Item): void {
      const { expiresAtSeconds } = item;
      const hasEnded = expiresAtSeconds !== undefined && Number(expiresAtSeconds) * 1000 <= nowMs;
      if (hasEnded && !isHeld(item)) return;
      takeRecord(item);
      takeSendings(item);
    },
    /** In the order of the policy. */
    answer: () =>
      (Object.keys(purposes) as PurposeId[]).flatMap((id) => {
        const sum = found.get(id);
        return sum ? [shown(id, sum)] : [];
      }),
  };
}

function shown(id: PurposeId, { records, held, kinds: names, keeps, given }: OfPurpose) {
  const { name, why, ground } = purposes[id];
  return {
    purpose: id,
    name,
    why,
    ground,
    records,
    held,
    kinds: [...names],
    keeps: [...keeps.values()].map(({ endsAtSeconds, ...rest }) => ({
      ...rest,
      ...(endsAtSeconds !== undefined && { latestEndsAt: toInstant(endsAtSeconds * 1000) }),
    })),
    given: [...given.values()].map((one) => ({ ...one, kinds: [...one.kinds] })),
  };
}
