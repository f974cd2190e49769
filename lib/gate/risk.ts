import type { Deps } from '../deps';
import { AppError } from '../errors';
import type { RiskScene } from '../partner/wechat-risk';
import type { Person } from '../table/person/person';
import { openidOf, wechatAccountKey } from '../table/person/wechat-account';
import { readRiskPass, riskPassKey } from '../table/sign-in/risk-pass';
import type { Call } from './call';
import { disclose } from './disclose';
import type { Subject } from './operation';

/** What the person reads; they can have a human look at it (PIPL art. 24 para 3; promise A7). */
const WHY =
  '微信安全评级认为此刻的操作有较高的冒用风险，所以暂时没有继续。这不是对您个人的评价；您可以稍后再试，或者申请人工复核。';

/** A session by a linked entry does not say which WeChat is at hand, so nothing could be asked about it. */
const WHICH = '请先在乐聊名片小程序里用微信登录，再办理这件事。';

/**
 * Refuses an act that WeChat ranks as risky for this person just now, and says why and who can look at it. Asks nothing
 * where the rule is off, where a human has cleared the person, or before the person was shown the policy (promise S8);
 * an unreachable WeChat refuses nobody. Costs three trips. Answers the person as the register has left them.
 * @throws AppError RISK_REFUSED | NOT_NOW in a session that no WeChat of ours stands behind
 */
export async function demandLowRisk(
  deps: Deps,
  { person, sealer, session }: Subject,
  scene: RiskScene,
  operation: string,
  { address, requestId }: Call,
): Promise<Person> {
  const { risk, table } = deps;
  if (!risk || !address || !person.noticedAt) return person;
  const { subjectId } = person;
  const [account, pass] = await table.getMany([wechatAccountKey(subjectId), riskPassKey(subjectId)]);
  if (readRiskPass(pass)) return person;
  // The WeChat in hand, and no other one of the account: a refused one is not let through under another's name.
  const openid = openidOf(account, sealer, session.identity);
  if (!openid) throw new AppError('NOT_NOW', { why: WHICH });
  const disclosure = {
    recipient: 'wechat-risk',
    kinds: ['wechat-openid', 'network-address'],
    way: operation,
    requestId,
  } as const;
  const { answer: rank, person: after } = await disclose(
    deps,
    person,
    disclosure,
    (wechatRisk) => wechatRisk.rankOf(openid, address, scene),
    (said) => (said === undefined ? 'UNKNOWN' : `RANK_${said}`),
  );
  if (rank !== undefined && rank >= risk.refusedFrom)
    throw new AppError('RISK_REFUSED', { why: WHY, instead: 'identity/appeal' });
  return after;
}
