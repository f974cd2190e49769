import type { Deps } from '../../../lib/deps';
import { agreementOn } from '../../../lib/policy/agreements';
import { purposes } from '../../../lib/policy/purposes';
import { type Recipient, recipientIds, recipients } from '../../../lib/policy/recipients';
import { beijingDay } from '../../../lib/policy/working-days';
import { isPartnerStopped } from '../../../lib/table/incident/containment';

/**
 * Everybody whom personal data is given to, by the policy that is obeyed: what it rests on, and how its agreement stands today
 * (promises D2, D3). A renewal is a change of that policy, which people read: nobody prolongs an agreement here.
 */
export async function disclosureRecipients({ clock, policy }: Deps) {
  const today = beijingDay(clock.now());
  const stops = policy.stops();
  return {
    recipients: recipientIds.map((id) => {
      const row: Recipient = recipients[id];
      const { name, role, contact, agreement, ground, purpose } = row;
      const stands = agreementOn(today, row);
      const consent = purposes[purpose].basis === 'CONSENT' ? { consentTo: purposes[purpose].name } : {};
      return {
        ...{ recipient: id, name, role, contact, isStopped: isPartnerStopped(stops, id) },
        ...(agreement && stands && { agreement: { ...agreement, ...stands } }),
        ...(ground && { ground }),
        ...consent,
      };
    }),
  };
}
