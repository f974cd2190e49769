import type { Deps } from '../../lib/deps';
import { aboutOf, type Run } from '../../lib/gate/operation';
import { readCursor, sealCursor } from '../../lib/table/cursor';
import { type ChainHead, emptyHead, headOfText, textOfHead } from '../../lib/table/ledger/chain';
import { decodeEntry, ledger } from '../../lib/table/ledger/ledger';
import { ledgerHead, type Person } from '../../lib/table/person/person';
import type { Sealer } from '../../lib/table/sealer';
import { consentsOf } from './status';

const LIST = 'consent.history';
const DEFAULT_PAGE = 20;
type Page = { cursor?: string | undefined; limit?: number | undefined };

/**
 * The person's own ledger, oldest first, each page checked as it is read (promise S9) and shown up to where it breaks. The cursor carries the head
 * reached so far, sealed, so that every page continues the chain of the one before.
 */
export function history(deps: Deps, { caller, input }: Run<'subject', Page>) {
  const turning = { list: LIST, readerId: caller.person.subjectId };
  return ledgerPage(deps, caller, turning, input);
}

/** The same page, with the state of each consent, for an officer who has to correct a record. */
export async function inspect(deps: Deps, { caller, input }: Run<'staff', Page>) {
  const about = aboutOf(caller);
  const { person } = about;
  const turning = { list: `consent.inspect|${person.subjectId}`, readerId: caller.staffId };
  return { ...consentsOf(deps, person), ...(await ledgerPage(deps, about, turning, input)) };
}

type Whose = { person: Person; sealer: Sealer };
/** The list that is read, and who turns its pages. */
type Turning = { list: string; readerId: string };

async function ledgerPage(deps: Deps, { person, sealer }: Whose, { list, readerId }: Turning, input: Page) {
  const { subjectId } = person;
  const { cursor } = input;
  const from =
    cursor === undefined ? emptyHead : headOfText(await readCursor(deps.ring, list, readerId, cursor));
  const { items, more } = await ledger.page(deps.table, subjectId, from.seq, input.limit ?? DEFAULT_PAGE);
  const reached = await ledger.follow(deps.ring, subjectId, from, items);
  const broken = 'brokenAt' in reached;
  const whole = broken ? items.slice(0, reached.brokenAt - from.seq - 1) : items; // what was altered may be anything
  const entries = whole.map((item) => decodeEntry(item, sealer));
  if (more && !broken) {
    return {
      entries,
      intact: true,
      cursor: await sealCursor(deps.ring, list, readerId, textOfHead(reached)),
    };
  }
  return { entries, intact: !broken && sameHead(reached, ledgerHead(person)) };
}

/** An entry may have been added since the person's item was read: the chain may be ahead of it, never behind. */
function sameHead(reached: ChainHead, known: ChainHead): boolean {
  return reached.seq > known.seq || Buffer.from(reached.hash).equals(known.hash);
}
