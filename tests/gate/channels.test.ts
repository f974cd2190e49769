import { makeChannels, NOT_OPEN } from '../../lib/gate/channels';
import type { Receipt, Sent } from '../../lib/notice/channel';
import { holdPartners, partnersIn } from '../../lib/partners';
import { recipients } from '../../lib/policy/recipients';
import { createWorld, type World } from '../support/world';

const sms = { template: '1', parameters: [] };
const subscribe = { template: '1', page: '1', values: {} };
const mail = { subject: '一', text: '二' };
let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const receipt: Receipt = {
  reference: 'r2',
  status: 'delivered',
  code: 'DELIVRD',
  at: '2026-11-27T00:00:00.000Z',
};

/** The service with partners that note what they are given. */
function noting() {
  const given: unknown[][] = [];
  const send = async (...message: unknown[]): Promise<Sent> => {
    given.push(message);
    return { status: 'accepted', messageId: '1' };
  };
  const clients = partnersIn(world.deps.partners);
  const partners = holdPartners({
    ...clients,
    'tencent-sms': { send, pullReceipts: async () => [receipt] },
    'wechat-message': { send },
    mail: { send },
  });
  return { deps: { ...world.deps, partners }, given };
}

it('each channel gives its partner what it was given (D1)', async () => {
  const { deps, given } = noting();
  const channels = makeChannels(deps);
  const accepted = { status: 'accepted', messageId: '1' };
  expect(await channels.subscribe.send('o-1', subscribe, 'r1')).toEqual(accepted);
  expect(await channels.sms.send('+8613800138000', sms, 'r2')).toEqual(accepted);
  expect(await channels.mail.send('a@example.cn', mail, 'r3')).toEqual(accepted);
  expect(given).toEqual([
    ['o-1', subscribe, 'r1'],
    ['+8613800138000', sms, 'r2'],
    ['a@example.cn', mail, 'r3'],
  ]);
  expect(await channels.sms.pullReceipts()).toEqual([receipt]);
});

it('nothing is sent by whom there is no agreement with any more, or who is not offered: it rings (D3)', async () => {
  const { deps, given } = noting();
  const midnight = Date.parse(`${recipients['tencent-sms'].agreement.expiresOn}T24:00:00.000+08:00`);
  const send = (nowMs: number, change: object = {}) =>
    makeChannels({ ...deps, clock: { now: () => nowMs }, ...change }).sms.send('+8613800138000', sms, 'r');
  expect((await send(midnight - 1)).status).toBe('accepted');
  const notOpen = { status: 'technical-failure', code: NOT_OPEN };
  expect(await send(midnight)).toEqual(notOpen);
  expect(world.lines.join('')).toContain('agreement-expired');
  const clients = partnersIn(deps.partners);
  const without = holdPartners({ ...clients, 'tencent-sms': undefined });
  expect(await send(midnight - 1, { partners: without })).toEqual(notOpen);
  expect(given).toHaveLength(1);
});
