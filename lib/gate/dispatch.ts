import type { Deps } from '../deps';
import { AppError } from '../errors';
import { faultOf } from '../log';
import type { Actor } from '../table/ledger/touched-key';
import { authorised } from '../table/permission';
import { askOf, demandLife } from '../table/person/life';
import { TimeoutError, within } from '../time-limits';
import type { Opener } from '../trail/trail';
import { authenticate, touchSession } from './authenticate';
import { demandBrowser, demandSessionKind } from './browser';
import type { Call, Reply } from './call';
import { guard } from './guard';
import { parseInput } from './input';
import { demandAddress, spend } from './limit';
import type { CallerKind, CallerOf, Operation, Operations } from './operation';
import { spendAssertion } from './platform';
import { actOf, demandProof } from './proof';
import { demandConsent, demandPublished, demandSomethingThere, withNotice } from './purpose';
import { refusal } from './refusal';
import { demandLowRisk } from './risk';
import { authenticateStaff, loadPersonForStaff } from './staff';

/**
 * The one straight line every call follows, on every host. Never throws: an AppError keeps its code, anything else is
 * INTERNAL with the request id and no more. A person's call that takes longer than its function lasts is BUSY: nobody
 * knows how far it came, so the caller repeats it as after a lost answer.
 */
export async function dispatch(
  deps: Deps,
  functionName: string,
  operations: Operations,
  call: Call,
): Promise<Reply> {
  const startedAt = deps.clock.now();
  const found = Object.hasOwn(operations, call.operation) ? operations[call.operation] : undefined;
  // An unknown name is the caller's own text, so it does not reach the log.
  const operation = `${functionName}/${found ? call.operation : '(unknown)'}`;
  const trail = deps.trail.of(openerOf(found, call, operation));
  const finish = (outcome: string) => {
    const { requestId, batch, host } = call;
    deps.log({
      event: 'call',
      ...trail.mark(),
      requestId,
      ...batch,
      host,
      operation,
      outcome,
      milliseconds: deps.clock.now() - startedAt,
    });
  };
  try {
    const guarded = guard(operations, call);
    if (!found) throw new AppError('UNKNOWN_OPERATION');
    const work = () => withNotice(deps, () => admit({ ...deps, trail }, found, guarded, operation));
    const limitMs = limitOf(deps, call);
    const data = await (limitMs === undefined ? work() : within(limitMs, work));
    finish('OK');
    return { ok: true, data, ...announcementIn(deps) };
  } catch (error) {
    const known = error instanceof TimeoutError ? new AppError('BUSY') : asAppError(error);
    if (known.code === 'INTERNAL')
      deps.log({ event: 'fault', requestId: call.requestId, operation, ...faultOf(error) });
    finish(known.code);
    return { ...refusal(known, call.requestId), ...announcementIn(deps) };
  }
}

/** In whose name the call opens data: lines of the trail say it before anything is opened. */
function openerOf(found: Operation | undefined, { requestId, batch }: Call, operation: string): Opener {
  const { in: come = [], uses = [], out = [] } = found?.kinds ?? {};
  const kinds = [...new Set([...come, ...uses, ...out])];
  return { requestId, ...(batch && { invocation: batch.invocation }), operation, kinds };
}

/** What is announced, as the instance last read it with the policy: no reply makes a trip for it. */
function announcementIn({ policy }: Deps): Pick<Reply, 'announcement'> {
  const [newest] = policy.announcements();
  return newest ? { announcement: { id: newest.noticeId } } : {};
}

/** How long a call may take where somebody waits for its answer; the host sees to the others. */
function limitOf({ limits }: Deps, { trigger }: Call): number | undefined {
  if (trigger === 'client') return limits.callMs;
  return trigger === 'webhook' ? limits.webhookMs : undefined;
}

function asAppError(error: unknown): AppError {
  return error instanceof AppError ? error : new AppError('INTERNAL');
}

async function admit(deps: Deps, operation: Operation, call: Call, name: string): Promise<unknown> {
  demandTrigger(operation.caller, call.trigger);
  await deps.policy.refresh();
  if (deps.policy.isRestored() && !operation.worksRestored) throw new AppError('RESTORING');
  demandBrowser(operation.browser, call.browser);
  const input = attempt(() => parseInput(operation.input, call.input));
  const caller = await callerOf(deps, operation, call, input.ok ? input.value : undefined);
  if (caller.kind === 'subject') demandSessionKind(operation.browser, caller.session, call);
  if (!input.ok) throw input.error; // said only to callers who may ask
  if (operation.purpose) demandPublished(deps, operation.purpose);
  if (caller.kind === 'subject') demandLife(caller.person, askOf('self', operation));
  if (caller.kind === 'subject' && operation.purpose && !operation.ends)
    demandConsent(deps, caller.person, operation.purpose);
  for (const { per, ...limit } of operation.limits ?? [])
    await spend(deps, limit, sourceOf(per, caller, call));
  if (caller.kind === 'subject' && operation.proof) {
    const act = actOf(name, operation.proof(input.value));
    const prover = { subjectId: caller.person.subjectId, sessionId: caller.sessionId, proof: caller.proof };
    await demandProof(deps, prover, act, call.proof, operation.unproved);
  }
  if (caller.kind === 'subject' && operation.risk)
    caller.person = await demandLowRisk(
      withAuthority(deps, operation, caller, name),
      caller,
      operation.risk,
      name,
      call,
    );
  if (caller.kind === 'staff' && operation.about) {
    const access = operation.about(input.value);
    caller.about = await loadPersonForStaff(deps, name, call, caller, operation, access);
    if (operation.purpose) demandSomethingThere(deps, caller.about.person, operation.purpose);
  }
  const { requestId, address, client, browser } = call;
  const run = { caller, input: input.value, requestId, address, client, browser };
  const result = await operation.run(withAuthority(deps, operation, caller, name), run);
  if (caller.kind === 'subject') await touchSession(deps, call, caller);
  return operation.output.parse(result); // drops what is not declared
}

/**
 * What the use case works with: a table that holds every write about the person to what the call may, at the very moment
 * of the write, and knows who works with it. It gets no other table, so it cannot forget.
 */
function withAuthority(deps: Deps, operation: Operation, caller: CallerOf<CallerKind>, name: string): Deps {
  const about = caller.kind === 'subject' ? caller : caller.kind === 'staff' ? caller.about : undefined;
  const by: Actor = caller.kind === 'subject' ? `session:${caller.sessionId}` : `operation:${name}`;
  const table = { ...deps.table, by };
  if (!about) return { ...deps, table };
  const { person } = about;
  const authority = {
    subjectId: person.subjectId,
    person,
    ...(caller.kind === 'subject' && { sessionId: caller.sessionId }),
    reachVersions: () => deps.policy.inForce().reachVersions,
    ask: askOf(caller.kind === 'subject' ? 'self' : 'staff', operation),
  };
  return { ...deps, table: authorised(table, authority) };
}

/** A person when there is one, else the network address they come from. */
function sourceOf(per: 'person' | 'address', caller: CallerOf<CallerKind>, call: Call): string {
  return per === 'person' && caller.kind === 'subject'
    ? caller.person.subjectId
    : demandAddress(call.address);
}

/** Timers, queues and webhooks are attested by the host and may run only what is theirs; people may run only what is theirs. */
function demandTrigger(kind: CallerKind, trigger: Call['trigger']): void {
  const needed = {
    anyone: 'client',
    wechat: 'client',
    subject: 'client',
    staff: 'client',
    scheduler: 'schedule',
    queue: 'queue',
    webhook: 'webhook',
  } as const;
  if (needed[kind] !== trigger) throw new AppError('UNKNOWN_OPERATION');
}

async function callerOf(
  deps: Deps,
  { caller: kind, alsoRead, roles, proof: needsProof }: Operation,
  call: Call,
  input: unknown,
): Promise<CallerOf<CallerKind>> {
  if (kind === 'subject') {
    const beside =
      alsoRead && input !== undefined ? (id: string) => alsoRead(id, input, deps.ring) : undefined;
    return authenticate(deps, call.token, beside, needsProof ? call.proof : undefined);
  }
  if (kind === 'staff') return { kind, about: undefined, ...(await authenticateStaff(deps, call, roles)) };
  if (kind === 'wechat') {
    if (call.platform) await spendAssertion(deps, call.platform);
    return { kind, platform: call.platform };
  }
  return { kind };
}

type Attempt<T> = { ok: true; value: T } | { ok: false; error: unknown };

function attempt<T>(make: () => T): Attempt<T> {
  try {
    return { ok: true, value: make() };
  } catch (error) {
    return { ok: false, error };
  }
}
