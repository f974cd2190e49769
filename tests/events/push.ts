import { randomBytes } from 'node:crypto';
import { pushOf, SANDBOX_PUSH } from '../../infra/local/sandbox/wechat-push';
import type { Reply } from '../../lib/gate/call';
import type { World } from '../support/world';

const settings = { ...SANDBOX_PUSH, appid: 'wxtest' };

export type Event = { Event: string; FromUserName: string } & Record<string, unknown>;

/** What WeChat would send of an event now, as a webhook gets it. */
export function pushed(world: World, event: Event, change: Partial<typeof settings> = {}) {
  const seconds = Math.floor(world.deps.clock.now() / 1000);
  const whole = { ToUserName: 'gh_000000000000', MsgType: 'event', CreateTime: seconds, ...event };
  const { query, body } = pushOf({ ...settings, ...change }, whole, { seconds, random: randomBytes(16) });
  return { method: 'POST' as const, query, body };
}

/** One call of the address that WeChat pushes to. */
export function deliver(world: World, input: ReturnType<typeof pushed>): Promise<Reply> {
  return world.call('events/wechat', input, { trigger: 'webhook' });
}

export const push = (world: World, event: Event) => deliver(world, pushed(world, event));

/** The answer in WeChat's window about these templates, a second of its own each. */
export function popup(openid: string, at: number, ...answers: [templateId: string, word: string][]): Event {
  const List = answers.map(([TemplateId, SubscribeStatusString]) => ({ TemplateId, SubscribeStatusString }));
  const CreateTime = String(Math.floor(at / 1000));
  return { Event: 'subscribe_msg_popup_event', FromUserName: openid, CreateTime, List };
}
