import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError, invalidInput } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { kinds as allKinds, type KindId } from '../../lib/policy/kinds';
import { scopeProcess } from '../../lib/process/scope';
import { type Doubt, doubts } from '../../lib/scope/doubts';
import { faultsOf, fieldOfList, listsOf, type Selector } from '../../lib/scope/selector';
import { ConditionFailed } from '../../lib/table/client';
import { changeIncident, openIncident, openIncidentItem } from '../../lib/table/incident/change-incident';
import { incidentKey, type OpenIncident } from '../../lib/table/incident/incident';
import { listKey, type PeopleList, peopleList, useList } from '../../lib/table/incident/people-list';
import {
  MAX_SCOPES,
  numberOf,
  queryScopes,
  type Scope,
  scope as scopeEntity,
  scopeIdOf,
  scopeKey,
} from '../../lib/table/incident/scope';
import { beginProcess } from '../../lib/table/process/process';
import { untilWon } from '../../lib/table/races';
import { create } from '../../lib/table/replace';
import type { OfIncident } from './show';

type StartScope = OfIncident & { anyOf: Selector; idempotencyKey: string };

/**
 * Starts the computation of who is affected (promise B3); the queue does it. Sent twice, it answers twice the same.
 * @throws AppError INVALID_INPUT naming the field | NOT_FOUND | IDEMPOTENCY_CONFLICT | LIMIT_REACHED | BUSY
 */
export async function startScope(deps: Deps, { caller, input, requestId }: Run<'staff', StartScope>) {
  const { incidentId, anyOf, idempotencyKey } = input;
  const fields = faultsOf(anyOf, deps.clock.now());
  if (fields.length > 0) throw new AppError('INVALID_INPUT', { fields });
  const by = await deps.ring.digest('request', `scope|${incidentId}|${idempotencyKey}`);
  const said = await deps.ring.digest(
    'request',
    `scope|${incidentId}|${idempotencyKey}|${JSON.stringify(anyOf)}`,
  );
  return untilWon(async () => {
    const opened = await openIncident(deps, incidentId);
    const stored = await queryScopes(deps.table, incidentId);
    const known = stored.find(({ request }) => String(request).startsWith(`${by} `));
    if (known && known.request !== `${by} ${said}`) throw new AppError('IDEMPOTENCY_CONFLICT');
    if (known) return shown(read(known, opened));
    if (stored.length >= MAX_SCOPES)
      throw new AppError('LIMIT_REACHED', { limit: 'MAX_SCOPES', max: MAX_SCOPES });
    const lists = await listsFor(deps, incidentId, anyOf);
    const at = toInstant(deps.clock.now());
    const n = stored.length + 1;
    const value: Scope = {
      scopeId: scopeIdOf({ incidentId, n }),
      state: 'computing',
      startedAt: at,
      startedBy: caller.staffId,
      ranges: {},
      why: {},
      strangers: lists.reduce((sum, { strangers }) => sum + strangers, 0),
      parts: 0,
      hash: '',
      request: `${by} ${said}`,
      selector: anyOf,
    };
    const process = scopeProcess(value.scopeId);
    const details = {
      scope: value.scopeId,
      ...(lists.length > 0 && { lists: lists.map(({ list }) => list) }),
    };
    const entry = { act: 'scope.started', staff: caller.staffId, requestId, details } as const;
    const writes = [
      create(scopeEntity.make(incidentId, n, value, { sealer: opened.sealer })),
      beginProcess(process, 'settle', {}, deps.clock.now()),
      ...lists.map((list) => useList(incidentId, list, at)),
    ];
    try {
      await changeIncident(deps, incidentId, () => ({ entry, writes }), opened);
    } catch (error) {
      if (error instanceof ConditionFailed) return undefined; // another scope, or a part of a list, was quicker
      throw error;
    }
    await deps.queue.send([process]);
    return shown(value);
  });
}

/** The lists that a selector rests on. @throws AppError INVALID_INPUT where there is none of a name */
async function listsFor(deps: Deps, incidentId: string, anyOf: Selector): Promise<PeopleList[]> {
  const names = listsOf(anyOf);
  if (names.length === 0) return [];
  const items = await deps.table.getMany(names.map((list) => listKey(incidentId, list)));
  return items.map((item, index) => {
    const found = peopleList.read(item);
    if (found) return found;
    throw invalidInput(fieldOfList(anyOf, names[index] ?? ''), '没有上传过这份名单');
  });
}

/** @throws AppError NOT_FOUND */
export async function scope(deps: Deps, { input }: Run<'staff', { scopeId: string }>) {
  const { incidentId } = numberOf(input.scopeId);
  const [head, item] = await deps.table.getMany([incidentKey(incidentId), scopeKey(input.scopeId)]);
  const opened = await openIncidentItem(deps, head);
  if (!opened || !item) throw new AppError('NOT_FOUND');
  return shown(read(item, opened));
}

/** @throws AppError NOT_FOUND */
export async function scopes(deps: Deps, { input }: Run<'staff', OfIncident>) {
  const opened = await openIncident(deps, input.incidentId);
  const items = await queryScopes(deps.table, input.incidentId);
  return { scopes: items.map((item) => shown(read(item, opened))) };
}

function read(item: Parameters<typeof scopeEntity.read>[0], { sealer }: OpenIncident): Scope {
  const value = scopeEntity.read(item, { sealer });
  if (!value) throw new Error('not a scope');
  return value;
}

const KIND = 'kind:';

function shown(value: Scope) {
  const { scopeId, state, startedAt, startedBy, frozenAt, selector, ranges, why, strangers, parts, hash } =
    value;
  const rangeOf = (name: string) => {
    const [atLeast, atMost] = ranges[name] ?? [0, 0];
    return { atLeast, atMost };
  };
  const kinds = Object.keys(ranges)
    .filter((name) => name.startsWith(KIND))
    .sort();
  return {
    ...{ scopeId, state, startedAt, startedBy, anyOf: selector, strangers, parts },
    ...(state === 'frozen' && { frozenAt, sha256: hash }),
    exact: state === 'frozen' && Object.values(ranges).every(([atLeast, atMost]) => atLeast === atMost),
    people: rangeOf('people'),
    sensitive: rangeOf('sensitive'),
    minors: rangeOf('minors'),
    byKind: kinds.map((name) => {
      const kind = name.slice(KIND.length);
      return { kind, name: allKinds[kind as KindId]?.name ?? kind, ...rangeOf(name) };
    }),
    why: (Object.entries(why) as [Doubt, number][]).map(([doubt, people]) => ({
      doubt,
      reason: doubts[doubt],
      people,
    })),
  };
}
