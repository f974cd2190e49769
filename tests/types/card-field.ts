/** Compiled like entity.ts: a row of a card's field that leaves something out must not compile (promises C1, C2, K7). */
import type { FieldRow } from '../../lib/card/field-row';
import type { Structured } from '../../lib/card/fields';

const part = {
  title: '座右铭',
  kind: 'card-note',
  one: { maxCharacters: 20, words: 'all' },
  vCard: { property: 'X-MOTTO' },
  phoneContact: 'in-remark',
} as const;
const row = { audience: 'nobody', medium: 'text', signedCard: 'claim' } as const;
export const good: FieldRow = { ...row, parts: { motto: part } };

const { title: _title, ...untitled } = part;
const { kind: _kind, ...unkind } = part;
const { one: _one, ...shapeless } = part;
const { vCard: _vCard, ...noVCard } = part;
const { phoneContact: _contact, ...noContact } = part;
const { audience: _audience, ...forWhom } = row;
const { signedCard: _claim, ...unsigned } = row;
const { medium: _medium, ...unjudged } = row;

export const rows: FieldRow[] = [
  // @ts-expect-error a part without a name for people
  { ...row, parts: { motto: untitled } },
  // @ts-expect-error a part without a kind of data
  { ...row, parts: { motto: unkind } },
  // @ts-expect-error a part without a shape
  { ...row, parts: { motto: shapeless } },
  // @ts-expect-error a text without a limit
  { ...row, parts: { motto: { ...part, one: { words: 'all' } } } },
  // @ts-expect-error a text that does not say which of its words are judged
  { ...row, parts: { motto: { ...part, one: { maxCharacters: 20 } } } },
  // @ts-expect-error a text that is not judged, and no reason
  { ...row, parts: { motto: { ...part, one: { maxCharacters: 20, words: 'none' } } } },
  // @ts-expect-error a list without a number
  { ...row, parts: { motto: { ...part, one: undefined, list: part.one, vCard: { never: '' } } } },
  // @ts-expect-error a part without a place in vCard, or a reason why it has none
  { ...row, parts: { motto: noVCard } },
  // @ts-expect-error a part without a place in the phone's contact, or a reason why it has none
  { ...row, parts: { motto: noContact } },
  // @ts-expect-error a kind that the content check is not said to get
  { ...row, parts: { motto: { ...part, kind: 'card-logo' } } },
  // @ts-expect-error a kind that is not sealed
  { ...row, medium: 'picture', parts: { motto: { ...part, kind: 'card-state' } } },
  // @ts-expect-error a field that does not say who sees it
  { ...forWhom, parts: { motto: part } },
  // @ts-expect-error a field that others see before its owner says so
  { ...row, audience: 'link', parts: { motto: part } },
  // @ts-expect-error a field that does not say whether it can be signed
  { ...unsigned, parts: { motto: part } },
  // @ts-expect-error a field that does not say who judges it
  { ...unjudged, parts: { motto: part } },
];

// @ts-expect-error a structured part that the readers and writers of vCard leave out
export const readers: Record<Structured<'vCard'>, number> = {
  name: 0,
  familyName: 0,
  givenName: 0,
  organisation: 0,
  department: 0,
  title: 0,
  otherLanguages: 0,
  phones: 0,
  mails: 0,
  sites: 0,
  wechatId: 0,
};
