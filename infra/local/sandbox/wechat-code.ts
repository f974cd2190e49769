import { encode } from 'uqr';
import * as z from 'zod/mini';
import type { PartnerPath, PartnerRequest } from './partner-path';
import { pngOf } from './png';
import { createQuota } from './quota';
import type { SandboxState } from './state';
import { type WechatErrcode, wechatError, wechatOk } from './wechat';

const CALLS_PER_MINUTE = 5000;
const PIXELS_PER_MODULE = 8;

const bodySchema = z.object({ scene: z.string(), page: z.optional(z.string()) });

/** getwxacodeunlimit: the picture of a mini-program code. Ours is a plain QR code that says the scene. */
export function createCodePath(isLive: (token: string | null, state: SandboxState) => boolean): PartnerPath {
  const quota = createQuota(CALLS_PER_MINUTE, 60_000);

  function draw(state: SandboxState, { method, query, body }: PartnerRequest): Buffer | WechatErrcode {
    if (method !== 'POST') return 43002;
    if (!isLive(query.get('access_token'), state)) return query.get('access_token') ? 40001 : 41001;
    const parsed = parse(body);
    if (!parsed || !/^[\w!#$&'()*+,/:;=?@.~-]{1,32}$/.test(parsed.scene)) return 40169;
    if (!quota.take('all', state.clock.now())) return 45009;
    return pngOf(encode(parsed.scene, { border: 0 }).data, PIXELS_PER_MODULE);
  }

  return {
    path: '/wxa/getwxacodeunlimit',
    summary: '绘制小程序码（getwxacodeunlimit）',
    answer(state, request) {
      const result = draw(state, request);
      return typeof result === 'number' ? wechatError(state, result) : { ...wechatOk({}), image: result };
    },
    busy: (state) => wechatError(state, -1),
    throttled: (state) => wechatError(state, 45009),
  };
}

function parse(body: string): z.infer<typeof bodySchema> | undefined {
  try {
    const parsed = bodySchema.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
