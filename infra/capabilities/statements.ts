import { type Capability, type FunctionName, functionCapabilities } from '../../lib/capabilities';
import {
  type Act,
  acts,
  capabilityRights,
  commonRights,
  everyFunction,
  everySealer,
  type Principal,
  type Right,
  rotationRights,
  tableRights,
} from './rights';

/** A statement of a role; `keys` are the partition keys it is fenced to. */
export type Statement = Right & { keys?: readonly string[] };

/** All that a principal may do. */
export function statementsOf(principal: Principal): Statement[] {
  const { items, indexes = {} } = tableRights[principal];
  const isFunction = principal !== 'key-rotation';
  return [
    ...(isFunction ? rightsOf(principal) : rotationRights),
    ...itemStatements(isFunction ? joined(sharedItems(principal), items) : items),
    ...Object.entries(indexes).map(([index, keys]) => ({
      sid: `FindBy${index.charAt(0).toUpperCase()}${index.slice(1)}`,
      actions: [acts.query],
      on: [`Table/index/${index}`],
      keys: keys.split(' '),
    })),
  ];
}

function rightsOf(name: FunctionName): readonly Right[] {
  return [...commonRights, ...functionCapabilities[name].flatMap((one) => capabilityRights[one] ?? [])];
}

function sharedItems(name: FunctionName): Record<string, string> {
  const seals = (functionCapabilities[name] as readonly Capability[]).includes('seal');
  return { ...everyFunction, ...(seals && everySealer) };
}

function joined(...all: Record<string, string>[]): Record<string, string> {
  const whole: Record<string, string> = {};
  for (const [key, words] of all.flatMap((rights) => Object.entries(rights)))
    whole[key] = `${whole[key] ?? ''} ${words}`.trim();
  return whole;
}

/**
 * One statement for all acts that are allowed on the same partitions. A batch names partitions of several kinds, and a
 * statement allows it only when it has them all, so no act may be spread over two.
 */
function itemStatements(items: Record<string, string>): Statement[] {
  const byKeys = new Map<string, Act[]>();
  for (const act of Object.keys(acts) as Act[]) {
    const keys = Object.keys(items).filter((key) => items[key]?.split(' ').includes(act));
    if (keys.length > 0) byKeys.set(keys.join(' '), [...(byKeys.get(keys.join(' ')) ?? []), act]);
  }
  return [...byKeys].map(([keys, words]) => ({
    sid: words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(''),
    actions: words.map((word) => acts[word]),
    on: ['Table'],
    keys: keys.split(' '),
  }));
}
