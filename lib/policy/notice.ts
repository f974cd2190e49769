import { operator, policyInForce, recipientsOf } from './document';
import { type KindId, kinds, kindsFor } from './kinds';
import { type ConsentPurposeId, type Purpose, type PurposeId, purposes } from './purposes';
import { type PassingKind, passingKinds, type Recipient, recipients } from './recipients';
import { retention } from './retention';
import { isSensitive, sensitiveNotices } from './sensitive';

export type KindNotice = {
  kind: KindId;
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
  /** 受托处理 or 独立处理. */
  role: 'entrusted' | 'processor';
  contact: string;
  region: string;
  why: string;
  receives: string;
};

/** What a person is told before the choice on one purpose (PIPL art. 17, 23, 30), and what to send back with the choice. */
export type Notice = {
  purpose: ConsentPurposeId;
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

/** The notice of one purpose, from the registry in force and nothing else. */
export function noticeOf(purpose: ConsentPurposeId): Notice {
  const { name, why, method, ground, clause, ifRefused }: Purpose = purposes[purpose];
  const collected = kindsFor(purpose);
  return {
    purpose,
    name,
    why,
    method,
    ground,
    clause,
    kinds: collected.map(noticeOfKind),
    recipients: recipientNotices(purpose),
    ifRefused,
    howToWithdraw: HOW_TO_WITHDRAW,
    separate: needsSeparateConsent(purpose),
    controller: operator.name,
    contact: operator.contact,
    policyVersion: policyInForce.version,
    textHash: policyInForce.textHash,
    language: policyInForce.language,
  };
}

/** Whether the law asks for a separate consent: a sensitive kind, or a recipient who decides for itself (art. 23, 29). */
export function needsSeparateConsent(purpose: PurposeId): boolean {
  const others = recipientsOf(purpose).map((id): Recipient => recipients[id]);
  return kindsFor(purpose).some(isSensitive) || others.some(({ role }) => role === 'processor');
}

function noticeOfKind(kind: KindId): KindNotice {
  const { name, class: level, source, retention: rule } = kinds[kind];
  const { period, basis } = retention[rule];
  const told = isSensitive(kind) ? sensitiveNotices[kind] : {};
  return { kind, name, class: level, source, period, periodBasis: basis, ...told };
}

function recipientNotices(purpose: PurposeId): RecipientNotice[] {
  return recipientsOf(purpose).map((recipient) => {
    const { name, role, contact, region, why, kinds: received }: Recipient = recipients[recipient];
    return { recipient, name, role, contact, region, why, receives: receivedBy(received, purpose) };
  });
}

/** Those who store everything hold what this purpose collects. */
function receivedBy(received: Recipient['kinds'], purpose: PurposeId): string {
  const named = received === 'all' ? kindsFor(purpose) : received;
  return named
    .map((kind) => (kind in passingKinds ? passingKinds[kind as PassingKind] : kinds[kind as KindId].name))
    .join('；');
}
