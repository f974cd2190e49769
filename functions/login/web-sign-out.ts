import type { Deps } from '../../lib/deps';
import { noBrowser } from '../../lib/gate/browser';
import type { Run } from '../../lib/gate/operation';
import { endOwn } from './end-session';

/** Signs the browser out: the session ends here, and the cookie there. */
export async function webSignOut(deps: Deps, run: Run<'subject', Record<string, never>>) {
  const { browser = noBrowser } = run;
  browser.setCookie('session', undefined);
  return endOwn(deps, run);
}
