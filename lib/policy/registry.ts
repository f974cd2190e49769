import { clausesIn, isClause } from './clauses';
import { type Kind, kinds } from './kinds';
import { mayOutlast } from './period';
import { type Purpose, purposes } from './purposes';
import { passingKinds, type Recipient, recipients } from './recipients';
import { retention } from './retention';
import type { RetentionRule } from './retention-rule';
import { sensitiveNotices } from './sensitive';

/**
 * The whole registry as plain data: what a version of the policy is made of, what is published and kept, and what two
 * versions are compared by. The compiled one is what this build of the code obeys (promise K7).
 */
export type Registry = {
  operator: Operator;
  kinds: Record<string, Omit<Kind, 'purpose' | 'retention'> & { purpose: string; retention: string }>;
  purposes: Record<string, Purpose>;
  recipients: Record<
    string,
    Omit<Recipient, 'purpose' | 'kinds' | 'alsoFor'> & {
      purpose: string;
      alsoFor?: readonly string[];
      kinds: 'all' | readonly string[];
    }
  >;
  retention: Record<string, RetentionRule>;
  /** What only passes through to a recipient and is never stored. */
  passing: Record<string, string>;
  /** Why each sensitive kind is necessary, and what it may mean for the person (PIPL art. 30). */
  sensitive: Record<string, { necessity: string; effect: string }>;
};

/** Who is answerable (PIPL art. 17(1)(1)). */
export type Operator = {
  service: string;
  name: string;
  contact: string;
  /** Where it sits, as far down as is sure; its full address is for officers to propose. */
  address: string;
  /** How the person responsible for personal information is reached (PIPL art. 52). */
  protectionOfficer: string;
};

export const operator: Operator = {
  service: '乐聊名片',
  name: '广东省政务服务数据管理局',
  contact: '12345 政务服务便民热线',
  address: '广东省广州市',
  protectionOfficer: '通过小程序“工单”或者 12345 政务服务便民热线，注明“转个人信息保护负责人”',
};

/** What this build of the code does. */
export const buildRegistry: Registry = {
  operator,
  kinds,
  purposes,
  recipients,
  retention,
  passing: passingKinds,
  sensitive: sensitiveNotices,
};

/** Parts of a registry to add or to replace, by section and id; `null` removes one. */
export type RegistryChanges = {
  operator?: Operator | undefined;
} & {
  [Section in 'kinds' | 'purposes' | 'recipients' | 'retention' | 'passing' | 'sensitive']?:
    | Record<string, Registry[Section][string] | null>
    | undefined;
};

/** A registry with changes made. Nothing is checked here; see `flawsOf`. */
export function withChanges(before: Registry, changes: RegistryChanges): Registry {
  const apply = <T>(section: Record<string, T>, change: Record<string, T | null> = {}): Record<string, T> =>
    Object.fromEntries(
      Object.entries({ ...section, ...change }).filter((entry): entry is [string, T] => entry[1] !== null),
    );
  return {
    operator: changes.operator ?? before.operator,
    kinds: apply(before.kinds, changes.kinds),
    purposes: apply(before.purposes, changes.purposes),
    recipients: apply(before.recipients, changes.recipients),
    retention: apply(before.retention, changes.retention),
    passing: apply(before.passing, changes.passing),
    sensitive: apply(before.sensitive, changes.sensitive),
  };
}

/** What in a registry does not hold together, by path; empty when it can be published. */
export function flawsOf(registry: Registry): { field: string; problem: string }[] {
  const flaws: { field: string; problem: string }[] = [];
  const demand = (holds: boolean, field: string, problem: string) => {
    if (!holds) flaws.push({ field, problem });
  };
  const known = (id: string) => id in registry.kinds || id in registry.passing;
  for (const [id, { purpose, retention: rule }] of Object.entries(registry.kinds)) {
    demand(purpose in registry.purposes, `kinds.${id}.purpose`, '没有这个目的');
    demand(rule in registry.retention, `kinds.${id}.retention`, '没有这个期限');
    demand(
      !isSensitive(registry, id) || id in registry.sensitive,
      `sensitive.${id}`,
      '敏感信息要说明必要性和影响',
    );
  }
  for (const [id, { ends, minimum }] of Object.entries(registry.retention)) {
    const isKept = minimum === undefined || (!('event' in ends) && !mayOutlast(minimum, ends));
    demand(isKept, `retention.${id}.minimum`, '期限短于法律规定的最短期限');
  }
  for (const [id, { clause }] of Object.entries(registry.purposes)) {
    demand(kindIdsFor(registry, id).length > 0, `purposes.${id}`, '这个目的没有任何信息');
    demand(clausesIn(clause).every(isClause), `purposes.${id}.clause`, '没有这个条款');
  }
  for (const [id, one] of Object.entries(registry.recipients)) {
    const { purpose, kinds: received, role, agreement, ground } = one;
    demand(purpose in registry.purposes, `recipients.${id}.purpose`, '没有这个目的');
    demand(received === 'all' || received.every(known), `recipients.${id}.kinds`, '没有这种信息');
    demand(role !== 'entrusted' || agreement !== undefined, `recipients.${id}.agreement`, '受托方要有协议');
    const rests = role !== 'independent-controller' || ground !== undefined;
    const agreedTo = registry.purposes[purpose]?.basis === 'CONSENT';
    demand(rests || agreedTo, `recipients.${id}.ground`, '没有本人同意的，要写明依据');
  }
  return flaws;
}

/** The kinds collected for one purpose. */
export function kindIdsFor({ kinds: all }: Registry, purpose: string): string[] {
  return Object.keys(all).filter((id) => all[id]?.purpose === purpose);
}

/** The recipients that get something of one purpose. */
export function recipientIdsFor(registry: Registry, purpose: string): string[] {
  const own = kindIdsFor(registry, purpose);
  return Object.entries(registry.recipients)
    .filter(([, { purpose: theirs, alsoFor = [], kinds: received }]) => {
      const named = theirs === purpose || alsoFor.includes(purpose);
      return named || received === 'all' || received.some((kind) => own.includes(kind));
    })
    .map(([id]) => id);
}

/** The recipients that get one kind: those whose row lists it, and those who store everything. */
export function recipientIdsOfKind({ recipients: all }: Registry, kind: string): string[] {
  return Object.keys(all).filter((id) => {
    const received = all[id]?.kinds;
    return received === 'all' || received?.includes(kind);
  });
}

/** Whether a kind is sensitive personal information (PIPL art. 28), a minor's included. */
export function isSensitive({ kinds: all }: Registry, id: string): boolean {
  const level = all[id]?.class;
  return level !== undefined && level !== 'technical' && level !== 'general';
}

/** What a kind is called, also one that only passes through. */
export function nameOfKind({ kinds: all, passing }: Registry, id: string): string {
  return all[id]?.name ?? passing[id] ?? id;
}
