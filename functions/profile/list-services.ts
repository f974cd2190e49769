import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import { isAgreed } from '../../lib/gate/purpose';
import { purposes } from '../../lib/policy/purposes';
import { attributeNames, serviceIds, services } from '../../lib/policy/services';
import { epochOf } from '../../lib/table/person/consents';
import { consentOf } from '../../lib/table/person/person';
import { queryServices, readService } from '../../lib/table/profile/service-attributes';

/** Every optional service: what it asks, where the person stands on it, and what it holds of them, by name. */
export async function listServices(deps: Deps, { caller }: Run<'subject', unknown>) {
  const { person, sealer } = caller;
  const items = await queryServices(deps.table, person.subjectId);
  return {
    services: serviceIds.map((service) => {
      const consent = consentOf(person, service);
      const granted = isAgreed(deps, person, service);
      const { attributes } = readService(service, items.get(service), epochOf(person, service), sealer);
      const { name, why, ifRefused } = purposes[service];
      return {
        service,
        name,
        why,
        ifRefused,
        asks: services[service].asks.map((attribute) => ({ attribute, name: attributeNames[attribute] })),
        granted,
        /** Of the consent, as `consent/grant` and `consent/withdraw` want it. */
        seenEntry: consent?.entry ?? 0,
        stored: granted ? services[service].asks.filter((name) => attributes[name] !== undefined) : [],
      };
    }),
  };
}
