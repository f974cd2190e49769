import { encode } from 'uqr';
import * as z from 'zod/mini';
import type { PartnerPath } from './partner-path';
import { pngOf } from './png';
import { createQuota } from './quota';
import { type IsLive, postedPath } from './wechat-posted';

const CALLS_PER_MINUTE = 5000;
const PIXELS_PER_MODULE = 8;
const SCENE = /^[\w!#$&'()*+,/:;=?@.~-]{1,32}$/;

/** getwxacodeunlimit: the picture of a mini-program code. Ours is a plain QR code that says the scene. */
export function createCodePath(isLive: IsLive): PartnerPath {
  const quota = createQuota(CALLS_PER_MINUTE, 60_000);
  return postedPath(isLive, {
    path: '/wxa/getwxacodeunlimit',
    summary: '绘制小程序码（getwxacodeunlimit）',
    body: z.object({ scene: z.string().check(z.regex(SCENE)), page: z.optional(z.string()) }),
    refuses: { empty: 40169, malformed: 40169 },
    overQuota: 45009,
    answer(state, { scene }) {
      if (!quota.take('all', state.clock.now())) return 45009;
      return pngOf(encode(scene, { border: 0 }).data, PIXELS_PER_MODULE);
    },
  });
}
