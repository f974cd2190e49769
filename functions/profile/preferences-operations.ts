import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { languages, preferencesKey } from '../../lib/table/profile/preferences';
import { getPreferences, setPreferences } from './preferences';

/** Of what the person saw; 0 where there was nothing yet. */
const version = z.int().check(z.minimum(0));
const nothing = z.strictObject({});

const preferences = {
  language: z.enum(languages),
  personalisation: z.boolean(),
  surveyInvitations: z.boolean(),
};
const preferencesShown = z.object({ version: z.int(), updatedAt: z.optional(z.string()), ...preferences });

/** Language, and what is off until the person chooses it. */
export const preferencesOperations = {
  getPreferences: operation({
    summary:
      '我的偏好设置。没有设置过时：简体中文，不个性化，不邀请调查。目前没有任何个性化，打开与否没有区别。',
    caller: 'subject',
    purpose: 'preferences',
    kinds: { in: [], out: ['preference'] },
    input: nothing,
    output: preferencesShown,
    reads: true,
    ledger: 'none',
    budget: { trips: 1, readUnits: 2, writeUnits: 0 },
    alsoRead: (subjectId) => preferencesKey(subjectId),
    run: getPreferences,
  }),
  setPreferences: operation({
    summary: '修改偏好设置。个性化和调查邀请可以随时关闭。',
    caller: 'subject',
    purpose: 'preferences',
    kinds: { in: ['preference'], out: ['preference'] },
    use: true,
    input: z.strictObject({ version, ...preferences }),
    output: preferencesShown,
    ledger: 'none',
    budget: { trips: 2, readUnits: 2, writeUnits: 10 },
    alsoRead: (subjectId) => preferencesKey(subjectId),
    run: setPreferences,
  }),
};
