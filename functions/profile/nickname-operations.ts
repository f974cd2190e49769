import * as z from 'zod/mini';
import { writtenText as text } from '../../lib/card/schema';
import { verdicts } from '../../lib/card/shown';
import { operation } from '../../lib/gate/operation';
import { wechatAccountKey } from '../../lib/table/person/wechat-account';
import { nicknameKey } from '../../lib/table/profile/nickname';
import { getNickname, updateNickname } from './nickname';

/** Of what the person saw; 0 where there was nothing yet. */
const version = z.int().check(z.minimum(0));
const nothing = z.strictObject({});

const nickname = z.object({
  version: z.int(),
  updatedAt: z.optional(z.string()),
  nickname: z.optional(z.string()),
  /** What the content check said of it; others are told it only once it has passed. */
  verdict: z.optional(z.enum(verdicts)),
});

/** What others call the person. */
export const nicknameOperations = {
  get: operation({
    summary: '我的昵称。',
    caller: 'subject',
    purpose: 'profile',
    kinds: { in: [], out: ['nickname'] },
    input: nothing,
    output: nickname,
    reads: true,
    ledger: 'none',
    budget: { trips: 1, readUnits: 2, writeUnits: 0 },
    alsoRead: (subjectId) => nicknameKey(subjectId),
    run: getNickname,
  }),
  update: operation({
    summary:
      '修改昵称，不填即删除。须带上所见的版本号，他处已改动时不会覆盖。昵称先由微信检查，通过之前不给别人看。',
    caller: 'subject',
    purpose: 'profile',
    kinds: { in: ['nickname'], out: ['nickname'], uses: ['wechat-openid'] },
    input: z.strictObject({ version, nickname: z.optional(text(32)) }),
    output: nickname,
    // The register says what goes to WeChat, and what came back.
    ledger: 'act',
    budget: { trips: 3, readUnits: 3, writeUnits: 30 },
    alsoRead: (subjectId) => [nicknameKey(subjectId), wechatAccountKey(subjectId)],
    run: updateNickname,
  }),
};
