import type { PurposeId } from './purposes';
import type { RetentionId } from './retention';

/** How sensitive a kind is, the least first: an order, by which one more sensitive than before asks again. */
export const kindClasses = [
  'technical',
  'general',
  'minor',
  'track',
  'financial',
  'sensitive',
  'biometric',
] as const;

/**
 * Every kind of data the service holds. An attribute of a stored entity must name one, and a kind without a purpose
 * or a retention rule does not compile: so nothing is stored that the policy does not speak of (promise K7).
 */
export type Kind = {
  /** Shown to the person. */
  name: string;
  /** PIPL art. 28; `technical` kinds say nothing about a person by themselves. */
  class: (typeof kindClasses)[number];
  /** How it may be stored: sealed under the person's key, as a keyed digest, or in the open. Personal content is sealed. */
  storage: 'sealed' | 'digest' | 'plain';
  purpose: PurposeId;
  retention: RetentionId;
  /** Where it comes from, as the person reads it. */
  source: string;
};

const card = {
  class: 'general',
  storage: 'sealed',
  purpose: 'cards',
  retention: 'card-life',
  source: '您填写',
} as const;

const attribute = {
  class: 'general',
  storage: 'sealed',
  retention: 'purpose-life',
  source: '您填写',
} as const;
const delivery = {
  class: 'general',
  storage: 'sealed',
  purpose: 'delivery',
  retention: 'delivery-life',
  source: '您填写',
} as const;

export const kinds = {
  'account-number': {
    name: '账号内部编号',
    class: 'technical',
    storage: 'plain',
    purpose: 'account',
    retention: 'account-life',
    source: '系统生成的随机编号',
  },
  'wechat-identity': {
    name: '微信用户标识（OpenID、UnionID）的加密摘要',
    class: 'general',
    storage: 'digest',
    purpose: 'account',
    retention: 'account-life',
    source: '您登录时由微信提供',
  },
  'wechat-openid': {
    name: '微信用户标识（OpenID，加密保存，仅用于向微信办理您发起的事项）',
    class: 'general',
    storage: 'sealed',
    purpose: 'account',
    retention: 'account-life',
    source: '您登录时由微信提供',
  },
  'account-state': {
    name: '账号状态（是否已由您并入另一个账号）',
    class: 'technical',
    storage: 'plain',
    purpose: 'account',
    retention: 'account-life',
    source: '您合并账号时产生',
  },
  'link-state': {
    name: '您关联的其他入口、关联时间',
    class: 'general',
    storage: 'plain',
    purpose: 'account-link',
    retention: 'purpose-life',
    source: '您关联时产生',
  },
  'policy-version': {
    name: '政策各版本及其发布记录（工作人员编号）',
    class: 'technical',
    storage: 'plain',
    purpose: 'accountability',
    retention: 'proof-three-years',
    source: '发布政策时产生',
  },
  'policy-notice': {
    name: '政策变更的通知、您是否看过',
    class: 'general',
    storage: 'plain',
    purpose: 'accountability',
    retention: 'notice-life',
    source: '公告政策变更时产生',
  },
  'session-proof': {
    name: '登录凭证的摘要',
    class: 'technical',
    storage: 'digest',
    purpose: 'account',
    retention: 'session-life',
    source: '登录时系统生成',
  },
  'session-time': {
    name: '登录时间和最近使用时间（精确到小时）',
    class: 'general',
    storage: 'plain',
    purpose: 'account',
    retention: 'session-life',
    source: '您使用服务时产生',
  },
  device: {
    name: '设备类型和客户端版本',
    class: 'general',
    storage: 'sealed',
    purpose: 'security',
    retention: 'session-life',
    source: '您的设备提供',
  },
  'network-place': {
    name: '大致网络位置（截去末段的网络地址）',
    class: 'general',
    storage: 'sealed',
    purpose: 'security',
    retention: 'session-life',
    source: '您的网络连接提供',
  },
  'attempt-counter': {
    name: '操作次数（按网络地址、账号或对象的加密摘要计，用于防止滥用）',
    class: 'general',
    storage: 'digest',
    purpose: 'security',
    retention: 'attempt-window',
    source: '登录失败或进行受限操作时产生',
  },
  'consent-state': {
    name: '您对各项处理的同意状态',
    class: 'general',
    storage: 'plain',
    purpose: 'accountability',
    retention: 'proof-three-years',
    source: '您作出选择时产生',
  },
  'consent-evidence': {
    name: '作出选择时的界面证据（控件、停留时间、客户端版本、截去末段的网络地址）',
    class: 'general',
    storage: 'sealed',
    purpose: 'accountability',
    retention: 'proof-three-years',
    source: '您作出选择时产生',
  },
  'ledger-entry': {
    name: '处理记录（编号、种类、目的、时间，不含内容）',
    class: 'general',
    storage: 'plain',
    purpose: 'accountability',
    retention: 'proof-three-years',
    source: '处理您的信息时产生',
  },
  'key-material': {
    name: '加密密钥（本身经过加密）',
    class: 'technical',
    storage: 'plain',
    purpose: 'security',
    retention: 'key-life',
    source: '系统生成',
  },
  'card-state': {
    name: '名片编号、版本和修改时间',
    class: 'technical',
    storage: 'plain',
    purpose: 'cards',
    retention: 'card-life',
    source: '您使用名片时产生',
  },
  'deleted-card': {
    name: '已删除名片的编号',
    class: 'technical',
    storage: 'plain',
    purpose: 'cards',
    retention: 'deleted-card-marker',
    source: '您删除名片时产生',
  },
  'erasure-duty': {
    name: '待完成的删除任务',
    class: 'technical',
    storage: 'plain',
    purpose: 'accountability',
    retention: 'proof-three-years',
    source: '您撤回同意时产生',
  },
  'card-name': { name: '名片姓名', ...card },
  'card-organisation': { name: '名片单位和职务', ...card },
  'card-phone': { name: '名片电话', ...card },
  'card-mail': { name: '名片电子邮箱', ...card },
  'card-address': { name: '名片地址', ...card },
  'card-site': { name: '名片网址', ...card },
  'card-note': { name: '名片备注', ...card },
  'card-wechat': { name: '名片上的微信号', ...card },
  'card-logo': { name: '名片上的标识图片（已去除附带信息）', ...card },
  'card-label': { name: '您给名片加的标签', ...card },
  'card-kept': { name: '导入的名片中本服务不使用、为您原样保留的内容', ...card, source: '您导入' },
  'card-exchange': {
    name: '与谁交换了名片（账号内部编号）、名片项目和时间',
    class: 'general',
    storage: 'plain',
    purpose: 'cards',
    retention: 'card-life',
    source: '您与别人交换名片时产生',
  },
  'contact-note': { name: '您给名片夹中的名片加的备注、分组和收藏', ...card },
  'viewer-record': {
    name: '您留名看过的分享链接和日期',
    class: 'general',
    storage: 'plain',
    purpose: 'viewer-name',
    retention: 'share-life',
    source: '您打开别人分享的名片时产生',
  },
  'card-share': {
    name: '分享链接的编号、名片项目、期限、次数，以及按天的查看次数',
    class: 'technical',
    storage: 'plain',
    purpose: 'cards',
    retention: 'share-life',
    source: '您分享名片、别人查看名片时产生',
  },
  'share-secret': {
    name: '分享链接的加密摘要和口令的摘要',
    class: 'technical',
    storage: 'digest',
    purpose: 'cards',
    retention: 'share-life',
    source: '您分享名片时系统生成',
  },
  'card-public-choice': {
    name: '您公开了名片的哪些内容',
    class: 'technical',
    storage: 'plain',
    purpose: 'card-public',
    retention: 'card-life',
    source: '您设置',
  },
  'web-sign-in': {
    name: '扫码登录的一次性编号',
    class: 'technical',
    storage: 'digest',
    purpose: 'account',
    retention: 'web-code-life',
    source: '您在网页上扫码登录时系统生成',
  },
  'self-proof': {
    name: '本人验证的一次性凭证摘要',
    class: 'technical',
    storage: 'digest',
    purpose: 'security',
    retention: 'proof-life',
    source: '您验证本人时系统生成',
  },
  'risk-review': {
    name: '风险判断的结果和人工复核的结论',
    class: 'general',
    storage: 'plain',
    purpose: 'review',
    retention: 'review-three-years',
    source: '系统判断、工作人员复核',
  },
  'review-words': {
    name: '申诉内容和复核理由',
    class: 'general',
    storage: 'sealed',
    purpose: 'review',
    retention: 'review-three-years',
    source: '您填写、工作人员答复',
  },
  'phone-number': { name: '手机号码', ...attribute, purpose: 'phone', source: '您授权后由微信提供' },
  'phone-state': {
    name: '绑定手机号的时间',
    class: 'technical',
    storage: 'plain',
    purpose: 'phone',
    retention: 'purpose-life',
    source: '您绑定时产生',
  },
  'phone-digest': {
    name: '手机号码的加密摘要（用于查重）',
    class: 'general',
    storage: 'digest',
    purpose: 'phone',
    retention: 'purpose-life',
    source: '由手机号码计算',
  },
  'real-name-result': {
    name: '实名核验的结果、方式、时间和受托方流水号',
    class: 'general',
    storage: 'plain',
    purpose: 'real-name',
    retention: 'purpose-life',
    source: '受托方核对后返回',
  },
  'real-name-masked': {
    name: '部分遮挡的姓名',
    class: 'general',
    storage: 'sealed',
    purpose: 'real-name',
    retention: 'purpose-life',
    source: '由您填写的姓名遮挡得到',
  },
  'id-digest': {
    name: '身份证件号码的加密摘要（用于保证一证一号）',
    class: 'sensitive',
    storage: 'digest',
    purpose: 'real-name',
    retention: 'purpose-life',
    source: '由您填写的号码计算，号码本身不保存',
  },
  'bank-result': {
    name: '银行卡核验的结果（不含卡号）',
    class: 'financial',
    storage: 'plain',
    purpose: 'real-name-bank',
    retention: 'purpose-life',
    source: '受托方核对后返回',
  },
  'face-token': {
    name: '人脸核验的一次性凭证和结果（不含影像）',
    class: 'biometric',
    storage: 'sealed',
    purpose: 'real-name-face',
    retention: 'purpose-life',
    source: '受托方返回',
  },
  'age-band': {
    name: '年龄段标记（未满十四周岁、未满十八周岁、成年）',
    class: 'minor',
    storage: 'plain',
    purpose: 'minors',
    retention: 'account-life',
    source: '由证件号码中的出生日期计算，出生日期不保存',
  },
  guardian: {
    name: '监护人的账号编号和同意',
    class: 'minor',
    storage: 'plain',
    purpose: 'minors',
    retention: 'account-life',
    source: '监护人同意时产生',
  },
  'network-id-digest': {
    name: '网号核验返回的用户标识的加密摘要（用于保证一人一号）',
    class: 'sensitive',
    storage: 'digest',
    purpose: 'real-name-network',
    retention: 'purpose-life',
    source: '由国家网络身份认证公共服务返回的标识计算',
  },
  'head-count': {
    name: '人数统计（只有数字，不含任何人的信息）',
    class: 'technical',
    storage: 'plain',
    purpose: 'accountability',
    retention: 'key-life',
    source: '建立账号、核验和删除时计数',
  },
  'profile-state': {
    name: '昵称、头像的版本、修改时间和图片文件的随机编号',
    class: 'technical',
    storage: 'plain',
    purpose: 'profile',
    retention: 'purpose-life',
    source: '您使用昵称和头像时产生',
  },
  'avatar-upload': {
    name: '您上传的头像原图（检查并去除附带信息之前）',
    class: 'general',
    storage: 'plain',
    purpose: 'profile',
    retention: 'upload-life',
    source: '您上传',
  },
  nickname: { name: '昵称', ...attribute, purpose: 'profile' },
  avatar: { name: '头像（已去除附带信息）', ...attribute, purpose: 'profile', source: '您上传' },
  'fund-attributes': { name: '公积金服务所需：性别、出生日期', ...attribute, purpose: 'service-fund' },
  'social-attributes': {
    name: '社保服务所需：性别、出生日期、户籍地',
    ...attribute,
    purpose: 'service-social',
  },
  'transport-attributes': {
    name: '交通服务所需：性别、出生日期',
    ...attribute,
    purpose: 'service-transport',
  },
  'tax-attributes': { name: '税务服务所需：户籍地', ...attribute, purpose: 'service-tax' },
  'household-attributes': {
    name: '户政服务所需：性别、出生日期、出生地、户籍地、民族',
    ...attribute,
    class: 'sensitive',
    purpose: 'service-household',
  },
  'delivery-contact': { name: '收件人、电话、地址', ...delivery },
  'delivery-state': {
    name: '送达编号和进度',
    class: 'technical',
    storage: 'plain',
    purpose: 'delivery',
    retention: 'delivery-life',
    source: '您申请送达时产生',
  },
  preference: {
    name: '语言、个性化和调查邀请的设置',
    class: 'general',
    storage: 'plain',
    purpose: 'preferences',
    retention: 'account-life',
    source: '您设置',
  },
  block: {
    name: '您屏蔽的人（账号内部编号）',
    class: 'general',
    storage: 'plain',
    purpose: 'preferences',
    retention: 'account-life',
    source: '您设置',
  },
  'location-state': {
    name: '位置功能的开关、精度和谁能找到您的设置',
    class: 'technical',
    storage: 'plain',
    purpose: 'location',
    retention: 'location-day',
    source: '您设置',
  },
  'location-point': {
    name: '您最后所在的方格（按您选的精度，最细约 100 米）和时间',
    class: 'track',
    storage: 'sealed',
    purpose: 'location',
    retention: 'location-day',
    source: '您打开位置功能后由您的设备提供，换算成方格之后才保存',
  },
  'location-cell': {
    name: '约 1 公里方格的加密摘要（用于附近的名片）',
    class: 'track',
    storage: 'digest',
    purpose: 'location',
    retention: 'location-day',
    source: '由您最后所在的方格计算，只在您允许被附近的人看到时保存',
  },
  'location-history': {
    name: '您到过的方格和时间',
    class: 'track',
    storage: 'sealed',
    purpose: 'location-history',
    retention: 'location-month',
    source: '您同意保存位置历史后，由您更新的位置得到',
  },
  'location-history-state': {
    name: '位置历史每天的版本和条数',
    class: 'technical',
    storage: 'plain',
    purpose: 'location-history',
    retention: 'location-month',
    source: '您使用位置历史时产生',
  },
} as const satisfies Record<string, Kind>;

export type KindId = keyof typeof kinds;

/** The kinds that may be stored in one way. Storing a sealed kind in the open does not compile. */
export type KindStored<S extends Kind['storage']> = {
  [Id in KindId]: (typeof kinds)[Id]['storage'] extends S ? Id : never;
}[KindId];

export const kindIds = Object.keys(kinds) as KindId[];

/** The kinds collected for one purpose. */
export function kindsFor(purpose: PurposeId): KindId[] {
  return kindIds.filter((id) => kinds[id].purpose === purpose);
}
