import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import type { ConsentPurposeId } from '../../lib/policy/purposes';
import { kindIdsFor, nameOfKind, type Registry, recipientIdsOfKind } from '../../lib/policy/registry';
import { decodeEntry, ledger } from '../../lib/table/ledger/ledger';
import { recipientsOf } from '../../lib/table/notice/recipient';
import { sendingsOf } from '../../lib/table/notice/sendings';
import { consentOf, type Person } from '../../lib/table/person/person';

/** Ledger entries that one answer looks at, the newest; who has more is told so. */
export const MAX_ENTRIES_LISTED = 500;

/**
 * The two lists for this very person: which kinds are collected of them now, under which purpose and for how long; and
 * who has been given what of theirs, from their own disclosure register: entries of the ledger, and rows of the notices that
 * they were sent (promises D1, K7).
 */
export async function ownLists(deps: Deps, { caller }: Run<'subject', Record<string, never>>) {
  const { person } = caller;
  const { version } = deps.policy.inForce();
  const full = await deps.policy.load(version);
  if (!full) return { version, collected: [], shared: [], complete: true };
  const { registry } = full;
  const from = Math.max(0, person.ledgerSeq - MAX_ENTRIES_LISTED);
  const { items } = await ledger.page(deps.table, person.subjectId, from, MAX_ENTRIES_LISTED);
  const entries = items.map((item) => decodeEntry(item));
  const { rows, next } = await recipientsOf(deps.table, person.subjectId, MAX_ENTRIES_LISTED);
  const made = entries
    .filter(({ act }) => act === 'disclosure.made')
    .map((entry) => ({ ...entry, times: 1 }));
  const given = new Map<string, { times: number; lastAt: string; kinds: Set<string> }>();
  for (const { recipient = '', at, kinds = [], times } of [...made, ...rows.flatMap(sendingsOf)]) {
    const before = given.get(recipient) ?? { times: 0, lastAt: at, kinds: new Set() };
    given.set(recipient, {
      times: before.times + times,
      lastAt: at > before.lastAt ? at : before.lastAt,
      kinds: new Set([...before.kinds, ...kinds]),
    });
  }
  return {
    version,
    collected: Object.keys(registry.purposes).flatMap((id) => collectedFor(registry, person, id)),
    shared: [
      ...storesEverything(registry),
      ...[...given].map(([id, { times, lastAt, kinds }]) => ({
        recipient: id,
        name: registry.recipients[id]?.name ?? id,
        why: registry.recipients[id]?.why ?? '',
        contact: registry.recipients[id]?.contact ?? '',
        kinds: [...kinds].map((kind) => nameOfKind(registry, kind)),
        times,
        lastAt,
      })),
    ],
    /** Whether the register was looked at from its beginning. */
    complete: from === 0 && next === undefined,
  };
}

/** Basic purposes always; others while the person agrees to them. */
function collectedFor(registry: Registry, person: Person, id: string) {
  const purpose = registry.purposes[id];
  const consent = consentOf(person, id as ConsentPurposeId);
  if (!purpose || (purpose.basis === 'CONSENT' && !consent?.granted)) return [];
  return kindIdsFor(registry, id).map((kind) => ({
    kind,
    name: nameOfKind(registry, kind),
    purpose: purpose.name,
    period: registry.retention[registry.kinds[kind]?.retention ?? '']?.period ?? '',
    ...(consent?.granted && { agreedToVersion: consent.policyVersion }),
    recipients: recipientIdsOfKind(registry, kind).map((one) => registry.recipients[one]?.name ?? one),
  }));
}

/** Those who store for us hold it all, without a line in anybody's register. */
function storesEverything({ recipients }: Registry) {
  return Object.entries(recipients)
    .filter(([, { kinds }]) => kinds === 'all')
    .map(([recipient, { name, why, contact }]) => ({
      recipient,
      name,
      why,
      contact,
      kinds: ['全部（加密存放）'],
    }));
}
