import { reportMail } from '../../infra/local/bounce';
import { accountNumber } from '../login/support';
import { member, partner, sent, stage, work } from '../notice/stage';
import { templates } from '../support/templates';
import { BOUNCE_HOST, onceKey, type World } from '../support/world';
import { popup, push, pushed } from './push';

type Prepare = () => Promise<{ input?: unknown; by?: object }>;

/** How what partners tell us is brought to its usual case, for the budgets. */
export function eventRows(theWorld: () => World): Record<string, Prepare> {
  const webhook = { trigger: 'webhook' };
  return {
    // A mail that has come to somebody, so nothing follows from it.
    'events/mail': async () => {
      const world = theWorld();
      const subjectId = await accountNumber(world, await world.signIn(`mailed-${onceKey()}`));
      const by = partner({ reaches: () => true, now: () => world.deps.clock.now() });
      const on = stage(world, { mail: by.way });
      const { asked } = await sent(on, [member(subjectId)], { channels: ['mail', 'announcement'] });
      await work(on, [asked]);
      const to = `${by.taken[0]?.reference}@${BOUNCE_HOST}`;
      const body = reportMail({
        action: 'delivered',
        status: '2.0.0',
        recipient: 'x@example.cn',
        returnPath: to,
      });
      return { input: { method: 'POST', query: { to }, body }, by: webhook };
    },
    'events/sms': async () => ({ input: { method: 'POST', query: {}, body: '' }, by: webhook }),
    'events/wechat': async () => {
      const openid = `pushed-${onceKey()}`;
      await theWorld().signIn(openid);
      const now = theWorld().deps.clock.now();
      await push(theWorld(), popup(openid, now, [templates.once.id, 'accept']));
      const input = pushed(theWorld(), popup(openid, now + 1000, [templates.once.id, 'accept']));
      return { input, by: webhook };
    },
  };
}
