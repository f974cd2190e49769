import { DAY_MS, toInstant } from '../../lib/clock';
import { idOfRequest } from '../../lib/crypto/request-id';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import { aboutOf, type Run } from '../../lib/gate/operation';
import { calendarNote, endOfWorkingDays } from '../../lib/policy/working-days';
import { ConditionFailed } from '../../lib/table/client';
import { appendEntry } from '../../lib/table/ledger/append';
import {
  type Appeal,
  type appealDecisions,
  appealKey,
  type appealSubjects,
  type DecidedAppeal,
  decideAppeal,
  type OpenAppeal,
  putAppeal,
  queryAppeals,
  readAppeal,
} from '../../lib/table/real-name/appeal';
import { readRefusedClaim, refusedClaimKey } from '../../lib/table/real-name/refused-claim';
import { upheld } from './appeal-effects';

/** 认定方法 六: an answer within 15 working days. */
export const APPEAL_WORKING_DAYS = 15;
export const APPEALS_PER_PERSON = {
  name: 'APPEALS_PER_PERSON',
  per: 'person',
  max: 5,
  windowMs: DAY_MS,
} as const;

type Ask = { about: (typeof appealSubjects)[number]; words: string; idempotencyKey: string };

/** The appeal of a key: the same for a repeat, and another for everybody else. */
export const appealIdFor = (subjectId: string, idempotencyKey: string): string =>
  idOfRequest('appeal', subjectId, idempotencyKey);

/** What is read with somebody who appeals: the appeal of their key, and the refusal that it may be against. */
export const appealKeys = (subjectId: string, { idempotencyKey }: { idempotencyKey: string }) =>
  [appealKey(subjectId, appealIdFor(subjectId, idempotencyKey)), refusedClaimKey(subjectId)] as const;

/** Appeals to a human against a result (PIPL art. 24, 50; promise N6). */
export async function askAppeal(deps: Deps, { caller, input, requestId }: Run<'subject', Ask>) {
  const { person, sealer } = caller;
  const { subjectId } = person;
  const { about, words } = input;
  const known = readAppeal(caller.alsoRead, sealer);
  const [refused] = caller.furtherRead;
  if (known) return repeatOf(known, input);
  const appealId = appealIdFor(subjectId, input.idempotencyKey);
  const at = toInstant(deps.clock.now());
  const value: OpenAppeal = {
    appealId,
    about,
    words,
    ...(about === 'taken' && { claimId: readRefusedClaim(refused)?.claimId }),
    state: 'open',
    askedAt: at,
    dueAt: toInstant(await endOfWorkingDays(deps.clock.now(), APPEAL_WORKING_DAYS)),
  };
  const entry = {
    at,
    act: 'review.asked',
    actor: 'self',
    purpose: 'review',
    kinds: ['review-words'],
    way: about,
    requestId,
  } as const;
  try {
    await appendEntry(deps, person, entry, [putAppeal(subjectId, value, sealer)]);
    return appealShown(value);
  } catch (error) {
    const other = error instanceof ConditionFailed ? readAppeal(error.found[0]?.item, sealer) : undefined;
    if (!other) throw error;
    return repeatOf(other, input);
  }
}

function repeatOf(known: Appeal, { about, words }: Ask) {
  if (known.about !== about || known.words !== words) throw new AppError('IDEMPOTENCY_CONFLICT');
  return appealShown(known);
}

function appealShown(value: Appeal) {
  const { appealId, about, state, words, askedAt } = value;
  const common = { appealId, about, state, words, askedAt };
  if (value.state === 'open') return { ...common, dueAt: value.dueAt, ...calendarNote(value.dueAt) };
  const { wasDueAt, decision, reasonGiven, decidedAt } = value;
  return { ...common, dueAt: wasDueAt, decision, reason: reasonGiven, decidedAt };
}

/** The person's own appeals, with decision and reason. */
export async function listOwnAppeals(deps: Deps, { caller }: Run<'subject', Record<string, never>>) {
  const appeals = await queryAppeals(deps.table, caller.person.subjectId, caller.sealer);
  return { appeals: appeals.map(appealShown) };
}

type OfOne = { subjectId: string; appealId: string };
type Decide = OfOne & { decision: (typeof appealDecisions)[number]; reason: string };

/** Staff: reads one appeal. The person's ledger already says who reads it, by its number. */
export async function openAppeal(deps: Deps, { caller, input }: Run<'staff', OfOne>) {
  return appealShown((await findAppeal(deps, caller, input)).value);
}

/**
 * Staff: decides an appeal, once, with a reason that the person reads. A repeat of the same decision changes nothing. What it
 * does that an appeal is upheld is in the same transaction (appeal-effects.ts).
 * @throws AppError NOT_FOUND | NOT_NOW when it was decided otherwise, or cannot be upheld | BUSY
 */
export async function decide(deps: Deps, { caller, input, requestId }: Run<'staff', Decide>) {
  const { item, value, about } = await findAppeal(deps, caller, input);
  const { decision, reason, subjectId, appealId } = input;
  if (value.state === 'decided') return repeatDecision(value, input);
  const at = toInstant(deps.clock.now());
  const { dueAt: wasDueAt, ...asked } = value;
  const after: DecidedAppeal = {
    ...asked,
    state: 'decided',
    wasDueAt,
    decision,
    decidedAt: at,
    decidedBy: caller.staffId,
    reasonGiven: reason,
  };
  const decided = { about, claimId: value.claimId, staffId: caller.staffId, requestId };
  const effect =
    decision === 'overturned' ? await upheld[value.about](deps, decided) : { kinds: [], writes: [] };
  const entry = {
    at,
    act: 'review.decided',
    actor: 'staff',
    purpose: 'review',
    kinds: ['review-words', ...effect.kinds],
    staff: caller.staffId,
    result: decision,
    reason: 'appeal',
    ticket: appealId,
    requestId,
  } as const;
  try {
    await appendEntry(deps, about.person, entry, [
      decideAppeal(subjectId, after, item, about.sealer),
      ...effect.writes,
    ]);
    return appealShown(after);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const other = readAppeal(error.found[0]?.item, about.sealer);
    if (!other) throw new AppError('BUSY'); // what it is about has changed meanwhile
    return repeatDecision(other, input);
  }
}

function repeatDecision(value: Appeal, { decision, reason }: Decide) {
  if (value.state === 'open' || value.decision !== decision || value.reasonGiven !== reason)
    throw new AppError('NOT_NOW', { why: '这件申诉已经有了不同的结论。' });
  return appealShown(value);
}

async function findAppeal({ table }: Deps, caller: Run<'staff', OfOne>['caller'], { appealId }: OfOne) {
  const about = aboutOf(caller);
  const [item] = await table.getMany([appealKey(about.person.subjectId, appealId)]);
  const value = readAppeal(item, about.sealer);
  if (!value) throw new AppError('NOT_FOUND');
  return { item, value, about };
}
