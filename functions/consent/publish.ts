import { DAY_MS, toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError, invalidInput } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { DRAFTED_BY_YOU } from '../../lib/gate/staff';
import { choiceFlaws } from '../../lib/policy/choice';
import { describeDifference } from '../../lib/policy/difference';
import { flawsOf, type RegistryChanges, withChanges } from '../../lib/policy/registry';
import { describeStops } from '../../lib/policy/stops';
import { type PolicyVersion, purposesExceeding, versionAfter } from '../../lib/policy/version';
import { audienceProcess, beginAudience } from '../../lib/process/audience/begin';
import { ConditionFailed } from '../../lib/table/client';
import {
  parseVersion,
  publishVersion,
  putProposal,
  readBook,
  readVersion,
  rejectProposal,
  type StoredVersion,
  toSummary,
} from '../../lib/table/policy/policy-version';

type Propose = {
  from: 'build' | 'latest';
  changes?: RegistryChanges | undefined;
  officialText?: string | undefined;
  effectiveAt: string;
};

/**
 * An officer proposes the next version (promise K4). The difference to the last published one is computed here and by
 * nobody claimed: which purposes reach further, whether that is material, who will be asked again. `from: build` proposes
 * what this build of the code does; `latest` starts from what was published last. Sent twice, it answers twice the same.
 * @throws AppError INVALID_INPUT | NOT_NOW while another version waits or is announced
 */
export async function proposePolicy(deps: Deps, { caller, input }: Run<'staff', Propose>) {
  const { latest, pending } = await lookAt(deps);
  const base = input.from === 'build' ? deps.policy.registry : latest.registry;
  const registry = withChanges(base, input.changes ?? {});
  const flaws = [...flawsOf(registry), ...choiceFlaws(registry)];
  if (flaws.length > 0) throw new AppError('INVALID_INPUT', { fields: flaws });
  const effectiveAt = toInstant(Date.parse(input.effectiveAt));
  const { officialText = latest.officialText } = input;
  const content = versionAfter(latest, registry, { effectiveAt, announcedAt: effectiveAt, officialText });
  if (content.difference?.changes.length === 0 && officialText === latest.officialText)
    throw invalidInput('changes', '与上一版没有不同');
  demandNotice(deps, content);
  if (pending) {
    if (pending.textHash === content.textHash) return proposalShown(deps, pending, parseVersion(pending));
    throw new AppError('NOT_NOW', { why: '已有一版政策等待批准。', version: pending.version });
  }
  const stored: StoredVersion = {
    version: content.version,
    state: 'proposed',
    content: JSON.stringify(content),
    textHash: content.textHash,
    effectiveAt,
    proposedBy: caller.staffId,
    proposedAt: toInstant(deps.clock.now()),
  };
  await deps.table.write(putProposal(stored)).catch(refused);
  return proposalShown(deps, stored, content);
}

/** The proposal that waits for another officer. @throws AppError NOT_FOUND */
export async function showProposal(deps: Deps) {
  const { pending } = await lookAt(deps);
  if (!pending) throw new AppError('NOT_FOUND');
  return proposalShown(deps, pending, parseVersion(pending));
}

type Decide = { version: number; textHash: string };

/**
 * Another officer publishes what was proposed: exactly the text they name, announced from now on, in force from its date.
 * That everybody is told whom a material change concerns is promised in the same transaction.
 * @throws AppError NOT_FOUND | CALLER_NOT_ALLOWED for who proposed it | INVALID_INPUT when the notice has become too short
 */
export async function approvePolicy(deps: Deps, { caller, input }: Run<'staff', Decide>) {
  const { pending, book, latest } = await lookAt(deps);
  if (latest.version === input.version && latest.textHash === input.textHash) return published(latest);
  const proposal = demandProposal(pending, input);
  if (proposal.proposedBy === caller.staffId)
    throw new AppError('CALLER_NOT_ALLOWED', { why: DRAFTED_BY_YOU });
  const nowMs = deps.clock.now();
  const decidedAt = toInstant(nowMs);
  const content: PolicyVersion = { ...parseVersion(proposal), announcedAt: decidedAt };
  demandNotice(deps, content);
  const approved: StoredVersion = {
    ...proposal,
    content: JSON.stringify(content),
    decidedBy: caller.staffId,
    decidedAt,
  };
  const writes = await publishVersion(deps.ring, approved, toSummary(latest), book);
  const [first, ...others] = writes;
  const { version } = content;
  const telling = content.difference?.material ? [audienceProcess(`policy-${version}`, nowMs)] : [];
  const begins = telling.map((ref) => beginAudience(ref, 'policy', { version }, nowMs));
  if (first) await deps.table.write(first, ...others, ...begins).catch(refused);
  await deps.policy.refresh('now');
  await deps.queue.send(telling);
  return published(content);
}

function published({ version, announcedAt, effectiveAt }: PolicyVersion) {
  return { version, announcedAt, effectiveAt };
}

/** Turns a proposal down; its number is free again. */
export async function rejectPolicy(deps: Deps, { caller, input }: Run<'staff', Decide>) {
  const { pending } = await lookAt(deps);
  const proposal = demandProposal(pending, input);
  const decidedAt = toInstant(deps.clock.now());
  await deps.table
    .write(rejectProposal({ ...proposal, decidedBy: caller.staffId, decidedAt }))
    .catch(refused);
  return { rejected: true as const };
}

/** What stands at the end of the book, and what waits after it. */
async function lookAt(deps: Deps) {
  const book = await readBook(deps.table);
  if (!book) throw new AppError('BUSY'); // the first instance is about to write it
  const latest = await deps.policy.load(book.latest);
  if (!latest) throw new AppError('BUSY');
  const next = await readVersion(deps.table, book.latest + 1);
  return { book, latest, pending: next?.state === 'proposed' ? next : undefined };
}

function demandProposal(pending: StoredVersion | undefined, { version, textHash }: Decide): StoredVersion {
  if (pending?.version !== version || pending.textHash !== textHash) throw new AppError('NOT_FOUND');
  return pending;
}

/**
 * A material change is announced so many days before; every version so long that no instance can miss the moment. One
 * version at a time: while one is announced, the next waits.
 */
function demandNotice(deps: Deps, { effectiveAt, difference }: PolicyVersion): void {
  const { policy, policyNoticeDays, clock } = deps;
  if (policy.announced())
    throw new AppError('NOT_NOW', {
      why: '已公告的一版还没有施行，下一版须等待。',
      version: policy.announced()?.version ?? 0,
    });
  const leadMs = difference?.material ? policyNoticeDays * DAY_MS : 0;
  if (Date.parse(effectiveAt) >= clock.now() + Math.max(leadMs, policy.refreshMs)) return;
  const days = leadMs / DAY_MS;
  throw invalidInput(
    'effectiveAt',
    difference?.material && days > 0
      ? `重大变更须至少提前 ${days} 天公告`
      : `须晚于现在 ${policy.refreshMs / 1000} 秒以上`,
  );
}

function proposalShown(deps: Deps, stored: StoredVersion, content: PolicyVersion) {
  const stops = [...purposesExceeding(content.registry, deps.policy.registry)];
  const { version, textHash, effectiveAt, proposedBy, proposedAt } = stored;
  const { registry, difference, text } = content;
  return {
    version,
    textHash,
    effectiveAt,
    proposedBy,
    proposedAt,
    text,
    material: difference?.material ?? false,
    changes: difference?.changes ?? [],
    says: [
      ...(difference ? describeDifference(registry, difference) : []),
      ...describeStops(deps.policy.registry, stops),
    ],
    asksAgain: (difference?.widened ?? []).filter((id) => registry.purposes[id]?.basis === 'CONSENT'),
    /** Purposes for which this build does more than the proposal says; they would stop. */
    stops,
  };
}

/** Somebody else was quicker: what was read is no longer so. */
function refused(error: unknown): never {
  if (error instanceof ConditionFailed)
    throw new AppError('NOT_NOW', { why: '刚刚有人提出或者决定了一版政策，请刷新后重试。' });
  throw error;
}
