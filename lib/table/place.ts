import type { PurposeId } from '../policy/purposes';
import { dataPrefix, type Key, partition, type TableId, tableOf } from './keys';

/**
 * Where the items of an entity lie, and what they rest on. Everything about a person lies in that person's partition;
 * what rests on one purpose lies side by side there, so that its end is one query.
 */
export type Place<Id = void, P extends PurposeId = PurposeId> = {
  /** Whose partition: a person's, a digest's that points to a person or a counter, or the service's own. */
  owner: 'person' | 'pointer' | 'service';
  purpose: P;
  /** The table it lies in: what `tableOf` says of its keys. */
  table: TableId;
  key(owner: string, id: Id): Key;
};

/** In a person's partition, beside everything else of one purpose. `id` is fixed, or made from what tells items apart. */
export function inPerson<P extends PurposeId, Id = void>(
  purpose: P,
  id: string | ((id: Id) => string),
): Place<Id, P> {
  return inPersonAt(
    purpose,
    (parts: Id) => `${dataPrefix(purpose)}${typeof id === 'string' ? id : id(parts)}`,
  );
}

/** In a person's partition under a sort key of its own: what the front door, the ledger or a process looks for by name. */
export function inPersonAt<P extends PurposeId, Id = void>(
  purpose: P,
  sk: string | ((id: Id) => string),
): Place<Id, P> {
  return {
    owner: 'person',
    purpose,
    table: tableOf({ pk: '', sk: dataPrefix(purpose) }),
    key: (subjectId, id) => ({ pk: partition(subjectId), sk: typeof sk === 'string' ? sk : sk(id) }),
  };
}

/** Found by a keyed digest alone: the owner of the key is that digest. */
export function byDigest<P extends PurposeId>(purpose: P, domain: string): Place<void, P> {
  return {
    owner: 'pointer',
    purpose,
    table: 'main',
    key: (digest) => ({ pk: `ID#${domain}#${digest}`, sk: 'ID' }),
  };
}

/** The service's own. The owner of the key is what spreads or names it. */
export function ofService<P extends PurposeId, Id = void>(
  purpose: P,
  key: (owner: string, id: Id) => Key,
  table: TableId = 'main',
): Place<Id, P> {
  return { owner: 'service', purpose, table, key };
}
