import { kinds, kindsFor } from './kinds';
import { needsConsent, type Purpose, type PurposeId, purposeIds, purposes } from './purposes';
import { retention } from './retention';

/** What outlives the withdrawal of a consent, and why (PIPL art. 47 para 2). */
export type Retained = {
  purpose: PurposeId;
  name: string;
  why: string;
  /** What is kept, and for how long. Keys, counters and the like, which say nothing about a person, are left out. */
  kinds: { name: string; period: string }[];
};

/** Basic purposes that hold something of a person only once they have used one of these. */
const onlyAfter: Partial<Record<PurposeId, readonly PurposeId[]>> = {
  minors: ['real-name', 'real-name-bank', 'real-name-face', 'real-name-network'],
  review: ['real-name', 'real-name-bank', 'real-name-face', 'real-name-network'],
};

/**
 * What is kept when one purpose ends: what the law or the account needs, and what rests on the person's other consents.
 * `stillAgreed` names the other purposes they have agreed to.
 */
export function retainedAfter(ended: PurposeId, stillAgreed: (purpose: PurposeId) => boolean): Retained[] {
  return purposeIds
    .filter((id) => id !== ended)
    .filter((id) => (needsConsent(id) ? stillAgreed(id) : (onlyAfter[id]?.includes(ended) ?? true)))
    .map((id) => stayOf(id, ended));
}

function stayOf(id: PurposeId, ended: PurposeId): Retained {
  const { name, ground, why }: Purpose = purposes[id];
  const reason = needsConsent(id)
    ? `您对“${name}”的同意仍然有效，与本次撤回的“${purposes[ended].name}”无关：${why}`
    : `${why}依据：${ground}。`;
  const held = kindsFor(id).filter((kind) => kinds[kind].class !== 'technical');
  return {
    purpose: id,
    name,
    why: reason,
    kinds: held.map((kind) => ({
      name: kinds[kind].name,
      period: retention[kinds[kind].retention].period,
    })),
  };
}
