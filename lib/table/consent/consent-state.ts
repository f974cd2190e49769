import type { ConsentPurposeId } from '../../policy/purposes';
import type { Write } from '../client';
import { keys } from '../keys';
import type { PersonChange } from '../ledger/append';
import type { LedgerHead } from '../ledger/ledger';
import { type Consent, consent, MAX_ACTS_REMEMBERED, type Person } from '../person/person';

/** One act on one purpose: the state it leads to, and the head of the ledger with its entry. */
export type ConsentMove = {
  purpose: ConsentPurposeId;
  after: Consent;
  head: LedgerHead;
  /** What of the person's own item ends with the purpose, where a grant ends by the act. */
  ends: PersonChange;
  /** When the person acted in front of the text themselves. */
  shownAt: string | undefined;
};

/** Moves a person's consent on. Refused unless the ledger still ends where it was seen: every act moves its head. */
export function moveConsent(person: Person, { purpose, after, head, ends, shownAt }: ConsentMove): Write {
  const { set = [], remove = [], values } = ends;
  const chainIsWhereWeSawIt = 'ledgerSeq = :before';
  return {
    Update: {
      Key: keys.person(person.subjectId),
      UpdateExpression:
        'SET #consents.#purpose = :consent, acts = :acts, ledgerSeq = :seq, ledgerHash = :hash' +
        `${shownAt ? ', noticedAt = if_not_exists(noticedAt, :at)' : ''}` +
        `${set.map((one) => `, ${one}`).join('')}${remove.length > 0 ? ` REMOVE ${remove.join(', ')}` : ''}`,
      ConditionExpression: chainIsWhereWeSawIt,
      ExpressionAttributeNames: { '#consents': 'consents', '#purpose': purpose },
      ExpressionAttributeValues: {
        ':consent': consent.encode(after, purpose),
        ':acts': [after.request, ...(person.acts ?? [])].slice(0, MAX_ACTS_REMEMBERED),
        ':before': person.ledgerSeq,
        ':seq': head.seq,
        ':hash': head.hash,
        ...(shownAt && { ':at': shownAt }),
        ...values,
      },
    },
  };
}
