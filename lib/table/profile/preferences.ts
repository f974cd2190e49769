import * as z from 'zod/mini';
import type { Item, Write } from '../client';
import { defineEntity, plain, type ValueOf } from '../entity';
import { type Key, keys } from '../keys';

export const languages = ['zh-CN'] as const;

/** How a person wants to be served (promise O3). */
export const preferences = defineEntity('preferences', {
  version: plain('preference', z.int()),
  updatedAt: plain('preference', z.optional(z.string())),
  language: plain('preference', z.enum(languages)),
  personalisation: plain('preference', z.boolean()),
  surveyInvitations: plain('preference', z.boolean()),
});
export type Preferences = ValueOf<typeof preferences>;

/** Where nobody has chosen: nothing is done with a person that they did not switch on (PIPL art. 24). */
const untouched: Preferences = {
  version: 0,
  language: 'zh-CN',
  personalisation: false,
  surveyInvitations: false,
};

export const preferencesKey = (subjectId: string): Key => keys.data(subjectId, 'preferences', 'settings');

export function readPreferences(item: Item | undefined): Preferences {
  return item?.entity === preferences.name ? preferences.decode(item, '') : untouched;
}

/** Puts preferences in the place of the version before them. */
export function putPreferences(subjectId: string, value: Preferences): Write {
  const item = {
    ...preferencesKey(subjectId),
    entity: preferences.name,
    ...preferences.encode(value, ''),
  };
  const first = value.version === 1;
  return {
    Put: {
      Item: item,
      ConditionExpression: first ? 'attribute_not_exists(pk)' : 'version = :before',
      ...(!first && { ExpressionAttributeValues: { ':before': value.version - 1 } }),
    },
  };
}
