import * as z from 'zod/mini';
import { type AttributeName, type ServiceId, serviceIds, services } from '../../policy/services';
import type { Item, Table, Write } from '../client';
import { defineEntity, plain, type Sealer, sealed, type ValueOf } from '../entity';
import { type GaugeId, gaugeChange, gaugesFor } from '../gauge/gauge';
import { type Key, keys, partition } from '../keys';
import { consentHolds } from '../person/person';

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
  return defineEntity(kind, {
    epoch: plain('consent-state', z.int()),
    version: sealed(kind, z.int()),
    updatedAt: sealed(kind, z.string()),
    attributes: sealed(kind, attributes),
  });
}

export const entities = Object.fromEntries(
  serviceIds.map((service) => [service, entityFor(service)]),
) as Record<ServiceId, ReturnType<typeof entityFor>>;

export type ServiceRecord = ValueOf<ReturnType<typeof entityFor>>;

const ID = 'attributes';
export const serviceKey = (subjectId: string, service: ServiceId): Key => keys.data(subjectId, service, ID);

/** What a service was told in this epoch, or nothing, as version 0. @throws SealError */
export function readService(
  service: ServiceId,
  item: Item | undefined,
  epoch: number,
  sealer: Sealer,
): ServiceRecord {
  if (item?.entity !== entities[service].name || item.epoch !== epoch) {
    return { epoch, version: 0, updatedAt: '', attributes: {} };
  }
  return entities[service].decode(item, ID, sealer);
}

/**
 * Puts what a service is told in the place of exactly what `before` holds, while the consent to this service stands.
 * Every seal is unlike any other, so the sealed bytes tell whether it was changed meanwhile.
 */
export function putService(
  subjectId: string,
  service: ServiceId,
  value: ServiceRecord,
  before: Item | undefined,
  sealer: Sealer,
): [Write, Write, ...Write[]] {
  const entity = entities[service];
  const gauges = gaugesFor(services[service].kind);
  const item = {
    ...serviceKey(subjectId, service),
    entity: entity.name,
    ...entity.encode(value, ID, sealer),
    ...(gauges.length > 0 && { gauges }),
  };
  const condition = before
    ? { ConditionExpression: 'sealed = :before', ExpressionAttributeValues: { ':before': before.sealed } }
    : { ConditionExpression: 'attribute_not_exists(pk)' };
  const counted = gaugeChange(subjectId, (before?.gauges as GaugeId[] | undefined) ?? [], gauges);
  return [{ Put: { Item: item, ...condition } }, consentHolds(subjectId, service, value.epoch), ...counted];
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
