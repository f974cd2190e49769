import * as z from 'zod/mini';
import { plain, type ValueOf } from '../attribute';
import type { Item, Write } from '../client';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
import { inPerson } from '../place';

export const languages = ['zh-CN'] as const;

/** How a person wants to be served (promise O3). */
export const preferences = declareEntity('preferences', {
  place: inPerson('preferences', 'settings'),
  life: { rule: 'preference-life' },
  guarded: ['version', 'personalisation', 'surveyInvitations'],
  attributes: {
    version: plain('preference', z.int()),
    updatedAt: plain('preference', z.optional(z.string())),
    language: plain('preference', z.enum(languages)),
    personalisation: plain('preference', z.boolean()),
    surveyInvitations: plain('preference', z.boolean()),
  },
});
export type Preferences = ValueOf<typeof preferences>;

/** Where nobody has chosen: nothing is done with a person that they did not switch on (PIPL art. 24). */
const untouched: Preferences = {
  version: 0,
  language: 'zh-CN',
  personalisation: false,
  surveyInvitations: false,
};

export const preferencesKey = (subjectId: string): Key => preferences.key(subjectId);

export function readPreferences(item: Item | undefined): Preferences {
  return preferences.read(item) ?? untouched;
}

/** Puts preferences in the place of the version before them, whose item is `before`. */
export function putPreferences(subjectId: string, value: Preferences, before: Item | undefined): Write {
  const item = preferences.make(subjectId, undefined, value, { before });
  const first = value.version === 1;
  return {
    Put: {
      Item: item,
      ConditionExpression: first ? 'attribute_not_exists(pk)' : 'version = :before',
      ...(!first && { ExpressionAttributeValues: { ':before': value.version - 1 } }),
    },
  };
}

/** Refuses a transaction unless somebody wants to be invited to surveys at that very moment (promise O3). */
export const wantsSurveys = (subjectId: string): Write => ({
  ConditionCheck: {
    Key: preferencesKey(subjectId),
    ConditionExpression: 'surveyInvitations = :yes',
    ExpressionAttributeValues: { ':yes': true },
  },
});
