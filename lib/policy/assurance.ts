/**
 * The ways to prove a real name (promise N1), and how surely each shows that it is the person: a name and a number can be
 * known to anybody who has seen the card, a phone and a bank card are known to fewer, a face and 网证 need the person.
 */
export const assurance = { id: 1, phone: 2, bank: 3, face: 4, network: 4 } as const;
export type WayId = keyof typeof assurance;
export const wayIds = ['id', 'phone', 'bank', 'face', 'network'] as const satisfies readonly WayId[];

/** What needs more than any way: the least sure one that is enough for it. */
const enoughFor = {
  /** To answer for a child. A child can know a parent's card and phone, and has no bank card in that name. */
  guardian: 'bank',
} as const satisfies Record<string, WayId>;

/** Whether a way shows more surely than another one that it is the person. */
export function isStronger(way: WayId, than: WayId): boolean {
  return assurance[way] > assurance[than];
}

export function isEnoughFor(what: keyof typeof enoughFor, way: WayId): boolean {
  return !isStronger(enoughFor[what], way);
}
