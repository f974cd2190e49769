import { type Purpose, type PurposeId, purposes } from './purposes';

/**
 * What the law asks for before somebody's data go to another service at their request (PIPL art. 45 para 3; promise R7): all four
 * have to be met, and a refusal names the one that is not.
 */
export const TRANSFER_LAW = '网络数据安全管理条例第二十五条第一款';

/** Each in the words of the law, with how a package meets it. */
export const transferConditions = {
  identity: {
    item: '第一项',
    says: '能够验证请求人的真实身份',
    met: '提出请求之前几分钟内，请求人用微信登录凭证或者绑定的手机号验证了是本人',
  },
  given: {
    item: '第二项',
    says: '请求转移的是本人同意提供的或者基于合同收集的个人信息',
    met: '只有所列用途的信息，每项用途都以本人的同意或者与本人的约定为依据，整理时同意仍然有效',
  },
  feasible: {
    item: '第三项',
    says: '转移个人信息具备技术可行性',
    met: '全部内容已按公布的格式整理完毕',
  },
  others: {
    item: '第四项',
    says: '转移个人信息不损害他人合法权益',
    met: '涉及他人的记录不在其中',
  },
} as const;
export type TransferCondition = keyof typeof transferConditions;

/** Why not, as the person reads it: what is the matter, and which condition is not met. */
export function notTransferred(condition: TransferCondition, why: string): string {
  const { item, says } = transferConditions[condition];
  return `${why}，不符合${TRANSFER_LAW}${item}：${says}。`;
}

/** The grounds on which what a person has given may be taken elsewhere; what a law has us keep may not. */
const grounds: readonly Purpose['basis'][] = ['CONSENT', 'CONTRACT'];

/** Whether what rests on the purpose was given by consent or under the service's contract (item 2). */
export const isGiven = (purpose: PurposeId): boolean => grounds.includes(purposes[purpose].basis);
