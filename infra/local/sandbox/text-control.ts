import * as z from 'zod/mini';
import { type ControlAnswer, invalid, ok, type Route } from './control-route';
import type { TextRule } from './state';

const RULES_LIMIT = 100;
const ruleInput = z.strictObject({
  contains: z.string().check(z.minLength(1), z.maxLength(100)),
  verdict: z.enum(['pass', 'review', 'risky', 'no-visit']),
});

/** How the content check judges texts with certain words in them. */
export const textRoutes: Route[] = [
  {
    method: 'POST',
    pattern: /^\/sandbox\/texts$/,
    says: 'POST /sandbox/texts {contains, verdict: pass|review|risky|no-visit}',
    means: '含有这些字的内容怎样被审核',
    run({ state }, body): ControlAnswer {
      const parsed = ruleInput.safeParse(body);
      if (!parsed.success) return invalid(parsed.error);
      const rule: TextRule = parsed.data;
      state.textRules.unshift(rule);
      state.textRules.splice(RULES_LIMIT);
      return { status: 201, body: rule };
    },
  },
  {
    method: 'DELETE',
    pattern: /^\/sandbox\/texts$/,
    says: 'DELETE /sandbox/texts',
    means: '取消内容审核的规则',
    run({ state }): ControlAnswer {
      state.textRules.length = 0;
      return ok([]);
    },
  },
];
