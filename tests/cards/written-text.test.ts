import type * as z from 'zod/mini';
import { cards } from '../../functions/cards/index';
import { profile } from '../../functions/profile/index';
import type { AppError } from '../../lib/errors';
import { parseInput } from '../../lib/gate/input';
import { fullCard } from '../support/full-card';
import { onceKey } from '../support/world';

/** Operations that take words which others may see, with a right input of each. */
const card = { ...fullCard, ownTags: ['同事'] };
const cardId = 'A'.repeat(22);
const inputs: Record<string, [schema: z.ZodMiniType, input: object]> = {
  'cards/create': [cards.create.input, { ...card, idempotencyKey: onceKey() }],
  'cards/update': [cards.update.input, { ...card, cardId, version: 1 }],
  'cards/share': [
    cards.share.input,
    { cardId, fields: ['name'], label: '给客户', idempotencyKey: onceKey() },
  ],
  'profile/update': [profile.update.input, { version: 0, nickname: '小林' }],
};
/** What is chosen or named by the client is no text: nothing is cleaned in it, and it is refused as it is. */
const noText = /(^|\.)(idempotencyKey|cardId|fields\.\d|label|type|contentType)$/;

/** Turns text around, or is seen by nobody: bidirectional controls, marks, joiners of words, a byte order mark. */
const unseen = [
  ...'\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069\u200E\u200F\u061C\u200B\u2060\uFEFF\u00AD\u180E',
];

/** Every text of an input, as its path. */
function texts(value: unknown, path = ''): string[] {
  if (typeof value === 'string') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => texts(one, path ? `${path}.${name}` : name));
}

function changed<T>(input: T, path: string, change: (text: string) => string): T {
  const copy = structuredClone(input);
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  const at = steps.reduce(
    (here, step) => here[step] as Record<string, unknown>,
    copy as Record<string, unknown>,
  );
  at[last] = change(at[last] as string);
  return copy;
}

const rows = Object.entries(inputs).flatMap(([name, [schema, input]]) =>
  texts(input)
    .filter((path) => (name === 'cards/share' ? path === 'label' : !noText.test(path)))
    .map((path) => ({ name, path, schema, input })),
);

function fieldsRefused(schema: z.ZodMiniType, input: object): string[] {
  try {
    parseInput(schema, input);
    return [];
  } catch (error) {
    return [...new Set((error as AppError).details?.fields?.map(({ field }) => field))];
  }
}

it.each(rows)(
  '$name keeps $path without what nobody sees or what turns text around',
  ({ path, schema, input }) => {
    const clean = parseInput(schema, input);
    for (const one of unseen) {
      const dirty = changed(input, path, (text) => `${one}${text.slice(0, 2)}${one}${text.slice(2)}${one}`);
      expect(parseInput(schema, dirty)).toEqual(clean);
    }
    const nothing = changed(input, path, () => unseen.join(' '));
    expect(fieldsRefused(schema, nothing)).toEqual([path]);
  },
);

describe.each(rows.filter(({ path }) => path.startsWith('sites.')))(
  'a site of $name',
  ({ path, schema, input }) => {
    const take = (site: string) =>
      parseInput(
        schema,
        changed(input, path, () => site),
      );

    it.each([
      'javascript:alert(1)',
      'JavaScript:alert(1)',
      ' javascript:alert(1)',
      'java\u200Bscript:alert(1)',
      'java\nscript:alert(1)',
      'java\tscript:alert(1)',
      'data:text/html,<b>',
      'vbscript:x',
      'file:///etc/passwd',
      'blob:https://example.cn/1',
      'weixin://dl/chat',
      'ftp://example.cn/',
      'javascript:8080',
    ])('%j is refused, and the field is named', (site) => {
      expect(() => take(site)).toThrow(
        expect.objectContaining({ details: { fields: [{ field: path, problem: '格式不正确' }] } }),
      );
    });

    it.each([
      'https://example.cn/lin',
      'HTTP://EXAMPLE.CN',
      'example.cn',
      'www.example.cn/a?b=c:d#e',
      'example.cn:8080/lin',
      '数据局.中国/名片',
      ' https://example.cn/ ',
    ])('%j is taken', (site) => {
      expect(take(site)).toMatchObject({ sites: [site.trim()] });
    });
  },
);

it('what joins the parts of an emoji stays', () => {
  const [schema, input] = inputs['profile/update'] as (typeof inputs)[string];
  expect(parseInput(schema, { ...input, nickname: '👩‍👧' })).toMatchObject({ nickname: '👩‍👧' });
});
