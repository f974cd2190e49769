import * as z from 'zod/mini';
import type { PartnerPath, PartnerRequest } from './partner-path';
import { createQuota } from './quota';
import type { SandboxState, TextRule } from './state';
import { type WechatErrcode, wechatError, wechatOk } from './wechat';

/** The check's documented quota, and how long after a visit WeChat judges somebody's texts. */
const CALLS_PER_MINUTE = 4000;
const MAX_CONTENT_CHARS = 2500;

const bodySchema = z.object({
  content: z.string(),
  version: z.literal(2),
  scene: z.int(),
  openid: z.string(),
});

/** Words that are judged so without any rule, for whoever tries the service by hand. */
const markers: TextRule[] = [
  { contains: '标记违规', verdict: 'risky' },
  { contains: '标记存疑', verdict: 'review' },
];
const labels = { pass: 100, review: 20003, risky: 20003 } as const;

/** msg_sec_check, version 2: whether a text may be shown to others. */
export function createTextPath(isLive: (token: string | null, state: SandboxState) => boolean): PartnerPath {
  const quota = createQuota(CALLS_PER_MINUTE, 60_000);

  function judge(state: SandboxState, { method, query, body }: PartnerRequest): object | WechatErrcode {
    if (method !== 'POST') return 43002;
    if (!isLive(query.get('access_token'), state)) return query.get('access_token') ? 40001 : 41001;
    if (body === '') return 44002;
    const parsed = parse(body);
    if (!parsed || parsed.content.length > MAX_CONTENT_CHARS) return 47001;
    if (![1, 2, 3, 4].includes(parsed.scene)) return 40129;
    if (!state.people.has(parsed.openid)) return 40003;
    if (!quota.take('all', state.clock.now())) return 44991;
    const rule = [...state.textRules, ...markers].find(({ contains }) => parsed.content.includes(contains));
    const suggest = rule?.verdict ?? 'pass';
    if (suggest === 'no-visit') return 61010;
    const label = labels[suggest];
    const row = { strategy: 'content_model', errcode: 0, suggest, label, prob: 90 };
    const trace_id = state.random(16).toString('hex');
    return { errcode: 0, errmsg: 'ok', trace_id, result: { suggest, label }, detail: [row] };
  }

  return {
    path: '/wxa/msg_sec_check',
    summary: '检查文字是否可以给别人看（msg_sec_check 2.0）',
    answer(state, request) {
      const result = judge(state, request);
      return typeof result === 'number' ? wechatError(state, result) : wechatOk(result);
    },
    busy: (state) => wechatError(state, -1),
    throttled: (state) => wechatError(state, 44991),
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
