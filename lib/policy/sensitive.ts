import type { KindId, kinds } from './kinds';

/**
 * Why each sensitive kind is necessary, and what it may mean for the person (PIPL art. 30): told beside the question and
 * in the policy. A sensitive kind that is not explained here does not compile.
 */
export type SensitiveKindId = {
  [Id in KindId]: (typeof kinds)[Id]['class'] extends 'technical' | 'general' ? never : Id;
}[KindId];

export const sensitiveNotices = {
  'id-digest': {
    necessity: '只有比对摘要，才能保证一个证件号码只用于一个账号，防止他人冒用您的身份；号码本身不保存。',
    effect: '摘要不能还原成号码。如果被滥用，可能暴露某个号码已经在这里实名。',
  },
  'bank-result': {
    necessity: '您选择银行卡方式时，要记下核对是否一致，才能显示实名标识；卡号不保存。',
    effect: '结果泄露可能让人知道您用银行卡核验过，不会泄露卡号，也不能用来动用您的资金。',
  },
  'face-token': {
    necessity: '您选择人脸方式时，要凭一次性凭证向受托方查询比对结果；影像不经过我们，也不保存。',
    effect: '人脸信息一旦泄露难以更换，可能影响人身和财产安全；您可以改用其他方式，结果完全相同。',
  },
  'age-band': {
    necessity: '法律要求识别未满十四周岁和未满十八周岁的用户，取得监护人同意并每年审计；出生日期不保存。',
    effect: '标记泄露可能让人知道账号属于未成年人，所以工作人员每次查看都有记录。',
  },
  guardian: {
    necessity: '未满十四周岁须先有监护人同意，要记下是哪一个账号作出的同意，才能证明和撤回。',
    effect: '泄露可能让人知道两个账号之间的监护关系；只保存内部编号，不保存监护人的姓名和号码。',
  },
  'network-id-digest': {
    necessity: '只有比对摘要，才能保证一个网号只用于一个账号。',
    effect: '摘要不能还原成网号。如果被滥用，可能暴露某个网号已经在这里实名。',
  },
  'household-attributes': {
    necessity: '办理户籍业务的表格要求这些内容；不预填也可以到窗口填写。',
    effect: '民族、户籍等信息泄露可能导致歧视或者被用于冒充您，所以加密保存，关闭服务即删除。',
  },
  'location-point': {
    necessity: '不知道您大致在哪里，就不能显示您的位置和附近的名片；只留最后一个网格，不留确切的位置。',
    effect: '行踪泄露可能影响人身和财产安全，所以默认约 5 公里的精度，加密保存，最长 24 小时。',
  },
  'location-cell': {
    necessity: '要找到附近也愿意被找到的人，须按网格查找；保存的是不可逆摘要，看不出是哪个网格。',
    effect: '附近的人会知道您在几公里之内；他们看不到方向和位置，怎样反复询问也不比约 1 公里的网格更准。',
  },
  'location-history': {
    necessity: '只有保存到过的网格，您才能回看；不同意就不保存。',
    effect: '行踪轨迹泄露可能暴露您的住处和习惯，影响人身安全，所以加密保存，只有您自己看得到。',
  },
} as const satisfies Record<SensitiveKindId, { necessity: string; effect: string }>;
