import type { Operation } from '../../lib/gate/operation';
import { auditRows } from '../audit/budget-rows';
import { breachRows } from '../breach/budget-rows';
import { cardRows } from '../cards/budget-rows';
import { reportRows } from '../cards/report-budget-rows';
import { consentRows } from '../consent/budget-rows';
import { eventRows } from '../events/budget-rows';
import { holdRows } from '../hold/budget-rows';
import { identityRows } from '../identity/budget-rows';
import { locationRows } from '../location/budget-rows';
import { accountRows } from '../login/budget-rows';
import { notifyRows } from '../notify/budget-rows';
import { policyRows } from '../policy/budget-rows';
import { profileRows } from '../profile/budget-rows';
import { forecastRows } from '../retention/budget-rows';
import { rightsRows } from '../rights/budget-rows';
import { ticketRows } from '../rights/ticket-budget-rows';
import { type Caller, functions, onceKey, type World } from '../support/world';

export type Prepare = () => Promise<{ input?: unknown; by?: object }>;

/** How nearly every operation is brought to its usual case: for tests that go over all of them. */
export function everyOperation(
  world: () => World,
  me: () => Caller,
  openid: () => string,
): Record<string, Prepare> {
  const again = () => world().signIn(openid());
  return {
    ...accountRows(world),
    ...policyRows(world),
    ...cardRows(world, me),
    ...profileRows(world, me),
    ...locationRows(world),
    ...identityRows(world),
    ...consentRows(world),
    ...rightsRows(world),
    ...ticketRows(world),
    ...reportRows(world),
    ...forecastRows(world),
    ...holdRows(world),
    ...breachRows(world),
    ...eventRows(world),
    ...notifyRows(world),
    ...auditRows(world),
    'login/signOut': async () => {
      const by = await again();
      await world().ok('consent/status', {}, by); // the hourly note of the session's use is a write as well
      return { by };
    },
    'login/revokeSession': async () => ({ input: { sessionId: (await again()).sessionId } }),
    'login/revokeOthers': async () => {
      await again();
      return {};
    },
    'cards/create': async () => ({ input: { name: '林晓', idempotencyKey: onceKey() } }),
  };
}

/** The operation of a path such as `cards/create`; undefined where there is none. */
export function operationAt(path: string): Operation | undefined {
  const [name = '', operation = ''] = path.split('/');
  return functions[name]?.[operation];
}

/** The same of one that there is. @throws Error */
export function operationOf(path: string): Operation {
  const found = operationAt(path);
  if (!found) throw new Error(`no operation ${path}`);
  return found;
}
