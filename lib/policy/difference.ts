import {
  areHarmless,
  asText,
  type Changed,
  harmlessOfKind,
  harmlessOfPurpose,
  harmlessOfRecipient,
  harmlessOfRule,
  partsThatDiffer,
} from './harmless';
import { kindIdsFor, type Registry, recipientIdsFor } from './registry';

/** What changes in one place between two versions of the policy. */
export type Change = {
  section: 'operator' | 'purpose' | 'kind' | 'recipient' | 'sensitive' | 'retention' | 'passing';
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
  /** Whether it takes an announcement before it takes effect: anything changes that is not known to be harmless. */
  material: boolean;
  /** The purposes that reach further than before: whoever agreed is asked again (PIPL art. 14 para 2). */
  widened: string[];
};

/** Every change, whom it reaches further, and whether it is to be announced: what is not known to be harmless is. */
export function differenceOf(before: Registry, after: Registry): Difference {
  const changes = [
    ...operatorChange(before, after),
    ...sectionChanges('purpose', before.purposes, after.purposes, ({ name }) => `目的“${name}”`),
    ...sectionChanges('kind', before.kinds, after.kinds, ({ name }) => `信息“${name}”`),
    ...sectionChanges('recipient', before.recipients, after.recipients, ({ name }) => `接收方“${name}”`),
    ...sectionChanges('sensitive', before.sensitive, after.sensitive, () => '一种敏感信息的说明'),
    ...sectionChanges(
      'retention',
      before.retention,
      after.retention,
      ({ period }) => `保存期限“${period}”`,
    ).map((change) => ({ ...change, says: periodChange(before, after, change) ?? change.says })),
    ...sectionChanges(
      'passing',
      textsOf(before.passing),
      textsOf(after.passing),
      ({ name }) => `信息“${name}”`,
    ),
  ];
  const widened = Object.keys(after.purposes).filter((id) => reachesFurther(before, after, id));
  const material = widened.length > 0 || changes.some((change) => !isHarmless(before, after, change));
  return { changes, widened, material };
}

/** A period that is told otherwise: whose, and from what to what. */
function periodChange(before: Registry, after: Registry, { id, parts }: Change): string | undefined {
  const [was, is] = [before.retention[id], after.retention[id]];
  if (!was || !is || !parts.includes('period')) return undefined;
  const names = Object.values(after.kinds).flatMap(({ retention, name }) => (retention === id ? [name] : []));
  return `${names.map((name) => `“${name}”`).join('、')}的保存期限由“${was.period}”改为“${is.period}”。`;
}

const textsOf = (texts: Record<string, string>) =>
  Object.fromEntries(Object.entries(texts).map(([id, name]) => [id, { name }]));

/** What is gone takes nobody further; what is new does, but for what reaches people only through a kind or a recipient. */
function isHarmless(before: Registry, after: Registry, { section, id, change, parts }: Change): boolean {
  if (change === 'removed') return true;
  if (change === 'added') return ['retention', 'sensitive', 'passing'].includes(section);
  const changed = <Entry>(entries: (registry: Registry) => Record<string, Entry>) =>
    ({ id, was: entries(before)[id], is: entries(after)[id], before, after }) as Changed<Entry>;
  if (section === 'purpose')
    return areHarmless(
      harmlessOfPurpose,
      parts,
      changed((one) => one.purposes),
    );
  if (section === 'kind')
    return areHarmless(
      harmlessOfKind,
      parts,
      changed((one) => one.kinds),
    );
  if (section === 'recipient')
    return areHarmless(
      harmlessOfRecipient,
      parts,
      changed((one) => one.recipients),
    );
  return (
    section === 'retention' &&
    areHarmless(
      harmlessOfRule,
      parts,
      changed((one) => one.retention),
    )
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
 * Whether a purpose goes beyond what somebody agreed to under the version before: by itself, by a kind that it collects or by
 * somebody who gets something of it. Whatever is new or differs does, unless lib/policy/harmless.ts says that it does not. A
 * purpose that is new reaches further than nothing.
 */
export function reachesFurther(before: Registry, after: Registry, id: string): boolean {
  const [was, is] = [before.purposes[id], after.purposes[id]];
  if (!is) return false;
  if (!was) return true;
  if (!areHarmless(harmlessOfPurpose, partsThatDiffer(was, is), { id, was, is, before, after })) return true;
  return (
    kindIdsFor(after, id).some((kind) => kindReachesFurther(before, after, kind)) ||
    recipientIdsFor(after, id).some((one) => recipientReachesFurther(before, after, id, one))
  );
}

/** By itself, by another rule under the same name, or by what is told of a sensitive one (PIPL art. 30). */
function kindReachesFurther(before: Registry, after: Registry, id: string): boolean {
  const [was, is] = [before.kinds[id], after.kinds[id]];
  if (!is) return false;
  if (!was) return true;
  const rules = before.retention[was.retention] === after.retention[is.retention] ? [] : ['retention'];
  const parts = [...new Set([...partsThatDiffer(was, is), ...rules])];
  if (!areHarmless(harmlessOfKind, parts, { id, was, is, before, after })) return true;
  const told = after.sensitive[id];
  return told !== undefined && asText(before.sensitive[id]) !== asText(told);
}

function recipientReachesFurther(before: Registry, after: Registry, purpose: string, id: string): boolean {
  const [was, is] = [before.recipients[id], after.recipients[id]];
  if (!is) return false;
  if (!was || !recipientIdsFor(before, purpose).includes(id)) return true;
  const parts = partsThatDiffer(was, is).filter((part) => !whereItHasPart.includes(part));
  if (!areHarmless(harmlessOfRecipient, parts, { id, was, is, before, after })) return true;
  const passing = is.kinds === 'all' ? [] : is.kinds;
  return passing.some((kind) => before.passing[kind] !== after.passing[kind]);
}

/** Compared for each purpose by itself: a purpose that it had no part in before is asked again, and no other. */
const whereItHasPart = ['purpose', 'alsoFor'];

/**
 * The difference as the person reads it: one line a change, who is asked again, and what becomes of those who do not want what
 * nobody is asked for.
 */
export function describeDifference(after: Registry, { changes, widened }: Difference): string[] {
  const named = (ids: string[]) => ids.map((id) => `“${after.purposes[id]?.name}”`).join('、');
  const asked = widened.filter((id) => after.purposes[id]?.basis === 'CONSENT');
  const basic = widened.filter((id) => !asked.includes(id));
  const forced = changes.flatMap(({ section, id, parts }) =>
    section === 'purpose' && parts.includes('choice') && after.purposes[id]?.choice === 'basic' ? [id] : [],
  );
  return [
    ...changes.map(({ says }) => says),
    ...(asked.length
      ? [`以下目的需要您重新决定是否同意，在此之前不会按新的内容处理：${named(asked)}。`]
      : []),
    ...(basic.length
      ? [`以下目的不以同意为依据，施行后即按新的内容处理：${named(basic)}。不接受的，可以注销账号。`]
      : []),
    ...(forced.length ? [`以下目的由可选改为基本服务：${named(forced)}。这会使不同意的人无法登录。`] : []),
  ];
}
