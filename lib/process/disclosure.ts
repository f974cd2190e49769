import { toInstant } from '../clock';
import type { Deps } from '../deps';
import { legalBases } from '../policy/disclosure';
import type { Write } from '../table/client';
import { type Disclosure, disclosureKey, wasSecret } from '../table/disclosure/disclosure';
import { moveDisclosure, openDisclosure } from '../table/disclosure/open-disclosure';
import { keys } from '../table/keys';
import { advanceHead } from '../table/ledger/append';
import { ledger, ledgerEntry, nextEntry } from '../table/ledger/ledger';
import { canSignIn } from '../table/person/life';
import { ledgerHead, type Person, readPerson } from '../table/person/person';
import { beginProcess, type ProcessRef } from '../table/process/process';
import { tellOfDisclosure } from './audience/disclosure';
import type { Next, ProcessKind, StepInput } from './kind';
import { noticeProcess } from './notice/spread';

/** Entries that one trip looks at for the one by which an account was given up. */
const PAGE_ENTRIES = 100;

/**
 * What was handed out to an authority is told to whom it is about (promise D4; PIPL art. 18, 35): at once, or the moment the
 * secrecy that was stated has ended, by nobody's doing. Until then it is a process of the service's own, which names nobody:
 * nothing lies with the person, and no number in their chain is left out.
 */
export const disclosure: ProcessKind = { tell, ask };

export const disclosureProcess = (disclosureId: string): ProcessRef => ({
  kind: 'disclosure',
  id: disclosureId,
});

/** Begins it, in the transaction by which it is handed out. */
export function beginTelling(disclosureId: string, nowMs: number): Write {
  return beginProcess(disclosureProcess(disclosureId), 'tell', {}, nowMs);
}

/** The line in the register and the notice are one transaction: whoever reads the one has the other. */
async function tell(deps: Deps, { process, requestId }: StepInput): Promise<Next> {
  const [item] = await deps.table.getMany([disclosureKey(process.id)]);
  const opened = await openDisclosure(deps, item);
  if (opened?.disclosure.state !== 'handed-out') return { to: 'end' };
  const of = opened.disclosure;
  const nowMs = deps.clock.now();
  const untilMs = of.secretUntil === undefined ? nowMs : Date.parse(of.secretUntil);
  if (nowMs < untilMs) return { waitUntilMs: untilMs };
  const person = await whoIsTold(deps, of.subjectId);
  if (!person) return { to: 'end', writes: [moveDisclosure(opened, { state: 'nobody-to-tell' })] };
  const told = moveDisclosure(opened, { state: 'told', toldAt: toInstant(nowMs) });
  const line = wasSecret(of) ? await lineOf(deps, person, of, requestId) : [];
  // Of somebody who has died, relatives find the line; nobody reads a notice.
  if (!canSignIn(person)) return { to: 'end', writes: [...line, told], count: 1 };
  const { noticeId, writes } = await tellOfDisclosure(deps, factsOf(of, person), nowMs, wasSecret(of));
  return { to: 'ask', state: { noticeId }, writes: [...line, told, ...writes] };
}

const factsOf = ({ disclosureId, kinds, authority, document, basis, ...of }: Disclosure, person: Person) => ({
  ...{ disclosureId, kinds, authority, document, basis: legalBases[basis].law },
  ...{ subjectId: person.subjectId, disclosedAt: of.handedOutAt ?? of.dueAt },
});

/** The worker of notices has a queue of its own; its timer finds the notice as well. */
async function ask({ noticeQueue }: Deps, { process: { state } }: StepInput): Promise<Next> {
  await noticeQueue.send([noticeProcess(String(state.noticeId))]);
  return { to: 'end', count: 1 };
}

/**
 * The writes that put a disclosure into a person's own register, refused where another entry was quicker. `at` is when it is
 * written, `trueAt` when it was handed out.
 */
export async function lineOf(
  { ring, clock }: Pick<Deps, 'ring' | 'clock'>,
  person: Person,
  { disclosureId, authority, basis, kinds, handedOutBy, handedOutAt }: Disclosure,
  requestId: string,
): Promise<[Write, Write]> {
  const before = ledgerHead(person);
  const entry = {
    at: toInstant(clock.now()),
    trueAt: handedOutAt,
    act: 'disclosure.made',
    actor: 'staff',
    staff: handedOutBy,
    role: 'officer',
    purpose: 'accountability',
    recipient: authority,
    kinds,
    way: legalBases[basis].law,
    document: disclosureId,
    requestId,
  } as const;
  const { write, head } = await nextEntry(ring, person.subjectId, before, entry);
  return [advanceHead(person, head), write];
}

/** Whoever it is about, by the account that they have now; undefined where there is none any more. */
async function whoIsTold(deps: Deps, subjectId: string): Promise<Person | undefined> {
  const [item] = await deps.table.getMany([keys.person(subjectId)]);
  const person = item && readPerson(item);
  if (!person || canSignIn(person) || person.lifeState === 'deceased') return person;
  if (person.lifeState !== 'left') return undefined;
  const other = await givenUpFor(deps, person);
  return other === undefined ? undefined : whoIsTold(deps, other);
}

/** The account that one was given up for, by the newest entry that says so: an altered one would tell somebody else. */
async function givenUpFor(
  { table, ring }: Deps,
  { subjectId, ledgerSeq }: Person,
): Promise<string | undefined> {
  for (let last = ledgerSeq; last > 0; last -= PAGE_ENTRIES) {
    const { items } = await ledger.page(
      table,
      subjectId,
      Math.max(0, last - PAGE_ENTRIES),
      PAGE_ENTRIES,
      last,
    );
    const left = items.findLast((item) => ledgerEntry.read(item)?.act === 'account.left');
    if (left && (await ledger.isUnaltered(ring, subjectId, left))) return ledgerEntry.read(left)?.other;
  }
  return undefined;
}
