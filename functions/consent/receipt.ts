import { sign } from '../../lib/crypto/signature';
import type { Deps } from '../../lib/deps';
import { isoOfPeriod } from '../../lib/policy/period';
import {
  type KindNotice,
  type Notice,
  noticeOf,
  type RecipientNotice,
} from '../../lib/policy/purpose-notice';
import { buildRegistry, isSensitive, type Registry } from '../../lib/policy/registry';
import type { RetentionRule } from '../../lib/policy/retention-rule';
import type { PolicyVersion } from '../../lib/policy/version';
import type { LedgerEntry } from '../../lib/table/ledger/ledger';
import { context, entity, identified, OPERATOR, rightsByLaw } from './receipt-terms';

/** The type in the header of every receipt's signature. */
export const RECEIPT_TYPE = 'consent-receipt';

/**
 * A receipt of one act of consent in the form of ISO/IEC TS 27560: a consent record in JSON-LD with the terms of the W3C
 * Data Privacy Vocabulary 2, mandatory fields all there. A pure function of the ledger entry and the version of the policy that it names, so that a
 * receipt asked for years later says the same as the one given with the act. It names the person by internal number only.
 */
export function receiptOf(subjectId: string, entry: LedgerEntry, version: PolicyVersion | undefined) {
  const { operator } = version?.registry ?? buildRegistry;
  return {
    '@context': context,
    ...identified(`receipt|${subjectId}|${entry.seq}`),
    '@type': 'dpv:ConsentReceipt',
    'dct:conformsTo': 'https://w3id.org/dpv/schema/dpv-27560#receipt',
    'dct:created': entry.at,
    'dct:publisher': operator.name,
    'dpv:hasRecordOfActivity': {
      ...identified(`record|${subjectId}|${entry.seq}`),
      '@type': 'dpv:ConsentRecord',
      'dct:conformsTo': 'https://w3id.org/dpv/schema/dpv-27560#record',
      'dpv:hasDataSubject': subjectIn(subjectId, entry),
      'dpv:hasDataController': { ...entity(OPERATOR, operator), '@type': 'dpv:DataController' },
      'dpv:hasJurisdiction': 'loc:CN',
      'dpv:hasApplicableLaw': { '@type': 'dpv:Law', 'dct:title': '中华人民共和国个人信息保护法' },
      'dpv:hasNotice': {
        '@type': 'dpv:ConsentNotice',
        'dct:hasVersion': entry.policyVersion,
        'dct:language': entry.language,
        'spdx:checksumValue': entry.textHash,
        'spdx:algorithm': 'spdx:checksumAlgorithm_sha256',
      },
      'dpv:hasProcess': processOf(entry, version),
      'dpv:hasConsentControl': {
        '@type': 'dpv:WithdrawConsent',
        'dpv:isExercisedAt': '小程序“同意管理”，或者接口 consent/withdraw',
      },
      'dpv:hasRight': rightsByLaw,
      'dpv:hasConsentStatus': [statusOf(subjectId, entry)],
      'leliao:ledgerSeq': entry.seq,
      'leliao:ledgerChecksum': Buffer.from(entry.hash).toString('base64url'),
    },
  };
}

/** Signs a receipt as a compact JWS (ES256). Anyone can check it offline with the keys at /.well-known/jwks.json. */
export async function signReceipt(
  { ring, policy }: Deps,
  subjectId: string,
  entry: LedgerEntry,
): Promise<{ receipt: string; record: ReturnType<typeof receiptOf> }> {
  const version = entry.policyVersion === undefined ? undefined : await policy.load(entry.policyVersion);
  const record = receiptOf(subjectId, entry, version);
  return { receipt: await sign(ring, RECEIPT_TYPE, record), record };
}

/** A guardian's own entry is about a child whom it does not name. */
function subjectIn(subjectId: string, { act, actor }: LedgerEntry) {
  const byGuardian = act.startsWith('guardian.') && actor === 'self';
  return byGuardian
    ? { '@type': 'dpv:Child', 'dct:description': '监护人代为作出决定的儿童；回执不写明是谁。' }
    : { '@id': `leliao:subject/${subjectId}`, '@type': 'dpv:DataSubject', 'dct:identifier': subjectId };
}

const states = {
  'consent.granted': 'dpv:ConsentGiven',
  'consent.refused': 'dpv:ConsentRefused',
  'consent.withdrawn': 'dpv:ConsentWithdrawn',
  'guardian.consented': 'dpv:ConsentGiven',
  'guardian.refused': 'dpv:ConsentRefused',
  'guardian.withdrawn': 'dpv:ConsentWithdrawn',
} as const;
const correctedStates = {
  granted: 'dpv:ConsentGiven',
  withdrawn: 'dpv:ConsentWithdrawn',
  'never-happened': 'dpv:ConsentInvalidated',
} as const;

/** The state that an entry brings, or undefined for an entry that is no act of consent and has no receipt. */
export function stateOf({ act, decision }: Pick<LedgerEntry, 'act' | 'decision'>): string | undefined {
  if (act === 'consent.corrected') return decision && correctedStates[decision];
  return Object.hasOwn(states, act) ? states[act as keyof typeof states] : undefined;
}

function statusOf(subjectId: string, entry: LedgerEntry) {
  const { at, trueAt = at, evidence, document, cause, role } = entry;
  const method = evidence
    ? `控件 ${evidence.control}，默认未选中（${evidence.defaultState}）`
    : document
      ? `纸质或线下材料 ${document}，由工作人员补记`
      : '小程序中的明示操作';
  return {
    '@type': [stateOf(entry), 'dpv:ExplicitlyExpressedConsent'],
    'dpv:isIndicatedBy': actorIn(subjectId, entry),
    'dpv:hasIndicationMethod': method,
    'dpv:isIndicatedAtTime': trueAt,
    'dct:date': at,
    'dpv:hasDuration': { '@type': 'dpv:UntilEventDuration', 'rdf:value': '直到撤回，或者所同意的内容有变化' },
    ...(cause !== undefined && { 'leliao:corrects': cause }),
    ...(role && { 'leliao:recordedByRole': role }),
  };
}

function actorIn(subjectId: string, { act, actor, guardian }: LedgerEntry) {
  const guardianId = guardian ?? (act.startsWith('guardian.') ? subjectId : undefined);
  return guardianId && (actor === 'guardian' || actor === 'self')
    ? { '@id': `leliao:subject/${guardianId}`, '@type': 'dpv:GuardianOfDataSubject' }
    : { '@id': `leliao:subject/${subjectId}`, '@type': 'dpv:DataSubject' };
}

/** Of a text that this service does not hold, version, checksum and purpose are said: these stand in the entry. */
export function processOf(
  { purpose = '', textHash }: Pick<LedgerEntry, 'purpose' | 'textHash'>,
  version: PolicyVersion | undefined,
) {
  const notice = version?.textHash === textHash && version ? noticeOf(version, purpose) : undefined;
  const isConsent = version?.registry.purposes[purpose]?.basis === 'CONSENT';
  const title = (version?.registry ?? buildRegistry).purposes[purpose]?.name ?? purpose;
  const named = { '@id': `leliao:purpose/${purpose}`, 'dct:title': title };
  const bare = { '@type': 'dpv:Process', 'dpv:hasPurpose': named };
  return version && notice && isConsent ? { ...bare, ...detailsOf(version.registry, notice) } : bare;
}

function detailsOf(
  registry: Registry,
  { purpose, name, why, method, ground, kinds: told, recipients, ifRefused }: Notice,
) {
  return {
    'dpv:hasPurpose': {
      '@id': `leliao:purpose/${purpose}`,
      '@type': 'dpv:ServiceProvision',
      'dct:title': name,
      'dct:description': why,
    },
    'dpv:hasLegalBasis': { '@type': 'dpv:ExplicitlyExpressedConsent', 'dct:description': ground },
    'dpv:hasProcessing': { '@type': 'dpv:Processing', 'dct:description': method },
    'dpv:hasConsequence': { '@type': 'dpv:Consequence', 'dct:description': ifRefused },
    'dpv:hasPersonalData': told.map((one) => dataOf(registry, one)),
    'dpv:hasStorageCondition': { '@type': 'dpv:StorageLocation', 'dpv:hasLocation': 'loc:CN' },
    // Whoever decides holds it as well; so nobody reads an empty list as an answer that is missing.
    'dpv:hasRecipient': [{ '@id': OPERATOR, '@type': 'dpv:DataController' }, ...recipients.map(recipientOf)],
  };
}

function dataOf(registry: Registry, { kind, name, source, period, necessity, effect }: KindNotice) {
  const rule = registry.retention[registry.kinds[kind]?.retention ?? ''];
  const type = isSensitive(registry, kind) ? 'dpv:SensitivePersonalData' : 'dpv:PersonalData';
  return {
    '@id': `leliao:kind/${kind}`,
    '@type': type,
    'skos:broader': type,
    'dct:title': name,
    'dpv:hasDataSource': source,
    'dpv:hasStorageCondition': {
      '@type': 'dpv:StorageDuration',
      'dpv:hasDuration': durationOf(rule, period),
    },
    ...(necessity && { 'leliao:necessity': necessity, 'leliao:effect': effect }),
  };
}

function durationOf(rule: RetentionRule | undefined, period: string) {
  const ends = rule?.ends ?? { event: 'deleted-or-withdrawn' };
  if ('event' in ends) return { '@type': 'dpv:UntilEventDuration', 'rdf:value': period };
  const length = isoOfPeriod(ends);
  return { '@type': 'dpv:TemporalDuration', 'rdf:value': length, 'dct:description': period };
}

function recipientOf({ recipient, role, why, receives, ...reached }: RecipientNotice) {
  return {
    ...entity(`leliao:recipient/${recipient}`, reached),
    '@type': role === 'entrusted' ? 'dpv:DataProcessor' : 'dpv:ThirdParty',
    'dpv:hasLocation': 'loc:CN',
    'dct:description': why,
    'leliao:receives': receives,
  };
}
