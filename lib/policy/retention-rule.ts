import type { Period } from './period';

/** What most reasons cite. */
export const LAW = '《中华人民共和国个人信息保护法》';

/** What ends a period, or has one begin. */
export const retentionEvents = [
  'account-ended',
  'deleted-or-withdrawn',
  'key-replaced',
  'incident-handled',
  'work-done',
  'hold-released',
  'service-ended',
] as const;
export type RetentionEvent = (typeof retentionEvents)[number];

/**
 * What becomes of data at its end: it is deleted; told less exactly; left, and nobody's any more; or left where it is and only
 * stored.
 */
export const endings = ['delete', 'coarsen', 'anonymise', 'freeze'] as const;

/**
 * How long each kind of data is kept, why, and what happens then (promise S2; PIPL art. 19; 网络数据安全管理条例 art. 21).
 * `period` is what the person reads; `ends` is what the code obeys. What its period counts from says the entity
 * (lib/table/life.ts), but for one that an event has begin (`after`).
 */
export type RetentionRule = {
  /** Shown in the policy. */
  period: string;
  /** The law or reason that allows the period. */
  basis: string;
  /** A period, one that begins with an event, or the event that ends it. */
  ends: Period | (Period & { after: RetentionEvent }) | { event: RetentionEvent };
  atEnd: (typeof endings)[number];
  /** The shortest that a law allows; `basis` says which. */
  minimum?: Period;
};

/** Of records that the law has us keep: for three years at least. */
export const record = {
  basis: '《中华人民共和国个人信息保护法》第五十六条、《网络数据安全管理条例》第十二条：处理记录至少保存三年',
  ends: { months: 36 },
  atEnd: 'delete',
  minimum: { months: 36 },
} as const;

/** As long as the account; each rule says its own reason for it. */
export const withAccount = {
  period: '直到您注销账号，或者连续 24 个月没有使用（到期前 30 天和 7 天各提醒您一次）而注销',
  ends: { event: 'account-ended' },
  atEnd: 'delete',
} as const;
