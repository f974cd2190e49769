import type { KindStored } from './kinds';
import type { PurposeId } from './purposes';

/** What an optional service may ask, as the person reads it. */
export const attributeNames = {
  sex: '性别',
  birthDate: '出生日期',
  birthPlace: '出生地',
  householdPlace: '户籍地',
  ethnicity: '民族',
} as const;

export type AttributeName = keyof typeof attributeNames;

/** A purpose that is an optional service of its own. */
export type ServiceId = Extract<PurposeId, `service-${string}`>;

export type Service = { kind: KindStored<'sealed'>; asks: readonly AttributeName[] };

/**
 * The optional services and what each of them asks: nothing else is taken for it (promise O1). A test holds this to
 * what the kinds tell the person.
 */
export const services = {
  'service-fund': { kind: 'fund-attributes', asks: ['sex', 'birthDate'] },
  'service-social': { kind: 'social-attributes', asks: ['sex', 'birthDate', 'householdPlace'] },
  'service-transport': { kind: 'transport-attributes', asks: ['sex', 'birthDate'] },
  'service-tax': { kind: 'tax-attributes', asks: ['householdPlace'] },
  'service-household': {
    kind: 'household-attributes',
    asks: ['sex', 'birthDate', 'birthPlace', 'householdPlace', 'ethnicity'],
  },
} as const satisfies Record<ServiceId, Service>;

export const serviceIds = Object.keys(services) as ServiceId[];
