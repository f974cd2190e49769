import { toInstant } from '../../lib/clock';
import { isConsentAct, type Judged, lawful } from '../../lib/consent/lawful';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import type { PurposeId } from '../../lib/policy/purposes';
import { reachVersionAt } from '../../lib/policy/version';
import { type ChainHead, emptyHead } from '../../lib/table/ledger/chain';
import { decodeEntry, ledger } from '../../lib/table/ledger/ledger';
import { ledgerHead } from '../../lib/table/person/person';

const PAGE = 500;
/** Entries that one answer reads. Who has more has an officer answer with `npm run lawful-replay`. */
export const MAX_ENTRIES_JUDGED = 5_000;

type Input = { purpose: PurposeId; at?: string | undefined; asKnownAt?: string | undefined };

/**
 * Whether processing for a purpose was lawful at a moment, as known at a moment, from the person's own ledger, which is
 * verified on the way. Both moments are now unless given.
 * @throws AppError LIMIT_REACHED for a ledger longer than one answer reads
 */
export async function lawfulAt(deps: Deps, { caller, input }: Run<'subject', Input>) {
  const { person } = caller;
  const now = toInstant(deps.clock.now());
  const instant = (given: string | undefined) => (given === undefined ? now : toInstant(Date.parse(given)));
  const at = instant(input.at);
  const asKnownAt = instant(input.asKnownAt);
  const { acts, intact } = await readActs(deps, person.subjectId, ledgerHead(person));
  const { purpose } = input;
  const reachVersion = reachVersionAt(await deps.policy.all(), purpose, at);
  return { at, asKnownAt, intact, ...lawful(acts, { purpose, at, asKnownAt, reachVersion }) };
}

/** The consent acts of one ledger, up to where it breaks. */
async function readActs(deps: Deps, subjectId: string, known: ChainHead) {
  if (known.seq > MAX_ENTRIES_JUDGED)
    throw new AppError('LIMIT_REACHED', { limit: 'MAX_ENTRIES_JUDGED', max: MAX_ENTRIES_JUDGED });
  const acts: Judged[] = [];
  let head = emptyHead;
  for (let more = true; more; ) {
    const page = await ledger.page(deps.table, subjectId, head.seq, PAGE);
    const reached = await ledger.follow(deps.ring, subjectId, head, page.items);
    const broken = 'brokenAt' in reached;
    const whole = broken ? page.items.slice(0, reached.brokenAt - head.seq - 1) : page.items;
    acts.push(...whole.map((item) => decodeEntry(item)).filter(isConsentAct));
    if (broken) return { acts, intact: false };
    head = reached;
    more = page.more;
  }
  const sound = head.seq > known.seq || Buffer.from(head.hash).equals(known.hash);
  return { acts, intact: sound };
}
