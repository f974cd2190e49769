import type { Deps } from '../../lib/deps';
import { agreementOn } from '../../lib/policy/agreements';
import { recipientIds, recipients } from '../../lib/policy/recipients';
import { beijingDay } from '../../lib/policy/working-days';

/** Rings for every entrusted party whose agreement ends within a month, or has ended: it gets nothing then (PIPL art. 21; promise D3). */
export function warnOfAgreements({ clock, log }: Pick<Deps, 'clock' | 'log'>, requestId: string): void {
  const today = beijingDay(clock.now());
  for (const id of recipientIds) {
    const stands = agreementOn(today, recipients[id]);
    if (!stands || stands.state === 'in-force') continue;
    const { state, daysLeft } = stands;
    const partnerCode = `agreement-${state}`;
    log({
      ...{ event: 'alarm', requestId, operation: 'retention/sweep', partner: id, partnerCode },
      ...(daysLeft >= 0 && { count: daysLeft }),
    });
  }
}
