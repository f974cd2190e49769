import { toInstant } from '../../lib/clock';
import { parseToken } from '../../lib/crypto/token';
import type { Message, Way } from '../../lib/notice/channel-set';
import { mailFor, smsFor, subscribeFor } from '../../lib/notice/text/message-for';
import { noticeProcess } from '../../lib/process/notice/spread';
import { readAudiencePart } from '../../lib/table/notice/audience';
import { noticeKey } from '../../lib/table/notice/notice';
import { member, type Partner, partner, people, sent, stage, work } from '../notice/stage';
import { rawItem } from '../support/raw-item';
import { createWorld, onceKey, type World } from '../support/world';
import { approvedNotice, draft, evidence, incidentWith, ling, somebody, wu, zhao } from './notice-stage';
import { frozen } from './scope-support';
import { declare } from './support';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

/** A partner's way that also remembers what it was given. */
function listening({ way }: Partner): { way: Way; given: Message[] } {
  const given: Message[] = [];
  const send: Way['send'] = (to, message, reference) => {
    given.push(message);
    return way.send(to, message, reference);
  };
  return { way: { ...way, send }, given };
}
type Said = { channel: string; reader: string; text: string; template?: string; values?: object };
type Books = Record<'affected' | 'delivered' | 'announced' | 'exempt' | 'pending', number>;
const booksOf = async (incidentId: string) =>
  (await world.ok<{ people: Books }>('breach/books', { incidentId }, wu)).people;

it('tells people word for word what was approved, and the books balance at every moment (B4, B5)', async () => {
  const me = await world.signIn('told-me');
  const mine = parseToken(me.token)?.subjectId ?? '';
  const now = () => world.deps.clock.now();
  const ids: string[] = [];
  const at = (place: number) => (id: string) => ids[place] === id;
  const [subscribe, sms, mail] = [at(0), at(1), at(2)].map((reaches) => listening(partner({ now, reaches })));
  if (!subscribe || !sms || !mail) throw new Error('no partners');
  const on = stage(world, { subscribe: subscribe.way, sms: sms.way, mail: mail.way });
  ids.push(...(await people(on, 4)));
  const members = [...ids.slice(0, 3), mine].map((subjectId) => somebody({ subjectId }));
  const spared = somebody({ subjectId: ids[3] ?? '', kinds: ['card-name'] });
  const of = await incidentWith(world, [...members, spared]);
  const { incidentId } = of;
  const { hash: first } = await draft(world, of);
  const exemption = { kinds: ['card-name'], reason: '该字段在泄露前已加密', evidence };
  const { hash, noticeId } = await world.ok<{ hash: string; noticeId: string }>(
    'breach/exempt',
    { incidentId, hash: first, ...exemption },
    ling,
  );
  for (const by of [wu, zhao]) await world.ok('breach/approveNotice', { incidentId, hash }, by);
  expect(await booksOf(incidentId)).toEqual({
    affected: 5,
    delivered: 0,
    announced: 0,
    exempt: 1,
    pending: 4,
  });
  await world.ok('breach/sendNotice', { incidentId, hash }, ling);
  await work(on, world.queuedNotices.splice(0));

  const preview = { incidentId, kinds: ['phone-number'] };
  const { says } = await world.ok<{ says: Said[] }>('breach/previewNotice', preview, zhao);
  const approved = (channel: string) => says.find((one) => one.channel === channel && one.reader === 'self');
  const [asSubscribe, asSms, asMail] = [subscribe, sms, mail].map(({ given }) => given);
  expect([asSubscribe, asSms, asMail].map((given) => given?.length)).toEqual([1, 1, 1]);
  expect(subscribeFor(asSubscribe?.[0] as Message)).toMatchObject({
    template: approved('subscribe')?.template,
    values: approved('subscribe')?.values,
  });
  expect(smsFor(asSms?.[0] as Message).whole).toBe(approved('sms')?.text);
  expect(mailFor(asMail?.[0] as Message).text).toBe(approved('mail')?.text);

  expect(await booksOf(incidentId)).toEqual({
    affected: 5,
    delivered: 0,
    announced: 0,
    exempt: 1,
    pending: 4,
  });
  const { text } = await world.ok<{ text: string }>('profile/openNotice', { noticeId }, me);
  expect(text).toBe(approved('inbox')?.text);
  expect(await booksOf(incidentId)).toEqual({
    affected: 5,
    delivered: 1,
    announced: 0,
    exempt: 1,
    pending: 3,
  });
});

it('tells nobody what was altered between the sending and the first message (B4)', async () => {
  const sms = partner({ now: () => world.deps.clock.now(), reaches: () => true });
  const on = stage(world, { sms: sms.way });
  const [subjectId = ''] = await people(on, 1);
  const of = await incidentWith(world, [somebody({ subjectId })]);
  const { hash, noticeId } = await approvedNotice(world, of);
  await world.ok('breach/sendNotice', { incidentId: of.incidentId, hash }, ling);
  const [item] = await world.deps.table.getMany([noticeKey(noticeId)]);
  const texts = item?.texts as Record<string, string>;
  const altered = { ...texts, sms: texts.sms?.replaceAll('请打开', '请点击') };
  await world.deps.table.write({ Put: { Item: rawItem({ ...item, texts: altered }) } });
  await work(on, [noticeProcess(noticeId)]);
  expect(sms.asked).toBe(0);
});

it('finds whom a partner was given messages for by notices: exactly where their rows say so, in doubt where they do not (B3, D1)', async () => {
  const now = () => world.deps.clock.now();
  let ids: string[] = [];
  const conduct = (to: string) => (ids.indexOf(to) === 1 ? ('unknown' as const) : ('accepted' as const));
  const sms = partner({ now, reaches: (id) => ids.indexOf(id) < 2, conduct });
  const on = stage(world, { sms: sms.way });
  ids = await people(on, 3);
  world.wait(10 * 60_000); // whoever was told by other tests was told before
  const atMs = now();
  const { asked } = await sent(
    on,
    ids.map((id) => member(id)),
    { channels: ['sms', 'inbox'] },
    2,
  );
  await work(on, [asked]);
  world.wait(10 * 60_000);
  const { incidentId } = await declare(world);
  const scoped = async (fromMs: number, untilMs: number, id = 'tencent-sms', not?: true) => {
    const window = { from: toInstant(fromMs), until: toInstant(untilMs), ...(not && { not }) };
    const touched = { by: 'touched', actor: { kind: 'recipient', id }, ...window };
    const input = { incidentId, anyOf: [{ allOf: [touched] }], idempotencyKey: onceKey() };
    const { scopeId } = await world.ok<{ scopeId: string }>('breach/startScope', input, ling);
    const { people: found, byKind, why, parts } = await frozen({ world }, scopeId);
    const members = parts > 0 ? await readAudiencePart(world.deps.table, scopeId, 0) : [];
    return { found, byKind, why, members: members.map(({ subjectId }) => ids.indexOf(subjectId)).sort() };
  };
  const met = await scoped(atMs, atMs + 5 * 60_000);
  expect(met).toMatchObject({ found: { atLeast: 1, atMost: 2 }, members: [0, 1] });
  expect(met.byKind).toEqual([expect.objectContaining({ kind: 'phone-number', atLeast: 1, atMost: 2 })]);
  expect(met.why).toEqual([{ doubt: 'message-unsure', people: 1, reason: expect.any(String) }]);
  const nobody = { found: { atLeast: 0, atMost: 0 }, members: [] };
  expect(await scoped(atMs - 60_000, atMs)).toMatchObject(nobody);
  expect(await scoped(atMs, atMs + 60_000, 'mail')).toMatchObject(nobody);
  // Of a message that may have gone out, nobody knows when within two minutes; of one that was answered, when it was.
  expect(await scoped(atMs + 1000, atMs + 60_000)).toMatchObject({ members: [] });
  // And whoever is looked at because everybody is gets the same verdict.
  const others = await scoped(atMs, atMs + 5 * 60_000, 'tencent-sms', true);
  expect(others.members).not.toContain(0);
  expect(others.members.filter((index) => index >= 0)).toEqual([1, 2]);
});
