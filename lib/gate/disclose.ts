import { toInstant } from '../clock';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import type { KindId } from '../policy/kinds';
import type { PurposeId } from '../policy/purposes';
import { type PassingKind, type RecipientId, recipients } from '../policy/recipients';
import { appendEntry } from '../table/append';
import type { Person } from '../table/person';

export type Disclosure = {
  recipient: RecipientId;
  purpose: PurposeId;
  kinds: readonly (KindId | PassingKind)[];
  /** Which way of verification, for instance. */
  way?: string;
  requestId: string;
};

/**
 * Sends personal data to a recipient of the registry, after the person's disclosure register says who gets what and
 * why; then notes what came back (promises D1, N5). When the register cannot be written, nothing is sent. `nameOf`
 * turns an answer into its enumerated name, never its content. Costs two trips.
 */
export async function disclose<T>(
  deps: Deps,
  person: Person,
  { recipient, purpose, kinds, way, requestId }: Disclosure,
  send: () => Promise<T>,
  nameOf: (answer: T) => string,
): Promise<T> {
  if (!recipients[recipient]) throw new Error('a recipient that the registry does not know');
  const common = { actor: 'service', purpose, recipient, requestId, ...(way && { way }) } as const;
  const note = (about: Person, act: 'disclosure.made' | 'disclosure.answered', more: object) =>
    appendEntry(deps, about, { ...common, at: toInstant(deps.clock.now()), act, ...more });
  const registered = await note(person, 'disclosure.made', { kinds: [...kinds] });
  const cause = registered.ledgerSeq;
  try {
    const answer = await send();
    await note(registered, 'disclosure.answered', { cause, result: nameOf(answer) });
    return answer;
  } catch (error) {
    await note(registered, 'disclosure.answered', {
      cause,
      result: error instanceof AppError ? error.code : 'INTERNAL',
    });
    throw error;
  }
}
