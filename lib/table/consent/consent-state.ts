import type { ConsentPurposeId } from '../../policy/purposes';
import { boundConsents, type Consent, consent, MAX_ACTS_REMEMBERED, type Person } from '../person/person';
import type { PersonChange, PlainChange } from '../person/standing';

/** One act on one purpose: the state it leads to. */
export type ConsentMove = {
  purpose: ConsentPurposeId;
  after: Consent;
  /** What of the person's own item ends with the purpose, where a grant ends by the act. */
  ends: PlainChange;
  /** When the person acted in front of the text themselves. */
  shownAt: string | undefined;
};

/** Moves a person's consent on, with the entry that says so: every act moves the head of the ledger, so none is overlooked. */
export function moveConsent(person: Person, { purpose, after, ends, shownAt }: ConsentMove): PersonChange {
  const { set = [], remove = [], values } = ends;
  const stored = consent.encode(after, purpose);
  const bound = boundConsents({ ...person.consents, [purpose]: stored });
  return {
    set: ['#consents.#purpose = :consent', 'acts = :acts', bound.set, ...set],
    remove,
    names: { '#consents': 'consents', '#purpose': purpose },
    values: {
      ':consent': stored,
      ...bound.values,
      ':acts': [after.request, ...(person.acts ?? [])].slice(0, MAX_ACTS_REMEMBERED),
      ...values,
    },
    ...(shownAt && !person.noticedAt && { standing: { noticedAt: shownAt } }),
  };
}
