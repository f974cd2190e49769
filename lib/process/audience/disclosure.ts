import type { Deps } from '../../deps';
import { type DisclosureFacts, disclosureWording } from '../../notice/text/disclosure';
import type { KindId } from '../../policy/kinds';
import { tellOne } from './one-person';

/** One person's part of a disclosure to an authority. The words are public: whoever gives them sees to it that they name nobody. */
export type Disclosure = DisclosureFacts & {
  /** Of the register. */
  disclosureId: string;
  subjectId: string;
  /** What was given of this person: one kind at least. */
  kinds: readonly KindId[];
};

/**
 * Has one person told of a disclosure to an authority (promise D4; PIPL art. 18, 35; policy 5.1.2, 5.3.3), as `tellOne` says. `atMs`
 * is now or the moment at which a stated secrecy ends. `secret`: it was kept back until then, and the notice says so.
 */
export function tellOfDisclosure(
  deps: Pick<Deps, 'ring' | 'noticeTemplates'>,
  { disclosureId, subjectId, kinds, ...facts }: Disclosure,
  atMs: number,
  secret: boolean,
): ReturnType<typeof tellOne> {
  const said = disclosureWording(facts, secret);
  return tellOne(deps, { about: disclosureId, subjectId, kinds, said }, atMs);
}
