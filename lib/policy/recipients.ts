import type { KindId } from './kinds';
import type { PurposeId } from './purposes';

/** What passes through to a recipient and is never stored here. */
export const passingKinds = {
  'login-code': '一次性凭证',
  'network-address': '当时的网络地址',
  'share-token': '分享链接的随机编号',
  'confirmation-code': '确认邮箱的验证码',
  'identity-input': '姓名、证件号码，以及所选方式需要的手机号、银行卡号',
} as const;
export type PassingKind = keyof typeof passingKinds;

/**
 * Who else touches personal data (PIPL art. 21, 23; 网络数据安全管理条例 art. 12, 21). Shown in the policy as
 * 与第三方共享个人信息清单.
 */
export type Recipient = {
  name: string;
  /** `entrusted` acts for us under an agreement; `independent-controller` decides for itself; `authority` has a power by law. */
  role: 'entrusted' | 'independent-controller' | 'authority';
  /** The agreement that an entrusted party acts under (PIPL art. 21), and its last day (YYYY-MM-DD, in Beijing). */
  agreement?: { name: string; expiresOn: string };
  /**
   * By which law one that decides for itself gets what it does without the person's consent to that recipient; absent where that
   * consent is what it rests on (PIPL art. 13, 23; promise D2).
   */
  ground?: string;
  contact: string;
  /** Where it sits, as far down as is sure; its full address is for officers to propose. */
  address: string;
  region: string;
  why: string;
  purpose: PurposeId;
  /** Further purposes of a separate consent for which the same recipient is asked. */
  alsoFor?: readonly PurposeId[];
  /** `all` for those who store everything. */
  kinds: 'all' | readonly (KindId | PassingKind)[];
};

export const recipients = {
  wechat: {
    name: '深圳市腾讯计算机系统有限公司（微信）',
    role: 'independent-controller',
    ground:
      '《中华人民共和国个人信息保护法》第十三条第一款第二项：您自己从微信登录，交回的只是微信刚刚发出的凭证',
    contact: '微信客服 95017',
    address: '广东省深圳市南山区',
    region: '中国内地',
    why: '您从微信小程序登录，或者验证是您本人时，由微信确认您的微信标识；我们只交回微信刚刚发给您的一次性登录凭证。',
    purpose: 'account',
    kinds: ['login-code'],
  },
  'wechat-phone': {
    name: '深圳市腾讯计算机系统有限公司（微信手机号服务）',
    role: 'independent-controller',
    contact: '微信客服 95017',
    address: '广东省深圳市南山区',
    region: '中国内地',
    why: '您绑定手机号，或者凭手机号登录、验证是您本人、合并账号时，凭一次性凭证向微信取得您的号码。',
    purpose: 'phone',
    kinds: ['login-code'],
  },
  'wechat-link': {
    name: '深圳市腾讯计算机系统有限公司（微信，其他入口）',
    role: 'independent-controller',
    contact: '微信客服 95017',
    address: '广东省深圳市南山区',
    region: '中国内地',
    why: '您关联其他入口时，凭那个入口的一次性登录凭证向微信确认是您本人。',
    purpose: 'account-link',
    kinds: ['login-code'],
  },
  'wechat-risk': {
    name: '深圳市腾讯计算机系统有限公司（微信安全评级）',
    role: 'independent-controller',
    ground:
      '《中华人民共和国个人信息保护法》第十三条第一款第三项、《中华人民共和国网络安全法》第二十三条：保障账号安全的法定义务',
    contact: '微信客服 95017',
    address: '广东省深圳市南山区',
    region: '中国内地',
    why: '在您绑定手机号、关联其他入口之前，由微信判断是否有人冒用；判断不作为唯一依据，您可以申请人工复核。',
    purpose: 'security',
    kinds: ['wechat-openid', 'network-address'],
  },
  'wechat-text': {
    name: '深圳市腾讯计算机系统有限公司（微信内容安全）',
    role: 'independent-controller',
    contact: '微信客服 95017',
    address: '广东省深圳市南山区',
    region: '中国内地',
    why: '您把名片内容给别人看之前，由微信检查其中的文字是否违规；只交出您给别人看的文字和您的微信标识。',
    purpose: 'cards',
    kinds: [
      'wechat-openid',
      'card-name',
      'card-organisation',
      'card-phone',
      'card-mail',
      'card-address',
      'card-site',
      'card-note',
      'card-wechat',
    ],
  },
  'wechat-nickname': {
    name: '深圳市腾讯计算机系统有限公司（微信内容安全，昵称）',
    role: 'independent-controller',
    contact: '微信客服 95017',
    address: '广东省深圳市南山区',
    region: '中国内地',
    why: '您设置昵称时，由微信检查其中的文字是否违规，没有通过的不给别人看；只交出昵称和您的微信标识。',
    purpose: 'profile',
    kinds: ['wechat-openid', 'nickname'],
  },
  'wechat-code': {
    name: '深圳市腾讯计算机系统有限公司（微信小程序码）',
    role: 'independent-controller',
    contact: '微信客服 95017',
    address: '广东省深圳市南山区',
    region: '中国内地',
    why: '您要把分享链接做成小程序码时，由微信绘制；码中只有一个随机编号。',
    purpose: 'cards',
    kinds: ['share-token'],
  },
  'wechat-message': {
    name: '深圳市腾讯计算机系统有限公司（微信订阅消息）',
    role: 'independent-controller',
    ground: '《中华人民共和国个人信息保护法》第十三条第一款第三项、第五十七条：告知的法定义务',
    contact: '微信客服 95017',
    address: '广东省深圳市南山区',
    region: '中国内地',
    why: '发生安全事件、政策有重大变更等应当告知您而您允许了微信订阅消息时，请微信把简短的告知送到您的微信；只交出您的微信标识和不含您个人信息的告知文字。',
    purpose: 'incident',
    kinds: ['wechat-openid'],
  },
  'tencent-sms': {
    name: '腾讯云计算（北京）有限责任公司（短信）',
    role: 'entrusted',
    agreement: { name: '短信发送委托处理协议', expiresOn: '2028-12-31' },
    contact: '腾讯云 95716',
    address: '北京市',
    region: '中国内地',
    why: '发生安全事件等应当告知您而您绑定了手机号时，受托把简短的告知发到您的手机；文字不含您的其他个人信息，不得留存号码或另作他用。',
    purpose: 'incident',
    kinds: ['phone-number'],
  },
  mail: {
    name: '政务邮件系统的运维单位（邮件中继）',
    role: 'entrusted',
    agreement: { name: '邮件发送委托处理协议', expiresOn: '2028-12-31' },
    contact: '由运营者统一受理',
    address: '广东省广州市',
    region: '中国内地',
    why: '发生安全事件、政策有重大变更等应当告知您而您填写了邮箱时，受托把告知寄到您的邮箱；您确认邮箱时，寄出验证码。寄出后不得留存地址和内容。',
    purpose: 'incident',
    alsoFor: ['email'],
    kinds: ['contact-mail', 'confirmation-code'],
  },
  'tencent-faceid': {
    name: '腾讯云计算（北京）有限责任公司（人脸核身与身份核验）',
    role: 'entrusted',
    agreement: { name: '身份核验委托处理协议', expiresOn: '2028-12-31' },
    contact: '腾讯云 95716',
    address: '北京市',
    region: '中国内地',
    why: '受托核对您选择的方式所需的信息是否一致，核对后不得保留或另作他用。',
    purpose: 'real-name',
    alsoFor: ['real-name-bank', 'real-name-face'],
    kinds: ['identity-input', 'login-code'],
  },
  'network-identity': {
    name: '国家网络身份认证公共服务平台',
    role: 'independent-controller',
    contact: '国家网络身份认证公共服务平台客服',
    address: '北京市',
    region: '中国内地',
    why: '您选择用网号核验时，由该平台返回核验结果。',
    purpose: 'real-name-network',
    kinds: ['login-code'],
  },
  cloud: {
    name: '北京光环新网科技股份有限公司、宁夏西云数据科技有限公司、腾讯云计算（北京）有限责任公司（云计算服务）',
    role: 'entrusted',
    agreement: { name: '云计算服务委托处理协议', expiresOn: '2028-12-31' },
    contact: '由运营者统一受理',
    address: '北京市、宁夏回族自治区中卫市、北京市（依次）',
    region: '中国内地',
    why: '提供服务器和数据库；名片等内容在交存之前已用您个人专属的密钥加密。',
    purpose: 'account',
    kinds: 'all',
  },
} as const satisfies Record<string, Recipient>;

export type RecipientId = keyof typeof recipients;
export const recipientIds = Object.keys(recipients) as RecipientId[];
