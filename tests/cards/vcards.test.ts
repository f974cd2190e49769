import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CardContent, fields } from '../../lib/card/content';
import { verifySignedCard } from '../../lib/card/signed-card-verify';
import { readVCards } from '../../lib/card/vcard-read';
import { fullCard } from '../support/full-card';
import { createWorld, onceKey, type World } from '../support/world';
import { type Holder, holder, newCard, type Shown } from './support';

const samples = join(__dirname, '../samples');
const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');
type Told = {
  place: number;
  cardId?: string;
  understood: Record<string, number>;
  kept: Record<string, number>;
  refused: { property: string; count: number; why: string }[];
  problem?: string;
};

let world: World;
let me: Holder;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(async () => {
  me = await holder(world, onceKey());
});

const importFile = async (file: string | Buffer, idempotencyKey = onceKey()) =>
  (await world.ok<{ cards: Told[] }>('cards/importVCard', { file: base64(file), idempotencyKey }, me)).cards;
const exportFile = async (cardIds: string[], format = '4.0') =>
  (await world.ok<{ text: string }>('cards/exportVCard', { cardIds, format }, me)).text;
const card = (name: string) => `BEGIN:VCARD\r\nVERSION:4.0\r\nFN:${name}\r\nEND:VCARD\r\n`;

describe('importing and exporting cards as files (C5)', () => {
  const files = readdirSync(samples).filter((name) => name.endsWith('.vcf'));

  it.each(files)(
    '%s: what was understood and kept survives import, export and another import',
    async (name) => {
      const file = readFileSync(join(samples, name));
      const told = await importFile(file);
      expect(told).toHaveLength(readVCards(file).length);
      const ids = told.flatMap(({ cardId }) => cardId ?? []);
      expect(ids.length).toBeGreaterThan(0);
      const contents = readVCards(file).flatMap(({ content }) => content ?? []);
      for (const format of ['4.0', '3.0']) {
        const again = readVCards(Buffer.from(await exportFile(ids, format))).flatMap(
          ({ content }) => content ?? [],
        );
        expect(again.map(essence)).toEqual(contents.map(essence));
      }
    },
  );

  it('one bad card loses none of the others, and each is told by its place', async () => {
    const told = await importFile(
      `${card('甲')}BEGIN:VCARD\r\nVERSION:4.0\r\nNOTE:1\r\nEND:VCARD\r\n${card('乙')}`,
    );
    expect(told.map(({ place, cardId }) => [place, cardId !== undefined])).toEqual([
      [1, true],
      [2, false],
      [3, true],
    ]);
    expect(told[1]?.problem).toContain('姓名');
  });

  it('tells names and counts, never values, and leaves pictures behind (C7)', async () => {
    const photo = `PHOTO;ENCODING=b;TYPE=JPEG:${base64('绝密的照片'.repeat(50))}`;
    const told = await importFile(
      `BEGIN:VCARD\r\nVERSION:3.0\r\nFN:林晓\r\nX-SECRET:绝密\r\n${photo}\r\nEND:VCARD\r\n`,
    );
    expect(told).toMatchObject([{ kept: { 'X-SECRET': 1 }, refused: [{ property: 'PHOTO', count: 1 }] }]);
    expect(JSON.stringify(told)).not.toContain('绝密');
    expect(await exportFile([told[0]?.cardId ?? ''])).toContain('X-SECRET:绝密');
    expect(await exportFile([told[0]?.cardId ?? ''])).not.toContain('PHOTO');
  });

  it('makes no second copies when it is sent again', async () => {
    const key = onceKey();
    const file = card('甲') + card('乙');
    expect(await importFile(file, key)).toEqual(await importFile(file, key));
    const { cards } = await world.ok<{ cards: Shown[] }>('cards/list', {}, me);
    expect(cards).toHaveLength(2);
    const other = { file: base64(card('丙') + card('丁') + card('戊')), idempotencyKey: key };
    expect(await world.refused('cards/importVCard', other, me)).toBe('IDEMPOTENCY_CONFLICT');
    const after = await world.ok<{ cards: Shown[] }>('cards/list', {}, me);
    expect(after.cards).toHaveLength(2);
  });

  it('stops at the limit of cards and says so of each that did not fit', async () => {
    const told = await importFile(Array.from({ length: 52 }, (_, index) => card(`第${index}`)).join(''));
    expect(told.filter(({ cardId }) => cardId)).toHaveLength(50);
    expect(told.slice(50).every(({ problem }) => problem?.includes('上限'))).toBe(true);
  });

  it('reads up to 500 in a file, and refuses 501, a file that is none, and one too large', async () => {
    const many = (count: number) => Array.from({ length: count }, () => card('甲')).join('');
    expect(await importFile(many(500))).toHaveLength(500);
    const refuse = async (file: string) => {
      const reply = await world.call(
        'cards/importVCard',
        { file: base64(file), idempotencyKey: onceKey() },
        me,
      );
      return reply.ok ? 'OK' : reply.error.details;
    };
    for (const file of [many(501), 'not a card', card('甲').repeat(20_000)])
      expect(await refuse(file)).toMatchObject({ fields: [{ field: 'file' }] });
  });

  it('exports nobody else’s card, and the rest not either', async () => {
    const [mine, other] = [await newCard(world, me), await holder(world, 'other')];
    const theirs = await newCard(world, other);
    const input = { cardIds: [mine.cardId, theirs.cardId] };
    expect(await world.refused('cards/exportVCard', input, me)).toBe('NOT_FOUND');
    expect(await world.refused('cards/phoneContact', { cardId: theirs.cardId }, me)).toBe('NOT_FOUND');
  });

  it('gives jCard, and the fields of wx.addPhoneContact', async () => {
    const { cardId } = await newCard(world, me);
    const [jcard] = JSON.parse(await exportFile([cardId], 'jcard')) as [string, unknown[][]][];
    expect(jcard?.[0]).toBe('vcard');
    const { contact } = await world.ok<{ contact: object }>('cards/phoneContact', { cardId }, me);
    expect(contact).toMatchObject({
      lastName: '林',
      firstName: '晓',
      mobilePhoneNumber: '13800138000',
      organization: expect.stringContaining('数据局'),
      title: '工程师',
      weChatNumber: 'lin-xiao',
      email: 'lin@example.cn',
    });
  });
});

/** What an export in any version must give back. */
function essence({ kept, ...content }: CardContent) {
  const unknown = kept.filter((line) => line.startsWith('X-')).length; // 3.0 has no second N in another language
  const { name, organisation, department, title, phones, mails, sites, note, wechatId } = content;
  return { name, organisation, department, title, phones, mails, sites, note, wechatId, unknown };
}

describe('a card that proves itself offline (C2, C8)', () => {
  async function open(shown: string[]) {
    const { cardId } = await newCard(world, me, fullCard);
    const visibility = Object.fromEntries(shown.map((field) => [field, 'link']));
    await world.ok('cards/setVisibility', { cardId, version: 1, visibility }, me);
    return cardId;
  }
  const keys = async () => (await world.ok<{ keys: never[] }>('consent/jwks')).keys;
  const signed = (cardId: string, chosen: string[], more: object = {}) =>
    world.ok<{ text: string; expiresAt: string }>('cards/signCard', { cardId, fields: chosen, ...more }, me);

  it('holds the chosen fields and no others, for as long as it says and to the second', async () => {
    const cardId = await open(['name', 'title', 'phones']);
    const { text, expiresAt } = await signed(cardId, ['name', 'title']);
    const nowMs = world.deps.clock.now();
    const verified = await verifySignedCard(text, { keys: await keys(), nowMs });
    expect(Object.keys(verified.content).sort()).toEqual(['familyName', 'givenName', 'name', 'title']);
    expect(text).not.toContain(Buffer.from('13800138000').toString('base64url').slice(0, 12));
    expect(Date.parse(expiresAt) - nowMs).toBe(15 * 60_000);
    const late = { keys: await keys(), nowMs: Date.parse(expiresAt) + 61_000 };
    await expect(verifySignedCard(text, late)).rejects.toThrow('过期');
  });

  it.each(fields.filter((field) => field !== 'logo'))(
    // a file holds no logo
    'does not sign %s while it is open to nobody',
    async (field) => {
      const cardId = await open(field === 'name' ? ['title'] : ['name']);
      expect(await world.refused('cards/signCard', { cardId, fields: [field] }, me)).toBe('INVALID_INPUT');
    },
  );

  it('does not sign words that WeChat has refused or a human has not judged yet', async () => {
    for (const name of ['标记违规', '标记存疑', '标记故障']) {
      const { cardId } = await newCard(world, me, { name });
      await world.call('cards/setVisibility', { cardId, version: 1, visibility: { name: 'link' } }, me);
      expect(await world.refused('cards/signCard', { cardId, fields: ['name'] }, me)).toBe('INVALID_INPUT');
    }
  });

  it('is signed for its owner alone', async () => {
    const cardId = await open(['name']);
    const other = await holder(world, 'other');
    expect(await world.refused('cards/signCard', { cardId, fields: ['name'] }, other)).toBe('NOT_FOUND');
  });
});
