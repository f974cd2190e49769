/**
 * How long each kind of data is kept, why, and what happens then (promise S2; PIPL art. 19; 网络数据安全管理条例 art. 21).
 * `period` is what the person reads; `endsAfter` is what the code obeys.
 */
export type RetentionRule = {
  /** Shown in the policy. */
  period: string;
  /** The law or reason that allows the period. */
  basis: string;
  /** A fixed length in milliseconds, or the event that ends it. */
  endsAfter: { milliseconds: number } | { event: 'account-closed' | 'deleted-or-withdrawn' | 'key-replaced' };
};

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

export const retention = {
  'account-life': {
    period: '直到您注销账号',
    basis: '个人信息保护法第十九条：实现登录这一目的所必要的最短时间',
    endsAfter: { event: 'account-closed' },
  },
  'card-life': {
    period: '直到您删除名片，或者撤回对名片服务的同意',
    basis: '个人信息保护法第四十七条：目的已实现或者同意已撤回的，应当删除',
    endsAfter: { event: 'deleted-or-withdrawn' },
  },
  'session-life': {
    period: '登录后 30 天，或者到您退出该设备为止',
    basis: '个人信息保护法第十九条：登录状态的最长有效期',
    endsAfter: { milliseconds: 30 * DAY_MS },
  },
  'deleted-card-marker': {
    period: '删除名片后 24 小时（只留编号，不留内容）',
    basis: '防止网络重发把已删除的名片重新建立',
    endsAfter: { milliseconds: DAY_MS },
  },
  'attempt-window': {
    period: '10 分钟；按小时、按天限制的操作为一小时、一天',
    basis: '网络安全法第二十三条：防范网络攻击',
    endsAfter: { milliseconds: 10 * MINUTE_MS },
  },
  'share-life': {
    period: '直到您收回链接，或者链接到期（最长 90 天）后 30 天',
    basis: '个人信息保护法第十九条：让您看到链接被使用的情况所必要的最短时间',
    endsAfter: { milliseconds: 120 * DAY_MS },
  },
  'views-life': {
    period: '分享链接到期后 30 天',
    basis: '个人信息保护法第十九条：让您看到链接被使用的情况所必要的最短时间',
    endsAfter: { milliseconds: 30 * DAY_MS },
  },
  'offer-life': {
    period: '提出交换后 30 天；收回或撤回同意时当即删除',
    basis: '个人信息保护法第十九条：等待对方答复、不重复打扰对方所必要的最短时间',
    endsAfter: { milliseconds: 30 * DAY_MS },
  },
  'purpose-life': {
    period: '直到您撤回对这项目的的同意，或者注销账号',
    basis: '个人信息保护法第四十七条：目的已实现或者同意已撤回的，应当删除',
    endsAfter: { event: 'deleted-or-withdrawn' },
  },
  'delivery-life': {
    period: '直到这一次送达完成，最长 30 天',
    basis: '个人信息保护法第十九条：完成该次送达所必要的最短时间',
    endsAfter: { milliseconds: 30 * DAY_MS },
  },
  'upload-life': {
    period: '检查完立即删除；没有完成的上传，最长 48 小时',
    basis: '个人信息保护法第十九条：检查图片并去除附带信息所必要的最短时间',
    endsAfter: { milliseconds: 2 * DAY_MS },
  },
  'web-code-life': {
    period: '5 分钟',
    basis: '网络安全法第二十三条：防止扫码登录被冒用',
    endsAfter: { milliseconds: 5 * MINUTE_MS },
  },
  'proof-life': {
    period: '5 分钟，用过一次即失效',
    basis: '个人信息保护法第五十一条：防止他人冒用身份行使权利',
    endsAfter: { milliseconds: 5 * MINUTE_MS },
  },
  'mail-code-life': {
    period: '10 分钟，确认之后即删除',
    basis: '个人信息保护法第十九条：确认邮箱属于您所必要的最短时间',
    endsAfter: { milliseconds: 10 * MINUTE_MS },
  },
  'guardian-code-life': {
    period: '24 小时，或者到您重新取得代码为止',
    basis: '个人信息保护法第三十一条：让监护人有时间作答所必要的最短时间',
    endsAfter: { milliseconds: DAY_MS },
  },
  'check-repeat-life': {
    period: '核验后 24 小时（只留摘要和结果，不留您填写的内容）',
    basis: '防止网络重发使同一次核验重复提交给受托方',
    endsAfter: { milliseconds: DAY_MS },
  },
  'face-session-life': {
    period: '开始人脸核验后 130 分钟（受托方的凭证有效 120 分钟）',
    basis: '个人信息保护法第十九条：完成该次核验所必要的最短时间',
    endsAfter: { milliseconds: 130 * MINUTE_MS },
  },
  'risk-pass-life': {
    period: '复核结论作出后 180 天',
    basis: '个人信息保护法第二十四条：使推翻自动化决定的结论在合理期限内有效',
    endsAfter: { milliseconds: 180 * DAY_MS },
  },
  'review-three-years': {
    period: '处理完毕后三年',
    basis: '个人信息保护法第二十四条、第五十六条：说明和复核自动化决定的记录',
    endsAfter: { milliseconds: 3 * 365 * DAY_MS },
  },
  'proof-three-years': {
    period: '账号存续期间及注销后三年',
    basis: '个人信息保护法第五十六条、网络数据安全管理条例第十二条：处理记录至少保存三年',
    endsAfter: { milliseconds: 3 * 365 * DAY_MS },
  },
  'incident-life': {
    period: '安全事件处置结束后三年；与安全事件无关的告知，发出后三年',
    basis: '个人信息保护法第五十六条、网络数据安全管理条例第十二条：处理记录至少保存三年',
    endsAfter: { milliseconds: 3 * 365 * DAY_MS },
  },
  'log-life': {
    period: '写入后 186 天：届时销毁还原所需的密钥，代号不再指向任何人',
    basis: '网络安全法第二十三条第三项：网络日志留存不少于六个月',
    endsAfter: { milliseconds: 186 * DAY_MS },
  },
  'location-day': {
    period: '最长 24 小时；您设了时间的，到时间为止；关闭或撤回时当即删除',
    basis: '个人信息保护法第十九条、第二十九条：显示大致位置和附近的名片所必要的最短时间',
    endsAfter: { milliseconds: DAY_MS },
  },
  'location-month': {
    period: '30 天；关闭位置功能或撤回时当即删除',
    basis: '个人信息保护法第十九条、第二十九条：让您回看最近到过的地方所必要的最短时间',
    endsAfter: { milliseconds: 30 * DAY_MS },
  },
  'key-life': {
    period: '直到密钥被替换或者销毁',
    basis: '个人信息保护法第五十一条：采取加密等安全技术措施',
    endsAfter: { event: 'key-replaced' },
  },
} as const satisfies Record<string, RetentionRule>;

export type RetentionId = keyof typeof retention;

/** Length in milliseconds of a rule that ends by the clock. Throws for one that ends by an event: a programming error. */
export function retentionMs(id: RetentionId): number {
  const { endsAfter } = retention[id];
  if ('event' in endsAfter) throw new Error(`retention rule ${id} ends by event, not by clock`);
  return endsAfter.milliseconds;
}
