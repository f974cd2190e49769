import { toEpochSeconds, toInstant } from '../../lib/clock';
import { randomId } from '../../lib/crypto/random';
import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import type { PictureType } from '../../lib/picture/picture';
import { INCOMING } from '../../lib/table/profile/avatar';
import { nextAvatar, ownAvatar, tidy } from './avatar';

/** How long an upload may take, from asking to confirming. */
export const UPLOAD_SECONDS = 300;
/** How long a file may still appear: the address is signed a moment later, and a transfer that began in time ends later. */
export const APPEARING_SECONDS = UPLOAD_SECONDS + 60;

type Ask = { contentType: PictureType; bytes: number; sha256: string };

/**
 * Gives an address that takes exactly the file announced, for a few minutes. The file waits apart until it is confirmed;
 * its name is written down before it can exist. A person has one upload at a time: asking again ends the one before.
 */
export async function requestAvatarUpload(deps: Deps, { caller, input }: Run<'subject', Ask>) {
  const before = ownAvatar(caller);
  const kept = await tidy(deps, before);
  const key = `${INCOMING}${randomId(deps.random)}`;
  const now = deps.clock.now();
  const endsAtMs = now + UPLOAD_SECONDS * 1000;
  const pending = {
    ...input,
    uploadId: randomId(deps.random),
    key,
    endsAtSeconds: toEpochSeconds(endsAtMs),
    tries: 0,
  };
  await nextAvatar(deps, caller, before, {
    objects: [...kept, key],
    appearing: { ...before.appearing, [key]: toEpochSeconds(now) + APPEARING_SECONDS },
    pending,
  });
  const { url, headers } = await deps.objects.uploadAddress({ ...input, key }, UPLOAD_SECONDS);
  return { uploadId: pending.uploadId, method: 'PUT' as const, url, headers, expiresAt: toInstant(endsAtMs) };
}
