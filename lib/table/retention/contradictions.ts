import { type Kind, kinds } from '../../policy/kinds';
import { mayOutlast, type Period } from '../../policy/period';
import { retention } from '../../policy/retention';
import type { RetentionRule } from '../../policy/retention-rule';
import type { AnyEntity } from '../readers/any-entity';

type Rules = Readonly<Record<string, RetentionRule>>;

/**
 * What in rules, kinds and entities cannot hold together (promise S2), in words for developers; empty when the build may be
 * made. A rule says how long, an entity from when, a kind which rule: each names the other, and none may say more than one.
 */
export function contradictionsIn(
  entities: readonly AnyEntity[],
  rules: Rules = retention,
  allKinds: Readonly<Record<string, Kind>> = kinds,
): string[] {
  return [
    ...Object.entries(rules).flatMap(([id, rule]) => ofRule(rule).map((says) => `rule ${id}: ${says}`)),
    ...Object.entries(allKinds).flatMap(([id, kind]) =>
      kind.retention in rules ? [] : [`kind ${id}: there is no rule ${kind.retention}`],
    ),
    ...entities.flatMap((entity) =>
      ofEntity(entity, entities, rules, allKinds).map((says) => `entity ${entity.name}: ${says}`),
    ),
  ];
}

function ofRule({ ends, atEnd, minimum, basis }: RetentionRule): string[] {
  const isEvent = 'event' in ends;
  return [
    ...(minimum && isEvent ? ['an event may end it before its minimum'] : []),
    ...(minimum && !isEvent && mayOutlast(minimum, ends) ? ['its minimum is longer than its period'] : []),
    ...(minimum && !/法|条例|办法/.test(basis) ? ['a minimum needs the law that sets it'] : []),
    ...(atEnd === 'freeze' && !isEvent ? ['what is frozen by the clock is never deleted'] : []),
  ];
}

function ofEntity(
  { declaration, attributes }: AnyEntity,
  entities: readonly AnyEntity[],
  rules: Rules,
  allKinds: Readonly<Record<string, Kind>>,
): string[] {
  const { life, outlives, counts, place } = declaration;
  const rule = rules[life.rule];
  if (!rule) return [`there is no rule ${life.rule}`];
  const { ends, atEnd } = rule;
  const anchors = [life.from, life.until, life.becomes].filter((one) => one !== undefined);
  const period = periodIn(rule);
  const isFromEnd = 'after' in ends && ends.after === 'account-ended';
  const mustStay = place.owner === 'person' && (isFromEnd || rule.minimum !== undefined);
  const next = entities.find((one) => one.name === life.becomes);
  const stays = outlives === undefined ? undefined : rules[outlives];
  return [
    ...(anchors.length > 1 ? ['its end is said in two ways'] : []),
    ...('event' in ends && anchors.length > 0
      ? [`an event ends ${life.rule}, and it counts from a moment`]
      : []),
    ...(period && !('after' in ends) && anchors.length === 0 ? [`${life.rule} counts from nothing`] : []),
    // An end that is said when the event has come is no contradiction; one that counts from something else is.
    ...('after' in ends && (life.from ?? life.becomes) !== undefined
      ? [`${life.rule} begins with an event, and it counts from a moment`]
      : []),
    ...(life.becomes !== undefined && next?.declaration.life.rule !== life.rule
      ? [`what takes its place has another rule than ${life.rule}`]
      : []),
    ...(anchors.length > 0 && atEnd !== 'delete'
      ? [`the sweep deletes it, and ${life.rule} says ${atEnd}`]
      : []),
    ...(mustStay && outlives === undefined
      ? [`${life.rule} goes on when its person is gone, and it goes with them`]
      : []),
    ...(outlives !== undefined && !stays ? [`there is no rule ${outlives}`] : []),
    ...(stays && 'event' in stays.ends ? [`it outlives its person by ${outlives}, which has no end`] : []),
    ...Object.entries(attributes).flatMap(([attribute, { kinds: of, record, listedIn }]) =>
      of.flatMap((kind) => {
        const its = rules[allKinds[kind]?.retention ?? ''];
        if (!its) return [`${attribute} is of ${kind}, which has no rule`];
        // Sessions are many in one item, and each has its own end; a hold keeps whatever it names beyond its own.
        if (record || counts || listedIn) return [];
        const longest = periodIn(its);
        const isLonger = longest && !('after' in its.ends) && (!period || mayOutlast(period, longest));
        return isLonger ? [`${attribute} is kept longer than ${kind} may be`] : [];
      }),
    ),
  ];
}

function periodIn({ ends }: RetentionRule): Period | undefined {
  return 'event' in ends ? undefined : ends;
}

/** @throws Error with everything that contradicts itself: such a build must not be made */
export function demandNoContradiction(entities: readonly AnyEntity[]): void {
  const found = contradictionsIn(entities);
  if (found.length > 0) throw new Error(`periods that contradict each other:\n${found.join('\n')}`);
}
