import { endOfPeriod, fixedMs, type Period } from './period';
import { LAW, type RetentionRule, record, withAccount } from './retention-rule';

export const retention = {
  'account-life': {
    ...withAccount,
    basis: `${LAW}第十九条：实现登录这一目的所必要的最短时间`,
  },
  'minor-life': {
    ...withAccount,
    basis: `${LAW}第三十一条：账号存续期间保护未成年人、证明监护人同意所必要的最短时间`,
  },
  'preference-life': {
    ...withAccount,
    basis: `${LAW}第十九条：账号存续期间按您的设置提供服务所必要的最短时间`,
  },
  'open-ticket-life': {
    ...withAccount,
    basis: `${LAW}第十九条：把重复的请求并入正在办理的工单所必要的最短时间`,
  },
  'held-count-life': {
    ...withAccount,
    basis: `${LAW}第五十二条：统计敏感个人信息涉及人数、判断是否达到法定数量所必要的最短时间`,
  },
  'dormant-account': {
    period:
      '连续 24 个月没有使用：到期前 30 天和 7 天各提醒您一次，仍没有使用的，按注销处理（7 天内可以撤销）',
    basis: `${LAW}第十九条：不再需要时不继续保存`,
    ends: { months: 24 },
    atEnd: 'delete',
  },
  'card-life': {
    period: '直到您删除名片，或者撤回对名片服务的同意',
    basis: `${LAW}第四十七条：目的已实现或者同意已撤回的，应当删除`,
    ends: { event: 'deleted-or-withdrawn' },
    atEnd: 'delete',
  },
  'session-life': {
    period: '登录后 30 天（网页上为 8 小时），或者到您退出该设备、结束它所凭的登录方式为止',
    basis: `${LAW}第十九条：登录状态的最长有效期`,
    ends: { days: 30 },
    atEnd: 'delete',
  },
  /** The session of a browser, which others may use after its person. */
  'web-session-life': {
    period: '网页登录后 8 小时，或者到您退出为止',
    basis: `${LAW}第十九条：网页登录状态的最长有效期，电脑可能有他人使用`,
    ends: { hours: 8 },
    atEnd: 'delete',
  },
  'deleted-card-marker': {
    period: '删除名片后 24 小时（只留编号，不留内容）',
    basis: `${LAW}第四十七条：防止网络重发把已删除的名片重新建立`,
    ends: { hours: 24 },
    atEnd: 'delete',
  },
  'attempt-window': {
    period: '10 分钟；按小时、按天限制的操作为一小时、一天',
    basis: '《中华人民共和国网络安全法》第二十三条：防范网络攻击',
    ends: { minutes: 10 },
    atEnd: 'delete',
  },
  'share-life': {
    period: '直到您收回链接，或者链接到期（最长 90 天）后 30 天',
    basis: `${LAW}第十九条：让您看到链接被使用的情况所必要的最短时间`,
    ends: { days: 120 },
    atEnd: 'delete',
  },
  'views-life': {
    period: '分享链接到期后 30 天',
    basis: `${LAW}第十九条：让您看到链接被使用的情况所必要的最短时间`,
    ends: { days: 30 },
    atEnd: 'delete',
  },
  'offer-life': {
    period: '提出交换后 30 天；收回或撤回同意时当即删除',
    basis: `${LAW}第十九条：等待对方答复、不重复打扰对方所必要的最短时间`,
    ends: { days: 30 },
    atEnd: 'delete',
  },
  'purpose-life': {
    period: '直到您撤回该项同意，或者注销账号',
    basis: `${LAW}第四十七条：目的已实现或者同意已撤回的，应当删除`,
    ends: { event: 'deleted-or-withdrawn' },
    atEnd: 'delete',
  },
  'delivery-life': {
    period: '直到这一次送达完成，最长 30 天',
    basis: `${LAW}第十九条：完成该次送达所必要的最短时间`,
    ends: { days: 30 },
    atEnd: 'delete',
  },
  'upload-life': {
    period: '检查完立即删除；没有完成的上传，最长 48 小时',
    basis: `${LAW}第十九条：检查图片并去除附带信息所必要的最短时间`,
    ends: { days: 2 },
    atEnd: 'delete',
  },
  'web-code-life': {
    period: '5 分钟',
    basis: '《中华人民共和国网络安全法》第二十三条：防止扫码登录被冒用',
    ends: { minutes: 5 },
    atEnd: 'delete',
  },
  'proof-life': {
    period: '5 分钟，用过一次即失效',
    basis: `${LAW}第五十一条：防止他人冒用身份行使权利`,
    ends: { minutes: 5 },
    atEnd: 'delete',
  },
  'mail-code-life': {
    period: '10 分钟，确认之后即删除',
    basis: `${LAW}第十九条：确认邮箱属于您所必要的最短时间`,
    ends: { minutes: 10 },
    atEnd: 'delete',
  },
  'guardian-code-life': {
    period: '24 小时，或者到您重新取得代码为止',
    basis: `${LAW}第三十一条：让监护人有时间作答所必要的最短时间`,
    ends: { hours: 24 },
    atEnd: 'delete',
  },
  'refused-claim-life': {
    period: '30 天，或者到申诉有结论为止',
    basis: `${LAW}第五十条：号码已被另一个账号占用，或者您的核验因此失效时，供您知情、提出申诉以及办理和复核所必要的最短时间`,
    ends: { days: 30 },
    atEnd: 'delete',
  },
  'check-repeat-life': {
    period: '核验后 24 小时（只留摘要和结果，不留您填写的内容）',
    basis: `${LAW}第十九条：防止网络重发使同一次核验重复提交给受托方`,
    ends: { hours: 24 },
    atEnd: 'delete',
  },
  'face-session-life': {
    period: '开始人脸核验后 130 分钟（受托方的凭证有效 120 分钟）',
    basis: `${LAW}第十九条：完成该次核验所必要的最短时间`,
    ends: { minutes: 130 },
    atEnd: 'delete',
  },
  'risk-pass-life': {
    period: '复核结论作出后 180 天',
    basis: `${LAW}第二十四条：使推翻自动化决定的结论在合理期限内有效`,
    ends: { days: 180 },
    atEnd: 'delete',
  },
  'review-three-years': {
    ...record,
    period: '处理完毕后三年',
    basis: `${LAW}第二十四条、第五十条、第五十六条：答复请求、复核自动化决定的记录，处理情况记录至少保存三年`,
  },
  'report-three-years': {
    period: '举报后三年；您注销账号的，随即删除',
    basis: '《中华人民共和国网络安全法》第四十九条：处置举报，并在举报人追问时答复',
    ends: { months: 36 },
    atEnd: 'delete',
  },
  'proof-three-years': {
    period: '账号存续期间及注销后三年',
    ...record,
    ends: { months: 36, after: 'account-ended' },
  },
  'evidence-three-years': {
    period: '出具、提供或者确认后三年',
    ...record,
  },
  'incident-life': {
    period: '安全事件处置结束后三年；与安全事件无关的告知，发出后三年',
    ...record,
    ends: { months: 36, after: 'incident-handled' },
  },
  'hold-life': {
    period:
      '直到封存的理由消失；每次封存都写明复核日期，最长 180 天复核一次。封存决定的记录在解除后再保存三年',
    basis: `${LAW}第四十七条第二款：法律规定的期限未满，或者有争议、调查需要的，只存储和采取安全措施`,
    ends: { event: 'hold-released' },
    atEnd: 'delete',
  },
  'hold-record-life': {
    period: '封存解除后三年',
    ...record,
  },
  'log-life': {
    period: '写入后六个月（按自然月计）：届时销毁还原所需的密钥，代号不再指向任何人',
    basis: '《中华人民共和国网络安全法》第二十三条第三项：网络日志留存不少于六个月',
    ends: { months: 6 },
    atEnd: 'anonymise',
    minimum: { months: 6 },
  },
  'location-day': {
    period: '最长 24 小时；您设了时间的，到时间为止；关闭或撤回时当即删除',
    basis: `${LAW}第十九条、第二十九条：显示大致位置和附近的名片所必要的最短时间`,
    ends: { hours: 24 },
    atEnd: 'delete',
  },
  'location-month': {
    period: '30 天；关闭位置功能或撤回时当即删除',
    basis: `${LAW}第十九条、第二十九条：让您回看最近到过的地方所必要的最短时间`,
    ends: { days: 30 },
    atEnd: 'delete',
  },
  'export-life': {
    period:
      '您要求导出之后 24 小时；撤回任何一项同意、删除某一处理目的下的信息、关闭位置功能、注销账号或者取消导出时提前失效',
    basis: `${LAW}第十九条、第四十五条：让您取走副本所必要的最短时间`,
    ends: { hours: 24 },
    atEnd: 'delete',
  },
  'work-life': {
    period: '直到该项处理完成',
    basis: `${LAW}第十九条：完成该项处理所必要的最短时间`,
    ends: { event: 'work-done' },
    atEnd: 'delete',
  },
  'service-life': {
    period: '本服务存续期间（不含任何人的信息）',
    basis: `${LAW}第五十四条、第五十六条：供合规审计和监督检查使用的处理记录`,
    ends: { event: 'service-ended' },
    atEnd: 'delete',
  },
  'key-life': {
    period: '直到密钥被替换或者销毁',
    basis: `${LAW}第五十一条：采取加密等安全技术措施`,
    ends: { event: 'key-replaced' },
    atEnd: 'delete',
  },
} as const satisfies Record<string, RetentionRule>;

export type RetentionId = keyof typeof retention;

/** The rule of an id, whatever its own form is. */
export function ruleOf(id: RetentionId): RetentionRule {
  return retention[id];
}

/** The period of a rule; undefined for one that an event ends. */
export function periodOf(id: RetentionId): Period | undefined {
  const { ends } = ruleOf(id);
  return 'event' in ends ? undefined : ends;
}

/**
 * When what a rule counts from a moment is over, in epoch milliseconds.
 * @throws Error for a rule that ends by an event: a programming error
 */
export function endOfRetention(id: RetentionId, fromMs: number): number {
  const period = periodOf(id);
  if (!period) throw new Error(`retention rule ${id} ends by event, not by clock`);
  return endOfPeriod(period, fromMs);
}

/** Length in milliseconds of a rule of fixed length. @throws Error for any other: a programming error */
export function retentionMs(id: RetentionId): number {
  const period = periodOf(id);
  const length = period && fixedMs(period);
  if (length === undefined) throw new Error(`retention rule ${id} has no fixed length`);
  return length;
}
