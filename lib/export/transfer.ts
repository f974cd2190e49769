import * as z from 'zod/mini';
import { kinds } from '../policy/kinds';
import {
  type ConsentPurposeId,
  needsConsent,
  type PurposeId,
  purposeIds,
  purposes,
} from '../policy/purposes';
import { operator } from '../policy/registry';
import { isGiven, type TransferCondition, transferConditions } from '../policy/transfer';
import type { Export, Transfer } from '../table/export/export';
import { epochOf } from '../table/person/consents';
import { consentOf, type Person } from '../table/person/person';
import type { AnyEntity } from '../table/readers/any-entity';
import { type Exported, saysSomething, type Walked } from '../table/readers/export';
import { declaredEntities } from '../table/readers/partition';
import { purposeOf } from './record';

/** The type in the header of its signature, so that nothing else of ours can pass for one. */
export const TRANSFER_TYPE = 'transfer-package';

/** The file in the archive that is signed. */
export const SIGNED_FILE = '签名清单.jws';

const instant = z.iso.datetime();
const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const bytes = z.int().check(z.minimum(0));

/**
 * What the signed list of a package says (promise R7): whole it is, of which form, from whom, at whose wish for whom, and how each
 * condition of the law is met. Of the person it says nothing: who they are says what is in the package, which it is bound to.
 * Instants are ISO 8601 in UTC, hashes SHA-256 in hexadecimal.
 */
export const transferForm = z.strictObject({
  form: z.literal(1),
  transferId: z.string(),
  /** Who is answerable, and which service it comes from. */
  issuer: z.string(),
  service: z.string(),
  askedAt: instant,
  signedAt: instant,
  /** Whom the person wants it to go to, in their own words, which nobody has checked. */
  recipient: z.optional(z.string()),
  purposes: z.array(z.strictObject({ purpose: z.string(), name: z.string(), ground: z.string() })),
  conditions: z.array(z.strictObject({ item: z.string(), says: z.string(), met: z.string() })),
  /** The form of the records, and where in the package it is. */
  schema: z.strictObject({ id: z.string(), file: z.string(), sha256 }),
  /** Every file but this one, as it is unpacked. */
  files: z.array(z.strictObject({ name: z.string(), bytes, sha256 })),
  /** The bytes of the archive before this file, piece by piece: after it there is only the directory. */
  pieces: z.array(z.strictObject({ bytes, sha256 })),
});
export type TransferStatement = z.output<typeof transferForm>;

/** What a signed list says of the archive that it stands in. */
export type Whole = Pick<TransferStatement, 'schema' | 'files' | 'pieces'>;

/** What is to be signed of an archive that is a package for another service. */
export function transferStatement(
  { exportId, askedAt }: Pick<Export, 'exportId' | 'askedAt'>,
  { recipient, purposes: of }: Transfer,
  whole: Whole & Pick<TransferStatement, 'signedAt'>,
): TransferStatement {
  return {
    form: 1,
    transferId: exportId,
    issuer: operator.name,
    service: operator.service,
    askedAt,
    ...(recipient !== undefined && { recipient }),
    purposes: of.map((purpose) => {
      const { name, ground } = purposes[purpose];
      return { purpose, name, ground };
    }),
    conditions: Object.values(transferConditions),
    ...whole,
  };
}

const owned = [...declaredEntities.values()].filter(
  ({ declaration: { place, copies } }) => place.owner === 'person' && !copies,
);

const othersIn = ({ attributes }: AnyEntity) =>
  Object.values(attributes).flatMap(({ refersTo }) => (refersTo === undefined ? [] : [refersTo]));

/** The entities that bind two people: by a number of somebody else's, or because somebody else's leads back to them. */
const concernOthers = new Set(
  owned.flatMap((entity) => {
    const backs = othersIn(entity);
    return backs.length > 0 ? [entity.name, ...backs] : [];
  }),
);

/** The condition that nothing of a purpose can meet, whoever asks; undefined where it may go. */
export function neverMet(purpose: PurposeId): TransferCondition | undefined {
  if (!isGiven(purpose)) return 'given';
  const of = owned.filter(({ declaration }) => declaration.place.purpose === purpose);
  return of.length > 0 && of.every(({ name }) => concernOthers.has(name)) ? 'others' : undefined;
}

/** Everything of somebody that may go to another service just now, by purpose: what a consent that stands or the contract covers. */
export const transferable = (person: Person): PurposeId[] =>
  purposeIds.filter(
    (purpose) => neverMet(purpose) === undefined && (!needsConsent(purpose) || isGranted(person, purpose)),
  );

const isGranted = (person: Person, purpose: ConsentPurposeId): boolean =>
  consentOf(person, purpose)?.granted === true;

/**
 * What of a record goes to another service: nothing of an account that was given up, of a consent that has ended since, or of
 * what binds the person to others; of the rest the values of which every kind rests on one of these purposes.
 */
export function inTransfer(walked: Walked, of: readonly PurposeId[], person: Person): Walked {
  const { exported, position } = walked;
  if (!exported) return walked;
  const goes = position.at === 0 && isOf(exported, of, person);
  const values = exported.values.filter(({ kinds: each }) =>
    each.every((kind) => of.includes(kinds[kind].purpose)),
  );
  return { ...walked, exported: goes && values.some(saysSomething) ? { ...exported, values } : undefined };
}

function isOf({ entity, values }: Exported, of: readonly PurposeId[], person: Person): boolean {
  const purpose = purposeOf(entity);
  if (!of.includes(purpose) || concernOthers.has(entity)) return false;
  if (!needsConsent(purpose)) return true;
  const isOfToday = ({ attribute, value }: Exported['values'][number]) =>
    attribute === 'epoch' && value === epochOf(person, purpose);
  return isGranted(person, purpose) && values.some(isOfToday);
}
