import { choiceOf } from './choice';
import { isSensitive, kindIdsFor, nameOfKind, type Registry, recipientIdsFor } from './registry';
import type { PolicyVersion } from './version';

export type KindNotice = {
  kind: string;
  name: string;
  class: string;
  source: string;
  period: string;
  periodBasis: string;
  /** Sensitive kinds only (PIPL art. 30). */
  necessity?: string;
  effect?: string;
};

export type RecipientNotice = {
  recipient: string;
  name: string;
  /** 受托处理方, 独立的个人信息处理者 or 国家机关. */
  role: 'entrusted' | 'independent-controller' | 'authority';
  contact: string;
  address: string;
  region: string;
  why: string;
  receives: string;
};

/** What a person is told before the choice on one purpose (PIPL art. 17, 23, 30), and what to send back with the choice. */
export type Notice = {
  purpose: string;
  name: string;
  why: string;
  method: string;
  ground: string;
  clause: string;
  kinds: KindNotice[];
  recipients: RecipientNotice[];
  ifRefused: string;
  /** How to take it back; as easy as giving it (art. 15). */
  howToWithdraw: string;
  /** Sensitive, or shared with another processor: the law asks for a consent of its own (art. 23, 29). */
  separate: boolean;
  controller: string;
  contact: string;
  policyVersion: number;
  textHash: string;
  language: string;
};

const HOW_TO_WITHDRAW = '在小程序“同意管理”中随时撤回，步骤与同意相同；撤回后立即停止处理并开始删除。';

/** The notice of one purpose, from the registry of a version and nothing else. Undefined when it knows no such purpose. */
export function noticeOf(version: PolicyVersion, id: string): Notice | undefined {
  const { registry } = version;
  const purpose = registry.purposes[id];
  if (!purpose) return undefined;
  const { name, why, method, ground, clause, ifRefused } = purpose;
  return {
    purpose: id,
    name,
    why,
    method,
    ground,
    clause,
    kinds: kindIdsFor(registry, id).flatMap((kind) => noticeOfKind(registry, kind) ?? []),
    recipients: recipientIdsFor(registry, id).flatMap((one) => noticeOfRecipient(registry, one, id) ?? []),
    ifRefused,
    howToWithdraw: HOW_TO_WITHDRAW,
    separate: choiceOf(registry, id) === 'separate',
    controller: registry.operator.name,
    contact: registry.operator.contact,
    policyVersion: version.version,
    textHash: version.textHash,
    language: version.language,
  };
}

function noticeOfKind(registry: Registry, kind: string): KindNotice | undefined {
  const found = registry.kinds[kind];
  const rule = found && registry.retention[found.retention];
  if (!found || !rule) return undefined;
  const { name, class: level, source } = found;
  const told = isSensitive(registry, kind) ? registry.sensitive[kind] : {};
  return { kind, name, class: level, source, period: rule.period, periodBasis: rule.basis, ...told };
}

/** Those who store everything hold what this purpose collects. */
function noticeOfRecipient(
  registry: Registry,
  recipient: string,
  purpose: string,
): RecipientNotice | undefined {
  const found = registry.recipients[recipient];
  if (!found) return undefined;
  const { name, role, contact, address, region, why, kinds: received } = found;
  const given = received === 'all' ? kindIdsFor(registry, purpose) : received;
  const receives = given.map((kind) => nameOfKind(registry, kind)).join('；');
  return { recipient, name, role, contact, address, region, why, receives };
}
