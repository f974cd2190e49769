import type { PurposeId } from './purposes';
import type { RetentionId } from './retention';

/**
 * Every kind of data the service holds. An attribute of a stored entity must name one, and a kind without a purpose
 * or a retention rule does not compile: so nothing is stored that the policy does not speak of (promise K7).
 */
export type Kind = {
  /** Shown to the person. */
  name: string;
  /** PIPL art. 28; `technical` kinds say nothing about a person by themselves. */
  class: 'technical' | 'general' | 'sensitive';
  /** How it may be stored: sealed under the person's key, as a keyed digest, or in the open. Personal content is sealed. */
  storage: 'sealed' | 'digest' | 'open';
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

export const kinds = {
  'account-number': {
    name: '账号内部编号',
    class: 'technical',
    storage: 'open',
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
    storage: 'open',
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
    name: '登录失败次数（按网络地址的加密摘要计）',
    class: 'general',
    storage: 'digest',
    purpose: 'security',
    retention: 'attempt-window',
    source: '登录失败时产生',
  },
  'consent-state': {
    name: '您对各项处理的同意状态',
    class: 'general',
    storage: 'open',
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
    storage: 'open',
    purpose: 'accountability',
    retention: 'proof-three-years',
    source: '处理您的信息时产生',
  },
  'key-material': {
    name: '加密密钥（本身经过加密）',
    class: 'technical',
    storage: 'open',
    purpose: 'security',
    retention: 'key-life',
    source: '系统生成',
  },
  'card-state': {
    name: '名片编号、版本和修改时间',
    class: 'technical',
    storage: 'open',
    purpose: 'cards',
    retention: 'card-life',
    source: '您使用名片时产生',
  },
  'deleted-card': {
    name: '已删除名片的编号',
    class: 'technical',
    storage: 'open',
    purpose: 'cards',
    retention: 'deleted-card-marker',
    source: '您删除名片时产生',
  },
  'erasure-duty': {
    name: '待完成的删除任务',
    class: 'technical',
    storage: 'open',
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
