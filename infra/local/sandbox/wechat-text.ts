import * as z from 'zod/mini';
import type { PartnerPath } from './partner-path';
import { createQuota } from './quota';
import type { TextRule } from './state';
import { type IsLive, postedPath } from './wechat-posted';

/** The check's documented quota, and the most characters of one text. */
const CALLS_PER_MINUTE = 4000;
const MAX_CONTENT_CHARS = 2500;

/** Words that are judged so without any rule, for whoever tries the service by hand. */
const markers: TextRule[] = [
  { contains: '标记违规', verdict: 'risky' },
  { contains: '标记存疑', verdict: 'review' },
];
const labels = { pass: 100, review: 20003, risky: 20003 } as const;

/** msg_sec_check, version 2: whether a text may be shown to others. */
export function createTextPath(isLive: IsLive): PartnerPath {
  const quota = createQuota(CALLS_PER_MINUTE, 60_000);
  return postedPath(isLive, {
    path: '/wxa/msg_sec_check',
    summary: '检查文字是否可以给别人看（msg_sec_check 2.0）',
    body: z.object({
      content: z.string().check(z.maxLength(MAX_CONTENT_CHARS)),
      version: z.literal(2),
      scene: z.int(),
      openid: z.string(),
    }),
    overQuota: 44991,
    answer(state, { content, scene, openid }) {
      if (![1, 2, 3, 4].includes(scene)) return 40129;
      if (!state.people.has(openid)) return 40003;
      if (!quota.take('all', state.clock.now())) return 44991;
      const rule = [...state.textRules, ...markers].find(({ contains }) => content.includes(contains));
      const suggest = rule?.verdict ?? 'pass';
      if (suggest === 'no-visit') return 61010;
      const label = labels[suggest];
      const row = { strategy: 'content_model', errcode: 0, suggest, label, prob: 90 };
      const trace_id = state.random(16).toString('hex');
      return { errcode: 0, errmsg: 'ok', trace_id, result: { suggest, label }, detail: [row] };
    },
  });
}
