import type { ClauseId } from './clauses';

/**
 * Every right that the policy promises, how it is exercised, and by which operations it is given (PIPL art. 44–50). The policy
 * promises what stands here and nothing else; a test demands that every operation is one of the service.
 */
export type Right = {
  clause: ClauseId;
  says: string;
  how: string;
  operations: readonly [string, ...string[]];
};

export const rights = [
  {
    clause: '8.1',
    says: '查阅：看到我们保存了您的什么、为什么、到什么时候、给过谁。',
    how: '小程序“我的信息”；“谁用了我的信息”逐条列出每一次查看和提供，可以提出异议。',
    operations: ['rights/overview', 'rights/held', 'rights/usage', 'rights/dispute', 'consent/ownLists'],
  },
  {
    clause: '8.1',
    says: '复制：取走全部信息的副本，能打印的页面、JSON、vCard 和图片。',
    how: '小程序“导出我的信息”，先验证是您本人；名片也可以单张导出为 vCard。',
    operations: ['rights/startExport', 'rights/exportPiece', 'cards/exportVCard'],
  },
  {
    clause: '8.1',
    says: '转移：把您提供的信息整理成带签名的转移包，由您交给其他服务。',
    how: '小程序“转移到其他服务”，先验证是您本人；四个条件有不符合的，写明是哪一个。',
    operations: ['rights/startTransfer', 'rights/exportPiece'],
  },
  {
    clause: '8.1',
    says: '更正、补充：改正不准确、不完整的信息。',
    how: '名片、昵称、服务信息在各自的页面直接修改；不能自行修改的，提交工单由人工更正。曾经得到过的接收方随之被告知，您自己更正的由您决定是否告知。',
    operations: [
      'cards/update',
      'profile/update',
      'rights/askTicket',
      'rights/correctFor',
      'rights/tellCorrection',
    ],
  },
  {
    clause: '8.1',
    says: '删除：删除一张名片、某一处理目的下的全部信息，或者全部信息，并取得签名的删除证明。',
    how: '名片页面“删除”；“我的信息”中逐项删除；注销即删除全部。',
    operations: ['cards/delete', 'rights/erasePart', 'rights/close', 'rights/certificate'],
  },
  {
    clause: '8.1',
    says: '限制处理：要求只保存、不使用，也可以再恢复。',
    how: '小程序“限制处理”。',
    operations: ['rights/restrict', 'rights/liftRestriction'],
  },
  {
    clause: '8.1',
    says: '身后安排：说明您去世后由近亲属怎样处理，或者不许处理。',
    how: '小程序“身后安排”。',
    operations: ['rights/directive'],
  },
  {
    clause: '8.2',
    says: '要求解释处理规则，提出请求、咨询、投诉，得到人工答复和理由。',
    how: '小程序“工单”，15 个工作日内答复，可以撤回、可以评价。',
    operations: [
      'rights/explain',
      'rights/askTicket',
      'rights/ownTickets',
      'rights/withdrawTicket',
      'rights/rateTicket',
    ],
  },
  {
    clause: '8.2',
    says: '拒绝只由程序作出的决定：对实名核验的结果、风险判断、名片内容的判断和下架不服的，由人工复核并说明理由。',
    how: '小程序“申诉”；名片下架的，在那张名片的页面申诉，由下架的人以外的工作人员复核。',
    operations: ['identity/appeal', 'identity/ownAppeals', 'cards/appealTakeDown'],
  },
  {
    clause: '8.2',
    says: '拒绝个性化和调查邀请：两项都默认关闭，随时可以关闭。',
    how: '小程序“偏好设置”。',
    operations: ['profile/getPreferences', 'profile/setPreferences'],
  },
  {
    clause: '8.3',
    says: '管理登录：看到每个登录的设备，结束任何一个或者其他全部。',
    how: '小程序“登录设备”；导出、注销等重要操作须先在小程序内验证本人，验证只用于这一件事。',
    operations: ['login/listSessions', 'login/revokeSession', 'login/revokeOthers', 'login/proveSelf'],
  },
  {
    clause: '8.5',
    says: '同意、不同意、撤回同意；撤回与同意同样方便，撤回之后立即停止处理并开始删除，不影响撤回之前已经进行的处理，也不影响不依赖该同意的功能。',
    how: '小程序“同意管理”；每一次选择都可以取得签名的回执。',
    operations: ['consent/grant', 'consent/refuse', 'consent/withdraw', 'consent/status', 'consent/receipt'],
  },
  {
    clause: '8.5',
    says: '注销账号：7 天内只保存、不使用，可以撤销，也可以立即删除。',
    how: '小程序“注销账号”，先验证是您本人；也可以请客服代办。',
    operations: ['rights/close', 'rights/cancelClosing', 'rights/closeNow', 'rights/closeFor'],
  },
] as const satisfies readonly Right[];
