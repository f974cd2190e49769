import { toEpochSeconds, toInstant } from '../../lib/clock';
import { randomId } from '../../lib/crypto/random';
import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import type { PictureType } from '../../lib/picture/picture';
import { nextAvatar, ownAvatar, tidy } from './avatar';

/** How long an upload may take, from asking to confirming. */
export const UPLOAD_SECONDS = 300;

type Ask = { contentType: PictureType; bytes: number; sha256: string };

/**
 * Gives an address that takes exactly the file announced, for a few minutes. The file waits apart until it is confirmed;
 * its name is written down before it can exist. A person has one upload at a time: asking again ends the one before.
 */
export async function requestAvatarUpload(deps: Deps, { caller, input }: Run<'subject', Ask>) {
  const before = ownAvatar(caller);
  const kept = await tidy(deps, before);
  const key = `incoming/${randomId(deps.random)}`;
  const endsAtMs = deps.clock.now() + UPLOAD_SECONDS * 1000;
  const pending = {
    ...input,
    uploadId: randomId(deps.random),
    key,
    endsAtSeconds: toEpochSeconds(endsAtMs),
    tries: 0,
  };
  await nextAvatar(deps, caller, before, { objects: [...kept, key], pending });
  const { url, headers } = await deps.objects.uploadAddress({ ...input, key }, UPLOAD_SECONDS);
  return { uploadId: pending.uploadId, method: 'PUT' as const, url, headers, expiresAt: toInstant(endsAtMs) };
}
