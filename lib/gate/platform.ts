import type { Deps } from '../deps';
import { AppError } from '../errors';
import { ConditionFailed } from '../table/client';
import { putSpentNonce } from '../table/sign-in/spent-nonce';
import type { Platform } from './call';

/**
 * Uses an attestation up, where it is all that a caller shows: whoever has overheard one signs nobody in. Beside a session
 * token it adds nothing and is not spent. Costs a trip.
 * @throws AppError LOGIN_CODE_INVALID when it was used before
 */
export async function spendAssertion({ ring, table, clock }: Deps, { nonce }: Platform): Promise<void> {
  const digest = await ring.digest('request', `door|${nonce}`);
  await table.write(putSpentNonce(digest, clock.now())).catch((error: unknown) => {
    if (error instanceof ConditionFailed) throw new AppError('LOGIN_CODE_INVALID');
    throw error;
  });
}
