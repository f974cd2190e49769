import { toInstant } from '../../../lib/clock';
import type { Deps } from '../../../lib/deps';
import { AppError } from '../../../lib/errors';
import { aboutOf, type Run } from '../../../lib/gate/operation';
import { ConditionFailed } from '../../../lib/table/client';
import { goOnIn, unheldState } from '../../../lib/table/hold/whole';
import { appendPlanned } from '../../../lib/table/ledger/append';
import { decodeEntry, ledger, readEntry } from '../../../lib/table/ledger/ledger';
import type { AfterDeath } from '../../../lib/table/person/after-death';
import { endOfAccount, startOfEnd } from '../../../lib/table/person/end-of-account';
import type { LifeState } from '../../../lib/table/person/life';
import { moveLife } from '../../../lib/table/person/move-life';
import { joinChanges } from '../../../lib/table/person/standing';
import { onlyWithout } from '../../../lib/table/process/process';

/**
 * What is to happen with the caller's account when they have died (PIPL art. 49), and what they have said before where nothing is
 * said now. Said again it changes nothing.
 */
export async function directive(
  deps: Deps,
  { caller, input, requestId }: Run<'subject', { wish?: AfterDeath | undefined }>,
) {
  const { wish } = input;
  if (wish === undefined) return { wish: caller.person.afterDeath ?? ('unsaid' as const) };
  await appendPlanned(deps, caller.person, (now) =>
    (now.afterDeath ?? 'unsaid') === wish
      ? undefined
      : {
          entry: {
            at: toInstant(deps.clock.now()),
            act: 'directive.given',
            actor: 'self',
            purpose: 'account',
            result: wish,
            requestId,
          },
          change: { standing: { afterDeath: wish } },
        },
  );
  return { wish };
}

/** In which states a death is entered and confirmed: also of somebody who is held by law, which it does not end. */
const canDie: readonly LifeState[] = ['active', 'restricted', 'held'];

function whyNoDeath(state: LifeState): string {
  if (state === 'closing')
    return '本人已经申请注销，期满即删除，不再登记身故。亲属要查阅、复制的，请凭书面材料另立一件工单。';
  return state === 'deceased' ? '已经确认身故。' : '账号已经终结，不能登记身故。';
}

type ForDead = { subjectId: string; ticket: string };
type Report = ForDead & { certificateHash: string; kinshipHash: string };

/**
 * Staff: enters that relatives say that somebody has died, with the SHA-256 of both papers. Nothing changes for the account before a
 * colleague has confirmed it. Reported already, it answers that report. @throws AppError NOT_NOW where there is nothing to report
 */
export async function reportDeath(deps: Deps, run: Run<'staff', Report>) {
  const { certificateHash, kinshipHash } = run.input;
  let report = 0;
  await appendPlanned(deps, aboutOf(run.caller).person, ({ lifeState, deathReport }, seq) => {
    if (!canDie.includes(lifeState)) throw new AppError('NOT_NOW', { why: whyNoDeath(lifeState) });
    report = deathReport ?? seq;
    if (deathReport !== undefined) return undefined;
    const document = `${certificateHash}.${kinshipHash}`;
    return {
      entry: { ...byStaff(deps, run), act: 'death.reported', document },
      change: { standing: { deathReport: seq } },
    };
  });
  return { report };
}

/**
 * Staff: confirms what a colleague has reported, by the same papers. From then on nobody signs in and nobody sees anything of theirs.
 * @throws AppError CALLER_NOT_ALLOWED to who has reported it | NOT_NOW without a report | RECORD_ALTERED
 */
export async function confirmDeath(deps: Deps, run: Run<'staff', Report>) {
  const { person } = aboutOf(run.caller);
  const { certificateHash, kinshipHash, subjectId } = run.input;
  if (person.lifeState === 'deceased') return { since: person.lifeStateAt ?? '' };
  if (person.deathReport === undefined) throw new AppError('NOT_NOW', { why: '还没有人登记身故。' });
  const item = await readEntry(deps.table, subjectId, person.deathReport);
  if (!item || !(await ledger.isUnaltered(deps.ring, subjectId, item))) throw new AppError('RECORD_ALTERED');
  const { staff, document } = decodeEntry(item);
  if (staff === run.caller.staffId)
    throw new AppError('CALLER_NOT_ALLOWED', { why: '登记的人不能自己确认，须由另一位工作人员确认。' });
  if (document !== `${certificateHash}.${kinshipHash}`)
    throw new AppError('NOT_NOW', { why: '与登记的材料不一致，请核对原件。' });
  return moveLife(
    deps,
    person,
    { from: canDie, to: 'deceased' },
    { ...byStaff(deps, run), act: 'death.confirmed', document },
    (now) => ({
      // Whoever is put right is again what they were apart from what holds them, and held if they still are.
      standing: { lifeBefore: unheldState(now), deathReport: undefined, lifeUnheld: undefined },
      condition: 'deathReport = :report',
      values: { ':report': person.deathReport },
    }),
  );
}

/**
 * Staff: puts a mistake right: a report is dropped, and somebody who is not dead is again what they were.
 * @throws AppError NOT_NOW when the account is already being ended
 */
export async function rightDeath(deps: Deps, run: Run<'staff', ForDead>) {
  const { person } = aboutOf(run.caller);
  const entry = { ...byStaff(deps, run), act: 'death.righted' } as const;
  if (person.lifeState !== 'deceased') {
    await appendPlanned(deps, person, ({ deathReport }) =>
      deathReport === undefined ? undefined : { entry, change: { standing: { deathReport: undefined } } },
    );
    return { righted: true as const };
  }
  await appendPlanned(deps, person, (now) => {
    if (now.lifeState !== 'deceased') return undefined;
    const back = goOnIn(now.lifeBefore ?? 'active', now, entry.at);
    const change = joinChanges(back, { standing: { lifeBefore: undefined } });
    return { entry, change, also: [onlyWithout(endOfAccount(person.subjectId))] };
  }).catch(endedAlready);
  return { righted: true as const };
}

/**
 * Staff: ends the account of somebody who has died, for their relatives, unless they have said that it is to be kept (PIPL art. 49).
 * Asked again it answers the same.
 */
export async function endDeceased(deps: Deps, run: Run<'staff', ForDead>) {
  const { person } = aboutOf(run.caller);
  const { subjectId } = person;
  if (person.afterDeath === 'keep')
    throw new AppError('NOT_NOW', {
      why: '本人生前要求保留账号，亲属不能要求删除（个人信息保护法第四十九条）。',
    });
  if (person.lifeState !== 'deceased')
    throw new AppError('NOT_NOW', { why: '还没有确认身故，请先登记和确认。' });
  const at = toInstant(deps.clock.now());
  await appendPlanned(deps, person, ({ lifeState }, seq) => {
    if (lifeState !== 'deceased') throw new AppError('NOT_NOW', { why: '账号的状态刚刚有了变化。' });
    return {
      entry: { ...byStaff(deps, run), act: 'death.ended' },
      also: [startOfEnd(subjectId, at, seq)],
    };
  }).catch((error: unknown) => {
    // It has begun already.
    if (!(error instanceof ConditionFailed && error.found[0])) throw error;
  });
  await deps.queue.send([endOfAccount(subjectId)]);
  return { ending: true as const };
}

function byStaff({ clock }: Deps, { caller, input, requestId }: Run<'staff', ForDead>) {
  const { staffId: staff } = caller;
  const at = toInstant(clock.now());
  const of = { staff, reason: 'rights-request', ticket: input.ticket, requestId } as const;
  return { at, actor: 'staff', purpose: 'account', ...of } as const;
}

function endedAlready(error: unknown): never {
  if (!(error instanceof ConditionFailed)) throw error;
  throw new AppError('NOT_NOW', {
    why: '账号刚刚有了变化，请重新查看。已经开始删除的，不能再恢复。',
  });
}
