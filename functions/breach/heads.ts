import type { Deps } from '../../lib/deps';
import { invalidInput } from '../../lib/errors';
import { type Heads, headsBetween } from '../../lib/policy/incident/grade';
import type { Item, Table } from '../../lib/table/client';
import { numberOf, queryScopes, scope, scopeKey } from '../../lib/table/incident/scope';
import type { Sealer } from '../../lib/table/sealer';

/** How many people are concerned, as somebody says it: by a scope, or in numbers with a reason. */
export type SaidHeads = {
  incidentId: string;
  scopeId?: string | undefined;
  persons?: number | undefined;
  sensitivePersons?: number | undefined;
  minors?: number | undefined;
  reason?: string | undefined;
};

type Known = Heads & { atLeast?: Heads; scopeId?: string; sha256?: string; reason?: string };

const heads = ['persons', 'sensitivePersons', 'minors'] as const;

/**
 * The head-counts, and where they are from (promise B2). What was computed is not typed over: numbers by hand are taken only
 * while no scope of the incident is frozen.
 * @throws AppError INVALID_INPUT naming the field
 */
export async function headsOf(
  { table }: Pick<Deps, 'table'>,
  sealer: Sealer,
  said: SaidHeads,
): Promise<Known> {
  const { scopeId } = said;
  if (scopeId === undefined) return typed(table, sealer, said);
  const typedToo = ([...heads, 'reason'] as const).find((field) => said[field] !== undefined);
  if (typedToo) throw invalidInput(typedToo, '已经写明影响范围，人数由范围给出');
  if (numberOf(scopeId).incidentId !== said.incidentId) throw invalidInput('scopeId', '不是这起事件的范围');
  const [item] = await table.getMany([scopeKey(scopeId)]);
  const frozen = frozenIn(item, sealer);
  if (!frozen) throw invalidInput('scopeId', '没有这个范围，或者还没有算完');
  const boundsOf = (name: string) => {
    const [atLeast, atMost] = frozen.ranges[name] ?? [0, 0];
    return { atLeast, atMost };
  };
  const bounds = {
    persons: boundsOf('people'),
    sensitivePersons: boundsOf('sensitive'),
    minors: boundsOf('minors'),
  };
  return { ...headsBetween(bounds), scopeId, sha256: frozen.hash };
}

async function typed(table: Table, sealer: Sealer, said: SaidHeads): Promise<Known> {
  const [persons, sensitivePersons, minors] = heads.map((field) => {
    const value = said[field];
    if (value === undefined) throw invalidInput(field, '须写明影响范围；还没有算定的，填写三项人数和理由');
    return value;
  }) as [number, number, number];
  const { reason } = said;
  if (reason === undefined) throw invalidInput('reason', '没有按影响范围填写的人数，须写明理由');
  if (sensitivePersons > persons) throw invalidInput('sensitivePersons', '多于受影响的总人数');
  if (minors > persons) throw invalidInput('minors', '多于受影响的总人数');
  const last = (await queryScopes(table, said.incidentId)).findLast((item) => frozenIn(item, sealer));
  if (last) throw invalidInput('scopeId', `已有算定的影响范围 ${last.scopeId}，须写明按哪一个定级`);
  return { persons, sensitivePersons, minors, reason };
}

function frozenIn(item: Item | undefined, sealer: Sealer) {
  const value = scope.read(item, { sealer });
  return value?.state === 'frozen' ? value : undefined;
}
