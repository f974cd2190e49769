import { fetchAll } from '../../functions/notify/wake';
import { toInstant } from '../../lib/clock';
import type { Receipt, Sent } from '../../lib/notice/channel';
import { liveChannels } from '../../lib/notice/channel-set';
import { makeReference } from '../../lib/notice/reference';
import { channelRules } from '../../lib/notice/rules';
import { holdPartners, partnersIn } from '../../lib/partners';
import { liveWays } from '../../lib/process/notice/live-ways';
import { acceptanceKey, acceptancesLeft, readAcceptance } from '../../lib/table/profile/message-acceptance';
import { accountNumber, phoneHolder } from '../login/support';
import { codeIn } from '../profile/budget-rows';
import { grant, withdraw } from '../support/consent';
import { templates } from '../support/templates';
import { type Caller, createWorld, onceKey, type World } from '../support/world';
import { finish, member, partner, people, type Stage, sent, stage, work } from './stage';

let world: World;
let person: Caller;
let subjectId: string;
const address = 'lin@example.cn';
const openid = 'told-1';
beforeAll(async () => {
  world = await createWorld();
  person = await phoneHolder(world, openid, '13800138000');
  subjectId = await accountNumber(world, person);
  await grant(world, person, 'email');
  await world.ok('profile/requestMailCode', { address }, person);
  await world.ok('profile/confirmMail', { address, code: codeIn(world, address) }, person);
});

const accept = (times: number) =>
  Promise.all(
    Array.from({ length: times }, () =>
      world.ok(
        'profile/recordAcceptances',
        { results: [{ templateId: templates.once.id, result: 'accept' }], idempotencyKey: onceKey() },
        person,
      ),
    ),
  );
const left = async () =>
  acceptancesLeft(
    readAcceptance((await world.deps.table.getMany([acceptanceKey(subjectId, templates.once.id)]))[0]),
  );

type Given = [partner: string, to: string, reference: string];

const whereTo = ([partner, to]: Given) => `${partner} ${to}`;

/** The engine with the real ways, and partners that note what they are given and answer as they are told. */
function withPartners(answers: Sent[] = []): { on: Stage; given: Given[] } {
  const given: Given[] = [];
  const noting = (partner: string) => ({
    async send(to: string, _: unknown, reference: string): Promise<Sent> {
      given.push([partner, to, reference]);
      return answers.shift() ?? { status: 'accepted', messageId: `m${given.length}` };
    },
    pullReceipts: async () => [],
  });
  const partners = holdPartners({
    ...partnersIn(world.deps.partners),
    'tencent-sms': noting('sms'),
    'wechat-message': noting('subscribe'),
    mail: noting('mail'),
  });
  const on = stage(world, {}, { partners });
  const words = {
    subscribe: () => ({ template: templates.once.id, page: '', values: {} }),
    sms: () => ({ template: '1', parameters: [] }),
    mail: () => ({ subject: '', text: '' }),
  };
  const offered = ['subscribe', 'sms', 'mail'] as const;
  const ways = liveWays(on.deps, {
    words,
    templateFor: ({ as }) => (as === 'self' ? templates.once : undefined),
    offered,
  });
  return {
    given,
    on: { ...on, deps: { ...on.deps, channels: { ...on.deps.channels, live: liveChannels(ways) } } },
  };
}

/** A notice to that one person, as far as the first messages go; then to its end. */
async function toPerson({
  on,
  given,
}: ReturnType<typeof withPartners>): Promise<{ given: Given[]; noticeId: string }> {
  const { noticeId, asked } = await sent(on, [member(subjectId)]);
  await work(on, [asked]);
  const first = [...given];
  await finish(on);
  return { given: first, noticeId };
}

it('reaches a person by what they have accepted and bound, each with our reference, and spends one acceptance a message', async () => {
  await accept(1);
  const told = await toPerson(withPartners());
  const reference = await makeReference(world.deps.ring, { noticeId: told.noticeId, part: 0, place: 0 });
  expect(told.given).toEqual([['subscribe', openid, reference]]);
  expect(await left()).toBe(0);
  expect((await toPerson(withPartners())).given.map(whereTo)).toEqual(['sms +8613800138000']);
});

it('uses up no second acceptance for a message that WeChat did not take, and none is left where it says so', async () => {
  await accept(2);
  const throttled = withPartners([{ status: 'throttled', code: '45011' }]);
  const { given } = throttled;
  await toPerson(throttled);
  expect(given.slice(0, 2).map(([partner]) => partner)).toEqual(['subscribe', 'subscribe']);
  expect(await left()).toBe(1);
  const told = await toPerson(withPartners([{ status: 'permanent-failure', code: '43101' }]));
  expect(told.given.map(([partner]) => partner)).toEqual(['subscribe', 'sms']);
  expect(await left()).toBe(0);
});

it('does not use a number or an address whose consent was withdrawn (K3)', async () => {
  await withdraw(world, person, 'phone');
  expect((await toPerson(withPartners())).given.map(whereTo)).toEqual([`mail ${address}`]);
  await withdraw(world, person, 'email');
  expect((await toPerson(withPartners())).given).toEqual([]);
});

it('a receipt that a dying run has taken with it is lost, and the channel’s limit moves the person on, once (B5)', async () => {
  const now = () => world.deps.clock.now();
  const [sms, mail] = [partner({ reaches: () => true, now }), partner({ reaches: () => true, now })];
  const waits: Receipt[] = [];
  sms.way.pullReceipts = async () => waits.splice(0, waits.length);
  const on = stage(world, { sms: sms.way, mail: mail.way });
  const [id = ''] = await people(on, 1);
  const { asked } = await sent(on, [member(id)], { channels: ['sms', 'mail', 'inbox', 'announcement'] });
  await work(on, [asked]);
  const [{ reference = '', messageId = '' } = {}] = sms.taken;
  waits.push({ reference, messageId, status: 'delivered', code: 'DELIVRD', at: toInstant(now()) });
  const dies = async () => {
    throw new Error('power cut');
  };
  const dying = { ...on.deps, table: { ...on.deps.table, getMany: dies } };
  await expect(fetchAll(dying, 'dying')).rejects.toThrow('power cut');
  expect(await fetchAll(on.deps, 'next')).toEqual({ receipts: 0, noted: 0 });
  const limit = now() + channelRules.sms.receiptWithinMs;
  await finish(on, () => now() >= limit);
  expect([sms.taken.length, mail.taken.length]).toEqual([1, 1]);
  expect(mail.taken[0]?.atMs).toBe(limit);
});
