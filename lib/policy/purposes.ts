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
  /** When an optional purpose is asked for: at the first sign-in, or at the moment it is used (认定方法 二.3). */
  ask?: 'at-start';
  /** Effect of refusing or withdrawing, told before the choice. */
  ifRefused: string;
  /** What the code does when the purpose ends for one person. */
  atEnd: 'erase-at-once' | 'keep-for-period';
};

const CONSENT_GROUND = '《中华人民共和国个人信息保护法》第十三条第一款第一项（您的同意）';
/** The law asks for a consent of its own: for somebody who decides for itself, for what is public, for what is sensitive. */
const separateGround = <A extends string>(article: A) =>
  `《中华人民共和国个人信息保护法》第十三条第一款第一项、${article}（您的单独同意）` as const;
const SHARED_GROUND = separateGround('第二十三条');
const PUBLIC_GROUND = separateGround('第二十五条');
const SENSITIVE_GROUND = separateGround('第二十九条');
const SENSITIVE_SHARED_GROUND = separateGround('第二十三条、第二十九条');

const OPTIONAL_SERVICE = {
  method: '您自行填写，加密保存；只用于这一项服务。',
  basis: 'CONSENT',
  ground: CONSENT_GROUND,
  clause: '2.3',
  choice: 'optional',
  ifRefused: '只影响这一项服务；其他功能不受影响。关闭这项服务后信息随即删除。',
  atEnd: 'erase-at-once',
} as const;

export const purposes = {
  account: {
    name: '账号登录',
    why: '识别您的账号，让您不用密码就能登录，并保护登录状态不被他人冒用。',
    method:
      '在线自动处理；微信用户标识（OpenID）加密保存，仅用于向微信办理您发起的事项；用来认出您的是带密钥的不可逆摘要（哈希值）。',
    basis: 'CONTRACT',
    ground: '《中华人民共和国个人信息保护法》第十三条第一款第二项（履行您作为一方的服务约定所必需）',
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
    ground:
      '《中华人民共和国个人信息保护法》第十三条第一款第三项、《中华人民共和国网络安全法》第二十三条（保障网络安全的法定义务）',
    clause: '2.2.1、4',
    choice: 'basic',
    ifRefused: '这是法律要求的安全措施；在向您告知之前不会收集。',
    atEnd: 'keep-for-period',
  },
  accountability: {
    name: '合规留痕',
    why: '证明您的同意和撤回、以及我们对您信息的重要处理确实发生过，且没有被改动。',
    method: '在线自动处理；只增不改、可逐条校验的记录，记录编号和种类，不记录内容。',
    basis: 'LEGAL_DUTY',
    ground:
      '《中华人民共和国个人信息保护法》第十三条第一款第三项、第五十四条至第五十六条（合规证明的法定义务）',
    clause: '7.2、10',
    choice: 'basic',
    ifRefused: '这是法律要求保存的证明，记录中没有名片内容。',
    atEnd: 'keep-for-period',
  },
  incident: {
    name: '安全事件的处置和各项告知',
    why: '个人信息发生或者可能发生泄露、篡改、丢失时，查明涉及哪些人，及时补救，向主管部门报告，并告诉受影响的人；政策有重大变更等应当告知的，也由此告诉有关的人。',
    method:
      '在线自动处理；受影响的人由处理记录计算得出，名单与事件卷宗分开保存；安全事件的告知内容和发送范围须两人批准。',
    basis: 'LEGAL_DUTY',
    ground:
      '《中华人民共和国个人信息保护法》第十三条第一款第三项、第十七条第二款、第五十七条，《网络数据安全管理条例》第十一条（告知的法定义务）',
    clause: '7.2',
    choice: 'basic',
    ifRefused: '这是法律要求的告知，不能拒绝；您可以选择用哪些方式收到。',
    atEnd: 'keep-for-period',
  },
  cards: {
    name: '电子名片',
    why: '为您建立、保存、展示和修改电子名片。',
    method: '在线自动处理；名片内容用您个人专属的密钥加密保存。',
    basis: 'CONSENT',
    ground: SHARED_GROUND,
    clause: '2.1',
    choice: 'optional',
    ask: 'at-start',
    ifRefused: '不能使用名片功能；登录、查看政策和管理设备不受影响。撤回同意后名片随即停用并删除。',
    atEnd: 'erase-at-once',
  },
  'card-public': {
    name: '公开名片内容',
    why: '把您选定的名片内容给所有人看，例如让附近的人认识您。',
    method: '在线自动处理；只公开您逐项选定的内容，随时可以收回，收回后下一次查看即看不到。',
    basis: 'CONSENT',
    ground: PUBLIC_GROUND,
    clause: '5.1.1',
    choice: 'optional',
    ifRefused: '名片内容只给持有您分享链接的人看；其他功能不受影响。公开的内容可能被看到的人记住或转告。',
    atEnd: 'erase-at-once',
  },
  'viewer-name': {
    name: '看名片时留名',
    why: '您打开别人分享的名片时，让对方知道是您（显示您的昵称）看过。',
    method: '在线自动处理；只记录您看过哪个链接和日期，对方只看到您当时的昵称。',
    basis: 'CONSENT',
    ground: CONSENT_GROUND,
    clause: '2.2.1',
    choice: 'optional',
    ifRefused: '对方只看到大致的查看次数，不知道是谁；其他功能不受影响。撤回后记录随即删除。',
    atEnd: 'erase-at-once',
  },
  phone: {
    name: '绑定手机号',
    why: '让您用手机号证明账号属于您，并在换微信之后找回账号。',
    method: '由微信在您点击授权后提供；只保存加密后的号码和用于查重的带密钥的不可逆摘要（哈希值）。',
    basis: 'CONSENT',
    ground: SHARED_GROUND,
    clause: '4',
    choice: 'optional',
    ifRefused: '不能用手机号证明身份；其他功能不受影响。',
    atEnd: 'erase-at-once',
  },
  email: {
    name: '用邮箱接收告知',
    why: '发生安全事件等依法应当告诉您的事情时，除了小程序里的通知，也写信到您的邮箱。',
    method: '您自行填写，凭发到邮箱的验证码确认；只保存加密后的地址，不用于登录，也不用于推广。',
    basis: 'CONSENT',
    ground: CONSENT_GROUND,
    clause: '7.2',
    choice: 'optional',
    ifRefused: '不会给您写信；小程序里的通知和其他功能不受影响。删除邮箱或者撤回同意后地址随即删除。',
    atEnd: 'erase-at-once',
  },
  'account-link': {
    name: '关联其他入口的账号',
    why: '让您从另一个微信小程序入口（例如微信支付）进来时，用的还是同一个账号。',
    method:
      '凭您在那个入口刚刚取得的一次性登录凭证确认；该入口的微信标识只保存为带密钥的不可逆摘要（哈希值）。',
    basis: 'CONSENT',
    ground: SHARED_GROUND,
    clause: '7.1',
    choice: 'optional',
    ifRefused: '不能从其他入口登录这个账号；从本小程序登录和其他功能不受影响。解除关联后立即失效。',
    atEnd: 'erase-at-once',
  },
  'real-name': {
    name: '实名核验（身份信息）',
    why: '核对姓名、身份证件号码（以及您选择时的手机号）是否一致，确认一个人只有一个实名账号。',
    method:
      '通过互联网加密传输至受托方核对；证件号码核对后即丢弃，只留带密钥的不可逆摘要（哈希值）和部分遮挡的姓名。',
    basis: 'CONSENT',
    ground: SENSITIVE_GROUND,
    clause: '2.1',
    choice: 'optional',
    ifRefused: '不能显示实名标识；名片等其他功能不受影响。身份信息一旦泄露可能被冒用，所以我们不保存号码。',
    atEnd: 'erase-at-once',
  },
  'real-name-bank': {
    name: '实名核验（银行卡）',
    why: '您选择用银行卡核验时，核对银行卡与姓名、证件号码、手机号是否属于同一个人。',
    method: '通过互联网加密传输至受托方核对；卡号核对后即丢弃，不作任何保存。',
    basis: 'CONSENT',
    ground: SENSITIVE_GROUND,
    clause: '2.1',
    choice: 'optional',
    ifRefused: '可以改用其他核验方式。卡号一旦泄露可能造成财产损失，所以我们不保存卡号。',
    atEnd: 'erase-at-once',
  },
  'real-name-face': {
    name: '实名核验（人脸）',
    why: '您选择人脸核验时，由受托方在其页面上完成人脸比对，我们只取得通过与否。',
    method: '您的人脸影像通过互联网传输至受托方（腾讯云）比对；我们不接收、不保存任何影像。',
    basis: 'CONSENT',
    ground: SENSITIVE_GROUND,
    clause: '2.1',
    choice: 'optional',
    ifRefused: '可以改用其他核验方式，结果完全相同。人脸信息一旦泄露难以更换，请谨慎选择。',
    atEnd: 'erase-at-once',
  },
  'real-name-network': {
    name: '实名核验（国家网络身份认证）',
    why: '您选择用网号、网证核验时，由国家网络身份认证公共服务确认您的身份，我们只取得核验结果。',
    method: '在线自动处理；不取得、不要求您另行提供姓名和证件号码，因此名片上不显示姓名已核验的标识。',
    basis: 'CONSENT',
    ground: SENSITIVE_SHARED_GROUND,
    clause: '2.1',
    choice: 'optional',
    ifRefused: '可以改用其他核验方式，服务完全相同。',
    atEnd: 'erase-at-once',
  },
  minors: {
    name: '未成年人保护',
    why: '依法识别未满十四周岁和未满十八周岁的用户，取得监护人同意，并作年度审计。',
    method: '在线自动处理；只保存年龄段标记和监护人的账号编号，不保存出生日期。',
    basis: 'LEGAL_DUTY',
    ground: '《中华人民共和国个人信息保护法》第三十一条、《未成年人网络保护条例》第三十七条（法定义务）',
    clause: '2.1',
    choice: 'basic',
    ifRefused: '这是法律要求的保护措施；监护人不同意时不进行实名核验，未满十四周岁的只提供基本服务。',
    atEnd: 'keep-for-period',
  },
  review: {
    name: '请求、投诉、申诉和人工答复',
    why: '让您提出请求、咨询、投诉和建议，对核验结果、风险判断提出申诉，由人工办理、复核，并说明理由。',
    method: '由工作人员处理；内容加密保存，每次查看都写入您的处理记录。',
    basis: 'LEGAL_DUTY',
    ground: '《中华人民共和国个人信息保护法》第二十四条、第四十六条、第五十条（复核与答复的法定义务）',
    clause: '8.2',
    choice: 'basic',
    ifRefused: '不提出即不处理。',
    atEnd: 'keep-for-period',
  },
  access: {
    name: '查阅、复制、转移个人信息',
    why: '按您的要求，把我们保存的您的信息整理成一份副本交给您，或者整理成您可以交给其他服务的转移包。',
    method: '在线自动处理；副本用一个随机密钥加密，只能由发起导出的登录取走，到期或者失效时密钥随即删除。',
    basis: 'LEGAL_DUTY',
    ground:
      '《中华人民共和国个人信息保护法》第十三条第一款第三项、第四十五条（提供查阅、复制、转移的法定义务）',
    clause: '8.1',
    choice: 'basic',
    ifRefused: '不导出即不处理。',
    atEnd: 'keep-for-period',
  },
  profile: {
    name: '昵称和头像',
    why: '让别人认出您。',
    method: '您自行填写；图片去除拍摄地点、时间、设备等附带信息后保存。',
    basis: 'CONSENT',
    ground: SHARED_GROUND,
    clause: '2.1',
    choice: 'optional',
    ifRefused: '不显示昵称和头像；其他功能不受影响。',
    atEnd: 'erase-at-once',
  },
  'service-fund': { name: '公积金查询', why: '查询住房公积金时预填所需信息。', ...OPTIONAL_SERVICE },
  'service-social': { name: '社保查询', why: '查询社会保险时预填所需信息。', ...OPTIONAL_SERVICE },
  'service-transport': { name: '交通服务', why: '办理交通出行业务时预填所需信息。', ...OPTIONAL_SERVICE },
  'service-tax': { name: '税务服务', why: '办理税务业务时预填所需信息。', ...OPTIONAL_SERVICE },
  'service-household': {
    name: '户政服务',
    why: '办理户籍业务时预填所需信息。',
    ...OPTIONAL_SERVICE,
    ground: SENSITIVE_GROUND,
  },
  delivery: {
    name: '线下送达',
    why: '把您申请的证照、材料送到您手中。',
    method: '您自行填写；只用于这一次送达，完成即删除。',
    basis: 'CONSENT',
    ground: CONSENT_GROUND,
    clause: '2.4',
    choice: 'optional',
    ifRefused: '改为到窗口领取；其他功能不受影响。',
    atEnd: 'erase-at-once',
  },
  preferences: {
    name: '偏好设置',
    why: '按您选的语言和方式提供服务，目前只有简体中文。个性化和调查邀请默认关闭。本服务目前没有任何个性化，打开还是关闭，您看到的都一样；以后如果有，也只对打开了的人。调查邀请只发给打开了它的成年人，发出之前关闭的不发。',
    method: '在线自动处理。',
    basis: 'CONTRACT',
    ground:
      '《中华人民共和国个人信息保护法》第十三条第一款第二项、第二十四条（按您的设置提供服务，可以随时拒绝个性化）',
    clause: '4',
    choice: 'basic',
    ifRefused: '不设置即使用默认：简体中文，不个性化，不邀请调查。',
    atEnd: 'erase-at-once',
  },
  location: {
    name: '位置',
    why: '让您看到自己大致在哪里；您允许时，让同样允许的附近的人看到您公开的名片，也让您看到他们的。',
    method:
      '您的设备提供的位置先换算成您选的精度的网格再加密保存，确切的位置不保存；附近的人只看到大致的距离区间。',
    basis: 'CONSENT',
    ground: SENSITIVE_GROUND,
    clause: '2.2.2',
    choice: 'optional',
    ifRefused: '不能使用位置和附近的名片；其他功能不受影响。关闭或撤回时位置当即删除，之后不再接收。',
    atEnd: 'erase-at-once',
  },
  'location-history': {
    name: '位置历史',
    why: '让您回看自己最近 30 天到过的地方。',
    method: '只保存您更新过的网格和时间，加密保存，只有您自己看得到。',
    basis: 'CONSENT',
    ground: SENSITIVE_GROUND,
    clause: '2.2.2',
    choice: 'optional',
    ifRefused:
      '只保留最后一个位置，最长 24 小时；其他功能不受影响。行踪泄露可能影响人身安全，所以默认不保存历史。',
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

/** Purposes to be asked for when a person first signs in. The others are asked for when they are used. */
export function askedAtStart(id: PurposeId): boolean {
  const purpose: Purpose = purposes[id];
  return purpose.ask === 'at-start';
}
