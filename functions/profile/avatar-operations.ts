import * as z from 'zod/mini';
import { HOUR_MS } from '../../lib/clock';
import { operation } from '../../lib/gate/operation';
import { pictureTypes } from '../../lib/picture/picture';
import { avatarKey } from '../../lib/table/profile/avatar';
import { MAX_UPLOAD_BYTES } from './avatar';
import { confirmAvatar } from './confirm-avatar';
import { getAvatar } from './get-avatar';
import { removeAvatar } from './remove-avatar';
import { requestAvatarUpload } from './request-avatar-upload';

const id = z.string().check(z.regex(/^[\w-]{22}$/));
const nothing = z.strictObject({});

const picture = {
  avatarId: z.string(),
  width: z.int(),
  height: z.int(),
  madeAt: z.string(),
  contentType: z.literal('image/jpeg'),
};

/** The picture of the person. */
export const avatarOperations = {
  requestAvatarUpload: operation({
    summary: '申请上传头像（JPEG、PNG、WebP，最大 2 MB）。按返回的地址和请求头原样上传，再确认。',
    caller: 'subject',
    purpose: 'profile',
    kinds: { in: [], out: [], uses: ['avatar'] },
    input: z.strictObject({
      contentType: z.enum(pictureTypes),
      bytes: z.int().check(z.minimum(1), z.maximum(MAX_UPLOAD_BYTES)),
      /** Of the file, in hexadecimal. */
      sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
    }),
    output: z.object({
      uploadId: z.string(),
      method: z.literal('PUT'),
      url: z.string(),
      /** To be sent with the file exactly as they are. */
      headers: z.record(z.string(), z.string()),
      expiresAt: z.string(),
    }),
    ledger: 'none',
    limits: [{ name: 'AVATAR_UPLOADS_PER_HOUR', per: 'person', max: 10, windowMs: HOUR_MS }],
    budget: { trips: 3, readUnits: 2, writeUnits: 11 },
    alsoRead: (subjectId) => avatarKey(subjectId),
    run: requestAvatarUpload,
  }),
  confirmAvatar: operation({
    summary: '确认头像已上传。图片重新绘制，去除拍摄地点、时间、设备等一切附带信息后保存，原图随即删除。',
    caller: 'subject',
    purpose: 'profile',
    // The upload is a file, not in the table.
    kinds: { in: ['avatar-upload', 'avatar'], out: ['avatar'] },
    input: z.strictObject({ uploadId: id }),
    output: z.object(picture),
    ledger: 'none',
    budget: { trips: 3, readUnits: 2, writeUnits: 20 },
    alsoRead: (subjectId) => avatarKey(subjectId),
    run: confirmAvatar,
  }),
  getAvatar: operation({
    summary: '我的头像（JPEG，每边最多 512 像素）。带上已有的编号时，没有变化就不再传图片内容。',
    caller: 'subject',
    purpose: 'profile',
    kinds: { in: [], out: ['avatar'] },
    input: z.strictObject({ knownId: z.optional(id) }),
    output: z.object({ ...picture, base64: z.optional(z.string()) }),
    reads: true,
    ledger: 'none',
    budget: { trips: 1, readUnits: 2, writeUnits: 0 },
    alsoRead: (subjectId) => avatarKey(subjectId),
    run: (deps, run) => getAvatar(deps, run, run.input.knownId),
  }),
  removeAvatar: operation({
    summary: '删除头像。',
    caller: 'subject',
    purpose: 'profile',
    kinds: { in: [], out: [], uses: ['avatar'] },
    ends: true,
    input: nothing,
    output: z.object({ removed: z.literal(true) }),
    ledger: 'none',
    budget: { trips: 2, readUnits: 2, writeUnits: 10 },
    alsoRead: (subjectId) => avatarKey(subjectId),
    run: removeAvatar,
  }),
};
