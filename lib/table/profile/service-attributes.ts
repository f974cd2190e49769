import * as z from 'zod/mini';
import { type AttributeName, type ServiceId, serviceIds, services } from '../../policy/services';
import { sealed, type ValueOf } from '../attribute';
import type { Item, Table, Write } from '../client';
import { declareEntity } from '../entity';
import { type Key, partition } from '../keys';
import { inPerson } from '../place';
import { create, replace } from '../replace';
import type { Sealer } from '../sealer';

export type Attributes = { [Name in AttributeName]?: string | undefined };

const text = z.optional(z.string());
const attributes = z.object({
  sex: text,
  birthDate: text,
  birthPlace: text,
  householdPlace: text,
  ethnicity: text,
});

/** What one optional service was told: an entity for each, because each is a kind of its own. */
function entityFor(service: ServiceId) {
  const { kind } = services[service];
  return declareEntity(kind, {
    place: inPerson(service, 'attributes'),
    life: { rule: 'purpose-life' },
    unguarded: 'what a person has said of themself, sealed in its place',
    attributes: {
      version: sealed(kind, z.int()),
      updatedAt: sealed(kind, z.string()),
      attributes: sealed(kind, attributes),
    },
  });
}

export const serviceAttributes = Object.fromEntries(
  serviceIds.map((service) => [service, entityFor(service)]),
) as Record<ServiceId, ReturnType<typeof entityFor>>;

export type ServiceRecord = ValueOf<ReturnType<typeof entityFor>>;

export const serviceKey = (subjectId: string, service: ServiceId): Key =>
  serviceAttributes[service].key(subjectId);

/** What a service was told in this epoch, or nothing, as version 0. @throws SealError */
export function readService(
  service: ServiceId,
  item: Item | undefined,
  epoch: number,
  sealer: Sealer,
): ServiceRecord {
  const nothing = { epoch, version: 0, updatedAt: '', attributes: {} };
  return serviceAttributes[service].read(item, { sealer, epoch }) ?? nothing;
}

/**
 * Puts what a service is told in the place of exactly what `before` holds. Every seal is unlike any other, so the sealed
 * bytes tell whether it was changed meanwhile.
 */
export function putService(
  subjectId: string,
  service: ServiceId,
  value: ServiceRecord,
  before: Item | undefined,
  sealer: Sealer,
): [Write, ...Write[]] {
  const item = serviceAttributes[service].make(subjectId, undefined, value, { sealer, before });
  if (!before) return [create(item)];
  const asSeen = {
    ConditionExpression: 'sealed = :before',
    ExpressionAttributeValues: { ':before': before.sealed },
  };
  return replace(item, before, asSeen);
}

/** What lies in a person's partition for the optional services, whatever its epoch. One trip. */
export async function queryServices(table: Table, subjectId: string): Promise<Map<ServiceId, Item>> {
  const { items } = await table.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :services)',
    ExpressionAttributeValues: { ':pk': partition(subjectId), ':services': 'DATA#service-' },
    Limit: serviceIds.length,
  });
  const found = serviceIds.map((service) => [
    service,
    items.find(({ sk }) => sk === serviceKey('', service).sk),
  ]);
  return new Map(found.filter((pair): pair is [ServiceId, Item] => pair[1] !== undefined));
}
