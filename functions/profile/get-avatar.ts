import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { picturePlace } from '../../lib/table/profile/avatar';
import { AVATAR_SIZE, describe, ownAvatar } from './avatar';

/** What sealing adds, generously. */
const SEAL_BYTES = 256;

/**
 * The caller's avatar. The picture comes as bytes, because it is sealed under the person's own key where it lies
 * (promise S5); who has it already sends its id and is told that it is still the one.
 */
export async function getAvatar(
  deps: Deps,
  { caller }: Pick<Run<'subject', unknown>, 'caller'>,
  knownId?: string,
) {
  const { current } = ownAvatar(caller);
  if (!current) throw new AppError('NOT_FOUND');
  if (current.avatarId === knownId) return describe(current);
  const sealed = await deps.objects.read(current.key, AVATAR_SIZE.bytes + SEAL_BYTES);
  if (!sealed) throw new AppError('NOT_FOUND');
  const content = caller.sealer.decrypt(sealed, picturePlace(current.key));
  return { ...describe(current), base64: content.toString('base64') };
}
