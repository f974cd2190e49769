import { kindClasses } from './kinds';
import { mayOutlast } from './period';
import { kindIdsFor, type Registry, recipientIdsFor } from './registry';
import type { RetentionRule } from './retention-rule';

/** What changes in one place between two versions of the policy. */
export type Change = {
  section: 'operator' | 'purpose' | 'kind' | 'recipient' | 'sensitive' | 'retention';
  id: string;
  change: 'added' | 'removed' | 'changed';
  /** Which parts of it, for a change. */
  parts: string[];
  /** One sentence for the person. */
  says: string;
};

/** The difference of two versions, computed and not claimed (promise K4). */
export type Difference = {
  changes: Change[];
  /** Whether it takes an announcement before it takes effect: a purpose reaches further, or somebody else answers for it. */
  material: boolean;
  /** The purposes that reach further than before: whoever agreed is asked again (PIPL art. 14 para 2). */
  widened: string[];
};

export function differenceOf(before: Registry, after: Registry): Difference {
  const changes = [
    ...operatorChange(before, after),
    ...sectionChanges('purpose', before.purposes, after.purposes, ({ name }) => `目的“${name}”`),
    ...sectionChanges('kind', before.kinds, after.kinds, ({ name }) => `信息“${name}”`),
    ...sectionChanges('recipient', before.recipients, after.recipients, ({ name }) => `接收方“${name}”`),
    ...sectionChanges('sensitive', before.sensitive, after.sensitive, () => '一种敏感信息的说明'),
    ...sectionChanges('retention', before.retention, after.retention, ({ period }) => `保存期限“${period}”`),
  ];
  const widened = Object.keys(after.purposes).filter((id) => reachesFurther(before, after, id));
  const operatorChanged = changes.some(({ section }) => section === 'operator');
  return { changes, widened, material: widened.length > 0 || operatorChanged };
}

/** The same facts in any order of keys are the same text. */
function asText(value: unknown): string {
  return JSON.stringify(value, (_, part) =>
    part && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function operatorChange({ operator: before }: Registry, { operator: after }: Registry): Change[] {
  if (asText(before) === asText(after)) return [];
  const parts = partsThatDiffer(before, after);
  const says = `运营者由“${before.name}”（${before.contact}）变更为“${after.name}”（${after.contact}）。`;
  return [{ section: 'operator', id: 'operator', change: 'changed', parts, says }];
}

function sectionChanges<T extends object>(
  section: Change['section'],
  before: Record<string, T>,
  after: Record<string, T>,
  called: (one: T) => string,
): Change[] {
  const ids = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return ids.flatMap((id): Change[] => {
    const [was, is] = [before[id], after[id]];
    if (!was && is) return [{ section, id, change: 'added', parts: [], says: `新增${called(is)}。` }];
    if (was && !is) return [{ section, id, change: 'removed', parts: [], says: `删去${called(was)}。` }];
    if (!was || !is || asText(was) === asText(is)) return [];
    const parts = partsThatDiffer(was, is);
    const names = parts.map((part) => partNames[part] ?? part).join('、');
    return [{ section, id, change: 'changed', parts, says: `${called(is)}的${names}有变化。` }];
  });
}

function partsThatDiffer(before: object, after: object): string[] {
  const [was, is] = [before as Record<string, unknown>, after as Record<string, unknown>];
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return names.filter((name) => asText(was[name]) !== asText(is[name]));
}

const partNames: Record<string, string> = {
  name: '名称',
  why: '目的',
  method: '处理方式',
  basis: '合法性基础',
  ground: '法律依据',
  clause: '条款号',
  choice: '是否可选',
  ask: '询问时机',
  ifRefused: '拒绝的影响',
  atEnd: '结束后的处理',
  class: '敏感程度',
  storage: '保存方式',
  purpose: '目的',
  retention: '保存期限',
  source: '来源',
  role: '身份',
  contact: '联系方式',
  region: '地点',
  kinds: '信息种类',
  agreement: '协议',
  period: '期限说明',
  alsoFor: '目的',
  necessity: '必要性',
  effect: '影响',
  ends: '期限',
  minimum: '最短期限',
};

/**
 * Whether a purpose goes beyond what somebody agreed to under the version before: another aim, method or basis, a new or
 * more sensitive kind, a longer period, a new recipient or one that gets more or is somebody else now. Wording alone, a
 * shorter period, a kind or a recipient less does not. A purpose that is new reaches further than nothing.
 */
export function reachesFurther(before: Registry, after: Registry, id: string): boolean {
  const [was, is] = [before.purposes[id], after.purposes[id]];
  if (!is) return false;
  if (!was) return true;
  if (was.why !== is.why || was.method !== is.method || was.basis !== is.basis) return true;
  if (was.atEnd === 'erase-at-once' && is.atEnd !== 'erase-at-once') return true;
  const moreKinds = kindIdsFor(after, id).some((kind) => kindReachesFurther(before, after, id, kind));
  return (
    moreKinds || recipientIdsFor(after, id).some((one) => recipientReachesFurther(before, after, id, one))
  );
}

function kindReachesFurther(before: Registry, after: Registry, purpose: string, id: string): boolean {
  const [was, is] = [before.kinds[id], after.kinds[id]];
  if (!is) return false;
  if (was?.purpose !== purpose || was.name !== is.name) return true;
  if (kindClasses.indexOf(is.class) > kindClasses.indexOf(was.class)) return true;
  return longer(before.retention[was.retention], after.retention[is.retention]);
}

/**
 * Whether a period may last longer. An end by event and an end by clock cannot be compared, so going from one to the other
 * counts as longer; nor can periods that begin differently.
 */
function longer(before: RetentionRule | undefined, after: RetentionRule | undefined): boolean {
  if (!before || !after) return before !== after;
  const [was, is] = [before.ends, after.ends];
  if ('event' in was || 'event' in is || beginOf(was) !== beginOf(is)) return asText(was) !== asText(is);
  return mayOutlast(is, was);
}

const beginOf = (ends: RetentionRule['ends']) => ('after' in ends ? ends.after : undefined);

function recipientReachesFurther(before: Registry, after: Registry, purpose: string, id: string): boolean {
  const [was, is] = [before.recipients[id], after.recipients[id]];
  if (!is) return false;
  if (!was || !recipientIdsFor(before, purpose).includes(id)) return true;
  if (was.name !== is.name || was.role !== is.role || was.region !== is.region || was.why !== is.why)
    return true;
  if (was.kinds === 'all') return false;
  return is.kinds === 'all' || is.kinds.some((kind) => !was.kinds.includes(kind));
}

/** The difference as the person reads it: one line a change, and who is asked again. */
export function describeDifference(after: Registry, { changes, widened }: Difference): string[] {
  const asked = widened.filter((id) => after.purposes[id]?.basis === 'CONSENT');
  const names = asked.map((id) => `“${after.purposes[id]?.name}”`).join('、');
  return [
    ...changes.map(({ says }) => says),
    ...(asked.length > 0 ? [`以下目的需要您重新决定是否同意，在此之前不会按新的内容处理：${names}。`] : []),
  ];
}
