import { templates } from '../support/templates';
import { onceKey, type World } from '../support/world';
import { popup, push, pushed } from './push';

type Prepare = () => Promise<{ input?: unknown; by?: object }>;

/** How what partners tell us is brought to its usual case, for the budgets. */
export function eventRows(theWorld: () => World): Record<string, Prepare> {
  return {
    'events/wechat': async () => {
      const openid = `pushed-${onceKey()}`;
      await theWorld().signIn(openid);
      const now = theWorld().deps.clock.now();
      await push(theWorld(), popup(openid, now, [templates.once.id, 'accept']));
      const input = pushed(theWorld(), popup(openid, now + 1000, [templates.once.id, 'accept']));
      return { input, by: { trigger: 'webhook' } };
    },
  };
}
