import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { kindsFor } from '../../lib/policy/kinds';
import { purposes } from '../../lib/policy/purposes';
import { type ServiceId, serviceIds } from '../../lib/policy/services';
import { serviceKey } from '../../lib/table/profile/service-attributes';
import { askedBy, getAttributes, setAttributes } from './attributes';
import { listServices } from './list-services';

const nothing = z.strictObject({});
/** Of what the person saw; 0 where there was nothing yet. */
const version = z.int().check(z.minimum(0));

/**
 * Each optional service has its own two operations under its own purpose, which take and show only what it asks.
 * (Which attributes these are, the schema knows better than the type of what is stored; hence the casts.)
 */
const told = <S extends ServiceId>(service: S) =>
  operation({
    summary: `查看${purposes[service].name}保存的信息。`,
    caller: 'subject',
    purpose: service,
    kinds: { in: [], out: kindsFor(service) },
    input: nothing,
    output: z.object({ version: z.int(), attributes: z.object(askedBy(service)) }),
    reads: true,
    ledger: 'none',
    budget: { trips: 1, readUnits: 2, writeUnits: 0 },
    alsoRead: (subjectId) => serviceKey(subjectId, service),
    run: (_, run) => getAttributes(service, run) as Promise<never>,
  });
const tell = <S extends ServiceId>(service: S) =>
  operation({
    summary: `填写${purposes[service].name}所需的信息；没有填的即删除。`,
    caller: 'subject',
    purpose: service,
    kinds: { in: kindsFor(service), out: kindsFor(service) },
    input: z.strictObject({ version, attributes: z.strictObject(askedBy(service)) }),
    output: z.object({ version: z.int(), attributes: z.object(askedBy(service)) }),
    ledger: 'none',
    budget: { trips: 2, readUnits: 2, writeUnits: 10 },
    alsoRead: (subjectId) => serviceKey(subjectId, service),
    run: (deps, run) => setAttributes(deps, service, run) as Promise<never>,
  });

const attributeKinds = serviceIds.flatMap(kindsFor);

export const serviceOperations = {
  services: operation({
    summary: '可选服务：各需要哪些信息、我是否开启、已保存了哪几项。',
    caller: 'subject',
    purpose: 'accountability',
    // Of the attributes only which are there.
    kinds: { in: [], out: ['consent-state'], uses: [...attributeKinds] },
    input: nothing,
    output: z.object({
      services: z.array(
        z.object({
          service: z.enum(serviceIds),
          name: z.string(),
          why: z.string(),
          ifRefused: z.string(),
          asks: z.array(z.object({ attribute: z.string(), name: z.string() })),
          granted: z.boolean(),
          seenEntry: z.int(),
          stored: z.array(z.string()),
        }),
      ),
    }),
    reads: true,
    ledger: 'none',
    budget: { trips: 2, readUnits: 4, writeUnits: 0 },
    run: listServices,
  }),
  getFundAttributes: told('service-fund'),
  setFundAttributes: tell('service-fund'),
  getSocialAttributes: told('service-social'),
  setSocialAttributes: tell('service-social'),
  getTransportAttributes: told('service-transport'),
  setTransportAttributes: tell('service-transport'),
  getTaxAttributes: told('service-tax'),
  setTaxAttributes: tell('service-tax'),
  getHouseholdAttributes: told('service-household'),
  setHouseholdAttributes: tell('service-household'),
};
