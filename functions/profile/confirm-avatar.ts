import { createHash } from 'node:crypto';
import { toEpochSeconds, toInstant } from '../../lib/clock';
import { randomId } from '../../lib/crypto/random';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run, Subject } from '../../lib/gate/operation';
import { refusePicture } from '../../lib/picture/picture';
import { redraw } from '../../lib/picture/redraw';
import {
  type Avatar,
  currentUpload,
  DRAWN,
  isBeingMade,
  picturePlace,
  type Upload,
} from '../../lib/table/profile/avatar';
import { AVATAR_SIZE, describe, MAX_UPLOAD_BYTES, nextAvatar, ownAvatar, tidy } from './avatar';

/** A call that makes a picture writes no object later than this; the function itself is stopped well before. */
export const MAKING_SECONDS = 30;
/** Times that one upload is looked at, because decoding is the dearest thing this function does. */
export const MAX_TRIES = 3;

/**
 * Takes an uploaded file, makes the avatar from it and shows it in the place of the one before (promise C7).
 *
 *   name the new object ─ read and check the file ─ draw it anew ─ write the object ─ show it ─ delete the others
 *
 * It may stop anywhere and be asked again: every object is named in the table from before it exists until after it is
 * gone, so nothing is ever left that an erasure would not find.
 * @throws AppError NOT_FOUND for an unknown, ended or somebody else's upload; NOT_NOW before the file has arrived;
 *   INVALID_INPUT for a file that is not what was announced or not a picture we take; BUSY while it is being made
 */
export async function confirmAvatar(deps: Deps, { caller, input }: Run<'subject', { uploadId: string }>) {
  const before = ownAvatar(caller);
  if (before.current?.avatarId === input.uploadId) {
    await tidy(deps, before);
    return describe(before.current);
  }
  const now = deps.clock.now();
  const upload = currentUpload(before, now);
  if (upload?.uploadId !== input.uploadId || upload.tries >= MAX_TRIES) throw new AppError('NOT_FOUND');
  if (isBeingMade(before, now)) throw new AppError('BUSY');

  const key = `${DRAWN}${randomId(deps.random)}`;
  const making = await nextAvatar(deps, caller, before, {
    objects: [...before.objects, key],
    appearing: { ...before.appearing, [key]: toEpochSeconds(now) + MAKING_SECONDS },
    pending: { ...upload, tries: upload.tries + 1 },
  });
  const picture = await make(deps, upload).catch((error) =>
    giveUp(deps, caller, { ...making, appearing: before.appearing }, upload, error),
  );
  if (!isBeingMade(making, deps.clock.now())) throw new AppError('BUSY');
  await deps.objects.write(key, caller.sealer.seal(picture.content, picturePlace(key)));
  const { width, height } = picture;
  const current = { avatarId: upload.uploadId, key, width, height, madeAt: toInstant(deps.clock.now()) };
  const shown = await nextAvatar(deps, caller, making, {
    appearing: before.appearing,
    current,
    pending: undefined,
  }).catch(async (error) => {
    await deps.objects.remove([key]); // withdrawn or replaced meanwhile
    throw error;
  });
  await tidy(deps, shown);
  return describe(current);
}

/** Reads the file and makes the avatar. */
async function make(deps: Deps, { key, bytes, sha256, contentType }: Upload) {
  const file = await deps.objects.read(key, MAX_UPLOAD_BYTES);
  if (!file) throw new AppError('NOT_NOW', { why: '还没有收到图片，请上传之后再确认。' });
  const isAsAnnounced = file.length === bytes && createHash('sha256').update(file).digest('hex') === sha256;
  if (!isAsAnnounced) throw refusePicture('收到的文件与申请上传时声明的不一致');
  return redraw(file, AVATAR_SIZE, contentType);
}

/** A file that was looked at and refused ends its upload and is deleted at once; one that was not, may be tried again. */
async function giveUp(
  deps: Deps,
  caller: Subject,
  making: Avatar,
  upload: Upload,
  error: unknown,
): Promise<never> {
  const wasSeen = error instanceof AppError && error.code === 'INVALID_INPUT';
  const pending = wasSeen ? undefined : upload;
  const ended = await nextAvatar(deps, caller, making, { pending });
  if (wasSeen) await tidy(deps, ended);
  throw error;
}
