import { type Api, newIdempotencyKey } from '../../../lib/client/client';
import type { ReadCard } from '../read-vcard';
import { actOn, arrive, type Where } from './people';
import type { Teller } from './teller';

/** A card goes from one person to another, who gives theirs; it changes, is taken back, and is seen nearby. */
export async function handingOver(where: Where, { content }: ReadCard, teller: Teller): Promise<void> {
  const { expect, refused, say, step } = teller;
  const giver = await arrive(where, 'iPhone', ['cards', 'phone']);
  const taker = await arrive(where, 'Android', ['cards', 'phone']);
  const { cardId } = await giver.cards.create({ ...content, idempotencyKey: await newIdempotencyKey() });

  step('分享：一张名片，只给看其中几项', 'Shared: a card, and only some of it');
  const link = {
    cardId,
    fields: ['name' as const],
    lifeHours: 24,
    idempotencyKey: await newIdempotencyKey(),
  };
  await refused(
    'INVALID_INPUT',
    '分享还没有放开的一项（每一项原本只有自己看得到）',
    'a field that is not opened yet (each is its owner’s alone at first)',
    () => giver.cards.share(link),
  );
  const opened = await giver.cards.setVisibility({ cardId, version: 1, visibility: { name: 'link' } });
  say(
    `   放开姓名；内容安全检查的结论：${opened.verdicts.name}`,
    `   the name is opened; the content check says: ${opened.verdicts.name}`,
  );
  const { token, shareId } = await giver.cards.share(link);
  await refused('NOT_FOUND', '用猜出来的编号打开', 'opened by a guess', () =>
    taker.cards.open({ token: flipped(token) }),
  );
  const seen = await taker.cards.open({ token });
  expect(seen.card.name === content.name, '凭链接看得到姓名', 'the link shows the name');
  expect(
    seen.card.phones === undefined,
    '没有放开的电话看不到',
    'the phone, which is not opened, stays hidden',
  );

  step('交换：双方同意，各进对方的名片夹', 'Exchanged: both agree, and have each other’s card');
  const own = await taker.cards.create({ name: '陈伟', idempotencyKey: await newIdempotencyKey() });
  await taker.cards.setVisibility({ cardId: own.cardId, version: 1, visibility: { name: 'link' } });
  await taker.cards.offer({ token, cardId: own.cardId, fields: ['name'] });
  const [asked] = (await giver.cards.offers({})).offers;
  expect(
    asked?.card.name === '陈伟',
    '对方递来的名片等我答复',
    'the card that was offered waits for an answer',
  );
  expect(
    (await taker.cards.folder({})).contacts.length === 0,
    '答复之前，对方的名片夹是空的',
    'before the answer the other’s folder is empty',
  );
  await giver.cards.accept({ offerId: asked?.offerId ?? '', cardId, fields: ['name'] });
  const [held] = (await taker.cards.folder({ words: content.name })).contacts;
  expect(
    held?.card?.name === content.name,
    '按姓名搜得到对方的名片',
    'the other’s card is found by its name',
  );

  step('改动随时到达，收回立即生效', 'What changes arrives, what is taken back is gone at once');
  await giver.cards.update({ ...content, name: '林小晓', cardId, version: opened.version });
  const [after] = (await taker.cards.folder({})).contacts;
  expect(
    after?.card?.name === '林小晓',
    '名片夹里看到的是改过的姓名',
    'the folder shows the name as it is now',
  );
  await giver.cards.revoke({ shareId });
  await refused('NOT_FOUND', '链接收回之后再打开', 'the link after it was revoked', () =>
    taker.cards.open({ token }),
  );
  await giver.cards.recallAll({ cardId });
  const [gone] = (await taker.cards.folder({})).contacts;
  expect(
    gone?.recalled === true && gone.card === undefined,
    '收回之后，名片夹里只剩「已收回」',
    'of what was recalled the folder says only that it was',
  );

  await meetNearby([giver, cardId], [taker, own.cardId], teller);
  await seeWhoUsedIt(giver, taker, teller);
}

async function seeWhoUsedIt(me: Api, other: Api, { expect, refused, say, step }: Teller): Promise<void> {
  step(
    '谁用了我的信息：每一次都有一条，可以提出异议',
    'Who used my data: a line for each time, and each can be disputed',
  );
  const { lines, intact } = await me.rights.usage({ limit: 50 });
  const [newest] = lines;
  expect(
    intact && newest !== undefined,
    '看得到谁用过，记录没有被改动',
    'who used it can be seen, and no line was changed',
  );
  if (!newest) return;
  say(`   ${newest.words}`, `   「${newest.words}」`);
  const words = '请说明为什么需要交出这些文字。';
  const asked = { line: newest.line, words, idempotencyKey: await newIdempotencyKey() };
  const { dispute } = await me.rights.dispute(asked);
  const again = (await me.rights.usage({ limit: 50 })).lines.find(({ line }) => line === newest.line);
  expect(
    again?.dispute?.ticket === dispute.ticket,
    `这一条还在，旁边是工单，${dispute.answerBy} 之前答复`,
    `the line is there still, with a ticket beside it that is answered by ${dispute.answerBy}`,
  );
  await refused('NOT_FOUND', '对别人记录里的一条提出异议', 'a dispute about a line of somebody else', () =>
    other.rights.dispute({ ...asked, line: 'E-999999' }),
  );
}

/** The last character carries bits that count; another one makes another token. */
const flipped = (token: string) => (token.startsWith('A') ? 'B' : 'A') + token.slice(1);

async function meetNearby(
  [a, cardA]: [Api, string],
  [b, cardB]: [Api, string],
  { expect, refused, say, step }: Teller,
): Promise<void> {
  step('附近：双方都愿意，才互相看得到', 'Nearby: only those see each other who both want to');
  await refused('CONSENT_REQUIRED', '没有同意就发送位置', 'a place without consent', () =>
    a.location.update(pointAt(23.1291, 113.2644)),
  );
  for (const [api, cardId] of [
    [a, cardA],
    [b, cardB],
  ] as const) {
    for (const purpose of ['card-public', 'location'] as const)
      await api.consent.grant(await actOn(api, 0, purpose));
    const { version, visibility } = await api.cards.get({ cardId });
    await api.cards.setVisibility({ cardId, version, visibility: { ...visibility, name: 'everyone' } });
  }
  await refused(
    'LOCATION_OFF',
    '同意了但没有打开，就发送位置',
    'a place after consent, before it is switched on',
    () => a.location.update(pointAt(23.1291, 113.2644)),
  );
  await a.location.settings({ version: 0, precision: '1km', findable: 'mutual' });
  const { place } = await a.location.update(pointAt(23.1291, 113.2644));
  const square = `${place.latitude}, ${place.longitude}`;
  say(
    `   只保存约 1 公里的网格：${square}（GCJ-02）`,
    `   only a square of about 1 km is kept: ${square} (GCJ-02)`,
  );
  await b.location.settings({ version: 0 });
  await b.location.update(pointAt(23.1301, 113.2654));
  await refused('NOT_NOW', '不愿被看到的人来看附近', 'who does not want to be seen looks around', () =>
    b.location.nearby({}),
  );
  const alone = await a.location.nearby({});
  expect(
    alone.people.length === 0,
    '对方不愿被看到，附近没有人',
    'the other does not want to be seen: nobody is near',
  );
  await b.location.settings({ version: 1, precision: '1km', findable: 'mutual' });
  await b.location.update(pointAt(23.1301, 113.2654));
  const [near] = (await a.location.nearby({})).people;
  expect(
    near?.card.name === '陈伟',
    `对方愿意之后，看得到对方公开的姓名，距离只有档位：${near?.within}`,
    `once they do, the name they have made public is seen, and how far only roughly: ${near?.within}`,
  );
  await b.location.stop();
  expect(
    (await a.location.nearby({})).people.length === 0,
    '对方关闭之后，下一次就看不到',
    'once they switch it off they are not seen again',
  );
  expect((await b.location.current()).place === undefined, '对方的位置已删除', 'and their place is erased');
}

function pointAt(latitude: number, longitude: number) {
  const takenAt = new Date().toISOString();
  return { point: { system: 'wgs84', latitude, longitude, accuracyMetres: 30, source: 'gps', takenAt } };
}
