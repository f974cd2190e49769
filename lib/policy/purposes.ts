/**
 * Why we process personal data (PIPL art. 6, 13, 17). The gate lets an operation run only under a purpose listed
 * here, and the policy a person reads is rendered from here (promise K7).
 */
export type Purpose = {
  /** Shown to the person. */
  name: string;
  why: string;
  method: string;
  /** PIPL art. 13: only CONSENT needs a recorded act. */
  basis: 'CONSENT' | 'CONTRACT' | 'LEGAL_DUTY';
  /** The article behind the basis, shown to the person. */
  ground: string;
  /** Clause of the operator's privacy policy. */
  clause: string;
  /** Basic purposes cannot be refused while the account exists; optional ones can, at no other cost (art. 16). */
  choice: 'basic' | 'optional';
  /** Effect of refusing or withdrawing, told before the choice. */
  ifRefused: string;
  /** What the code does when the purpose ends for one person. */
  atEnd: 'erase-at-once' | 'keep-for-period';
};

export const purposes = {
  account: {
    name: '账号登录',
    why: '识别您的账号，让您不用密码就能登录，并保护登录状态不被他人冒用。',
    method: '在线自动处理；微信标识只保存为不可逆的加密摘要。',
    basis: 'CONTRACT',
    ground: '个人信息保护法第十三条第一款第二项（履行您作为一方的服务约定所必需）',
    clause: '2.1',
    choice: 'basic',
    ifRefused: '不登录即不处理；已有账号可以随时注销。',
    atEnd: 'erase-at-once',
  },
  security: {
    name: '账号安全',
    why: '让您看到自己的账号在哪些设备上登录，并发现和阻止异常登录。',
    method: '在线自动处理；网络地址先截去末段再加密保存。',
    basis: 'LEGAL_DUTY',
    ground: '个人信息保护法第十三条第一款第三项、网络安全法第二十三条（保障网络安全的法定义务）',
    clause: '2.2.1、4',
    choice: 'basic',
    ifRefused: '这是法律要求的安全措施；在向您告知之前不会收集。',
    atEnd: 'keep-for-period',
  },
  accountability: {
    name: '履责证明',
    why: '证明您的同意和撤回、以及我们对您信息的重要处理确实发生过，且没有被改动。',
    method: '在线自动处理；只追加、前后相扣的记录，记录编号和种类，不记录内容。',
    basis: 'LEGAL_DUTY',
    ground: '个人信息保护法第十三条第一款第三项、第五十四条至第五十六条（合规证明的法定义务）',
    clause: '7.2、10',
    choice: 'basic',
    ifRefused: '这是法律要求保存的证明，记录中没有名片内容。',
    atEnd: 'keep-for-period',
  },
  cards: {
    name: '电子名片',
    why: '为您建立、保存、展示和修改电子名片。',
    method: '在线自动处理；名片内容用您个人专属的密钥加密保存。',
    basis: 'CONSENT',
    ground: '个人信息保护法第十三条第一款第一项（您的同意）',
    clause: '2.1',
    choice: 'optional',
    ifRefused: '不能使用名片功能；登录、查看政策和管理设备不受影响。撤回同意后名片随即停用并删除。',
    atEnd: 'erase-at-once',
  },
} as const satisfies Record<string, Purpose>;

export type PurposeId = keyof typeof purposes;

/** Purposes that rest on consent: the only ones that can be granted or withdrawn. */
export type ConsentPurposeId = {
  [Id in PurposeId]: (typeof purposes)[Id]['basis'] extends 'CONSENT' ? Id : never;
}[PurposeId];

export const purposeIds = Object.keys(purposes) as PurposeId[];

export const consentPurposeIds = purposeIds.filter(needsConsent);

/** Whether a purpose rests on the person's own act. */
export function needsConsent(id: PurposeId): id is ConsentPurposeId {
  const purpose: Purpose = purposes[id];
  return purpose.basis === 'CONSENT';
}
