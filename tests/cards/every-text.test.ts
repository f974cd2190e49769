import { type CardContent, type Field, fields } from '../../lib/card/content';
import { cardFields } from '../../lib/card/fields';
import { type Piece, piecesOf, type Shape } from '../../lib/card/shape';
import { HOUR_MS } from '../../lib/clock';
import { holdsFor } from '../proof/sample';
import { fullCard } from '../support/full-card';
import { partnerIn } from '../support/partners';
import { createWorld, onceKey, type World } from '../support/world';
import { type Holder, holder, newCard, type Shown } from './support';

/** Words that the test's WeChat finds risky; the second fits where a text must look like a language tag. */
const RISKY = '标记违规';
const RISKY_TAG = 'en-weigui';

type Place = { field: Field; text: string; put(content: typeof fullCard): object; part: string };

/** Every text that the declaration has on a card and that its owner writes. */
const places: Place[] = fields
  .filter((field) => cardFields[field].medium === 'text')
  .flatMap((field) =>
    Object.entries(cardFields[field].parts as Record<string, Shape>).flatMap(([part, shape]) =>
      placesIn(field, part, shape),
    ),
  );

function placesIn(field: Field, part: string, shape: Shape): Place[] {
  const place = (piece: Piece, path: string, value: (now: unknown, risky: string) => unknown): Place[] => {
    if ('choice' in piece) return [];
    const risky = piece.form ? RISKY_TAG : RISKY;
    const put = (content: typeof fullCard) => ({
      ...content,
      [part]: value(content[part as keyof typeof fullCard], risky),
    });
    return [{ field, part, text: path, put }];
  };
  if ('one' in shape) return place(shape.one, part, (_, risky) => risky);
  const { list } = shape;
  if (!('must' in list)) return place(list, part, (now, risky) => [...(now as string[]).slice(0, -1), risky]);
  return piecesOf(list).flatMap(([name, piece]) =>
    place(piece, `${part}.${name}`, (now, risky) => {
      const [first, ...rest] = now as object[];
      return [{ ...first, [name]: risky }, ...rest];
    }),
  );
}

let world: World;
let me: Holder;
let reader: Holder;
beforeAll(async () => {
  world = await createWorld();
  const wechatText = partnerIn(world.deps, 'wechat-text');
  const { judge } = wechatText;
  wechatText.judge = async (words, openid) => (words.includes(RISKY_TAG) ? 'risky' : judge(words, openid));
  me = await holder(world, 'writer', 'card-public');
  reader = await holder(world, 'reader');
});

/** What a link to all of a card shows. */
async function seen(cardId: string): Promise<Partial<CardContent>> {
  const shown = fields.filter((field) => cardFields[field].medium === 'text');
  const input = { cardId, fields: shown, idempotencyKey: onceKey() };
  const { token } = await world.ok<{ token: string }>('cards/share', input, me);
  const { card } = await world.ok<{ card: Partial<CardContent> }>('cards/open', { token }, reader);
  return card;
}

describe('a risky word in any text of any field is never seen by others (C1)', () => {
  it('finds every text that there is', () => {
    expect(places.map(({ text }) => text)).toEqual(
      expect.arrayContaining(['givenName', 'phones.number', 'addresses.postcode', 'otherLanguages.language']),
    );
    expect(new Set(places.map(({ field }) => field)).size).toBe(fields.length - 1);
  });

  it('neither when it is opened, nor when it changes', () => holdsFor(places, 4, holds));

  async function holds({ field, text, part, put }: Place): Promise<void> {
    world.wait(HOUR_MS); // of checks by one person there are only so many in an hour
    const open = Object.fromEntries(
      fields.filter((one) => cardFields[one].medium === 'text').map((one) => [one, 'link']),
    );
    const { cardId } = await newCard(world, me);
    const clean = await world.ok<Shown>('cards/setVisibility', { cardId, version: 1, visibility: open }, me);
    expect({ [text]: clean.verdicts }).toMatchObject({ [text]: { [field]: 'passed' } });
    expect(await seen(cardId)).toHaveProperty(part);

    const changed = await world.ok<Shown>('cards/update', { ...put(fullCard), cardId, version: 2 }, me);
    expect({ [text]: changed.verdicts }).toMatchObject({ [text]: { [field]: 'refused' } });
    const after = await seen(cardId);
    for (const one of Object.keys(cardFields[field].parts)) expect(after).not.toHaveProperty(one);
    await world.ok('cards/delete', { cardId, version: 3 }, me);

    const made = await newCard(world, me, put(fullCard));
    const visibility = { [field]: 'everyone' };
    const opened = await world.ok<Shown>(
      'cards/setVisibility',
      { cardId: made.cardId, version: 1, visibility },
      me,
    );
    expect({ [text]: opened.verdicts }).toEqual({ [text]: { [field]: 'refused' } });
    await world.ok('cards/delete', { cardId: made.cardId, version: 2 }, me);
  }
});
