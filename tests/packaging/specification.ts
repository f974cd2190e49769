import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import type { Property, PropertyType, SpecDatabase } from '@aws-cdk/service-spec-types';

type Resource = { Type: string; Properties?: unknown };

let loaded: SpecDatabase | undefined;
/** Amazon's published specification of every resource of CloudFormation. */
const database = (): SpecDatabase => {
  loaded ??= loadAwsServiceSpecSync();
  return loaded;
};

/** What of some resources the specification does not allow: a type or a property it does not know, one that is missing, a value of another type. */
export function faultsOf(resources: Record<string, Resource>): string[] {
  return Object.entries(resources).flatMap(([id, { Type, Properties = {} }]) => {
    const [known] = database().lookup('resource', 'cloudFormationType', 'equals', Type);
    if (!known) return [`${id}: no type ${Type}`];
    return faultsIn(known.properties, Properties as object, `${id} (${Type})`);
  });
}

function faultsIn(known: Record<string, Property>, given: object, where: string): string[] {
  const missing = Object.entries(known)
    .filter(([name, { required }]) => required && !(name in given))
    .map(([name]) => `${where}: ${name} is missing`);
  const wrong = Object.entries(given).flatMap(([name, value]) => {
    const property = known[name];
    return property
      ? faultsOfValue(property.type, value, `${where}.${name}`)
      : [`${where}: no property ${name}`];
  });
  return [...missing, ...wrong];
}

function faultsOfValue(type: PropertyType, value: unknown, where: string): string[] {
  if (isIntrinsic(value)) return [];
  switch (type.type) {
    case 'ref': {
      const { properties } = database().get('typeDefinition', type.reference.$ref);
      return isRecord(value) ? faultsIn(properties, value, where) : [`${where} is no object`];
    }
    case 'array':
      if (!Array.isArray(value)) return [`${where} is no list`];
      return value.flatMap((one, index) => faultsOfValue(type.element, one, `${where}[${index}]`));
    case 'map':
      if (!isRecord(value)) return [`${where} is no object`];
      return Object.entries(value).flatMap(([key, one]) =>
        faultsOfValue(type.element, one, `${where}.${key}`),
      );
    case 'union': {
      const tries = type.types.map((one) => faultsOfValue(one, value, where));
      return tries.some((faults) => faults.length === 0) ? [] : (tries[0] ?? []);
    }
    default:
      return isA(type.type, value) ? [] : [`${where} is no ${type.type}`];
  }
}

/** CloudFormation takes numbers and booleans as text as well. */
function isA(type: string, value: unknown): boolean {
  const text = String(value);
  if (type === 'integer') return /^-?\d+$/.test(text);
  if (type === 'number') return value !== '' && !Number.isNaN(Number(text));
  if (type === 'boolean') return text === 'true' || text === 'false';
  if (type === 'string' || type === 'date-time')
    return ['string', 'number', 'boolean'].includes(typeof value);
  return true; // json and tags: whatever it is
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What CloudFormation works out when it deploys. */
function isIntrinsic(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const [name = '', ...more] = Object.keys(value);
  return more.length === 0 && /^(Ref|Fn::\w+)$/.test(name);
}
