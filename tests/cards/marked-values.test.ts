import { createWorld, onceKey } from '../support/world';
import { cardGiver, exchange, holder, linkTo } from './support';

/** Each value is unlike anything else, so that finding it anywhere means it leaked. */
const marks = {
  name: '标记甲姓名',
  family: '标记乙姓',
  organisation: '标记丙单位',
  department: '标记丁部门',
  phone: '13912345671',
  mail: 'marked-card@example.cn',
  address: '标记戊地址',
  site: 'https://marked-card.example.cn',
  wechat: 'marked_wechat_id',
  note: '标记存疑己备注',
  english: 'Marked English Name',
  kept: 'X-MARKED:geng',
  label: '标记庚标签',
  link: '标记辛链接',
  phrase: '标记壬口令',
  group: '标记癸分组',
  words: '标记子备注',
};

it.each(['aes', 'sm'] as const)(
  'nothing that people write on cards, links and folders is in a raw item, log line or error, suite %s (S5, S8)',
  async (suite) => {
    const world = await createWorld({ suite });
    const content = {
      name: marks.name,
      familyName: marks.family,
      organisation: marks.organisation,
      department: marks.department,
      title: '工程师',
      phones: [{ number: marks.phone }],
      mails: [{ address: marks.mail }],
      addresses: [{ text: marks.address, city: marks.address }],
      sites: [marks.site],
      wechatId: marks.wechat,
      note: marks.note,
      otherLanguages: [{ language: 'en', name: marks.english }],
      kept: [marks.kept],
      ownTags: [marks.label],
    };
    const [me, you] = [await cardGiver(world, 'me', content), await cardGiver(world, 'you')];
    const { cardId } = me;
    const visibility = { note: 'link', mails: 'link', wechatId: 'link' };
    await world.ok('cards/setVisibility', { cardId, version: 2, visibility }, me.caller);
    await world.ok('cards/update', { ...content, title: '处长', cardId, version: 3 }, me.caller);
    const { byB } = await exchange(world, me, you);
    const words = { contactId: byB, version: 1, note: marks.words, groups: [marks.group] };
    await world.ok('cards/updateContact', words, you.caller);
    const link = { cardId, fields: ['name'], label: marks.link, passphrase: marks.phrase };
    const { token } = await world.ok<{ token: string }>(
      'cards/share',
      { ...link, idempotencyKey: onceKey() },
      me.caller,
    );
    const reader = await holder(world, 'reader');
    await world.ok('cards/open', { token, passphrase: marks.phrase }, reader);
    const errors = [
      await world.call('cards/open', { token, passphrase: `${marks.phrase}?` }, reader),
      await world.call('cards/update', { ...content, cardId, version: 9 }, me.caller),
      await world.call('cards/update', { ...content, [marks.name]: 1, cardId, version: 4 }, me.caller),
      await world.call('cards/folder', { words: [marks.words] }, you.caller),
    ];
    expect(errors.every(({ ok }) => !ok)).toBe(true);
    const { token: other } = await linkTo(world, me);
    const raw = JSON.stringify(await world.scan(), (_, value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
    );
    const everything = [raw, world.lines.join('\n'), JSON.stringify(errors)].join('\n');
    for (const mark of [...Object.values(marks), token, other]) {
      for (const form of [mark, Buffer.from(mark).toString('latin1'), Buffer.from(mark).toString('base64')])
        expect(everything.includes(form) ? mark : '').toBe('');
    }
  },
);
