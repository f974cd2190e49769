import { kinds } from '../../policy/kinds';
import { needsConsent, type PurposeId, purposes } from '../../policy/purposes';
import { type RetentionId, retention } from '../../policy/retention';
import { consentOf, type Person } from '../person/person';
import type { AnyEntity } from './any-entity';
import { declaredEntities } from './partition';

/** A purpose, and the kinds of data that it holds, as the person reads them. What says nothing about a person is left out. */
export type Goes = { name: string; kinds: string[] };
/** The kinds of data that stay, for how long and by which law. */
export type Stays = { kinds: string[]; period: string; basis: string };

/** What is erased with a person's account: of every purpose that holds something of theirs (PIPL art. 47). */
export function goesAtEnd(person: Person, among = declaredEntities): Goes[] {
  return grouped(among, (entity) => {
    const { place, outlives, remains } = entity.declaration;
    const { purpose } = place;
    const isHeld = !needsConsent(purpose) || consentOf(person, purpose) !== undefined;
    const goes = Object.keys(entity.attributes).filter(
      (name) => !outlives || (remains && !remains.includes(name as never)),
    );
    return isHeld ? [purpose, goes] : [purpose, []];
  }).map(([purpose, kindNames]) => ({ name: purposes[purpose as PurposeId].name, kinds: kindNames }));
}

/** What the law has us keep after that (PIPL art. 47 para 2): stored and secured, and nothing else is done with it. */
export function staysAfterEnd(among = declaredEntities): Stays[] {
  return grouped(among, ({ attributes, declaration: { outlives, remains } }) => [
    outlives ?? '',
    outlives ? Object.keys(attributes).filter((name) => !remains || remains.includes(name as never)) : [],
  ]).map(([rule, kindNames]) => {
    const { period, basis } = retention[rule as RetentionId];
    return { kinds: kindNames, period, basis };
  });
}

/** The kinds of the attributes that `pick` takes of each entity about a person, by the heading that it puts them under. */
function grouped(
  among: ReadonlyMap<string, AnyEntity>,
  pick: (entity: AnyEntity) => [heading: string, attributes: string[]],
): [heading: string, kindNames: string[]][] {
  const groups = new Map<string, Set<string>>();
  for (const entity of among.values()) {
    if (entity.declaration.place.owner !== 'person') continue;
    const [heading, names] = pick(entity);
    const group = groups.get(heading) ?? new Set();
    groups.set(heading, group);
    for (const id of names.flatMap((name) => entity.attributes[name]?.kinds ?? []))
      if (kinds[id].class !== 'technical') group.add(kinds[id].name);
  }
  return [...groups].flatMap(([heading, group]) =>
    group.size > 0 ? [[heading, [...group]] as [string, string[]]] : [],
  );
}
