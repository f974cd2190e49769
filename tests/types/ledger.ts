/**
 * Compiled by `npm run check` and by tests/types/types.test.ts: each marked line must fail to compile, so that no entry about
 * data is written without saying which kinds (promises S9, B3).
 */
import type { acts } from '../../lib/table/ledger/acts';
import type { NewEntry } from '../../lib/table/ledger/ledger';

const common = { at: '', actor: 'service', requestId: '' } as const;

export const entries: NewEntry[] = [
  { ...common, act: 'phone.bound', kinds: ['phone-number'] },
  { ...common, act: 'disclosure.made', kinds: ['login-code'] },
  { ...common, act: 'consent.granted' },
  // @ts-expect-error an entry about data that does not say which kinds
  { ...common, act: 'phone.bound' },
  // @ts-expect-error a kind that the registry does not know
  { ...common, act: 'phone.bound', kinds: ['shoe-size'] },
  // @ts-expect-error an entry that notes a choice and says kinds
  { ...common, act: 'consent.granted', kinds: ['phone-number'] },
  // @ts-expect-error an act that the table of acts does not know
  { ...common, act: 'phone.looked-at' },
];

/** What `acts` is held to. */
type Acts = Record<keyof typeof acts, { aboutData: boolean }>;
declare const known: Acts;
// @ts-expect-error an act of which nobody has said whether it is about data
export const undecided: Acts = { ...known, 'phone.bound': {} };
