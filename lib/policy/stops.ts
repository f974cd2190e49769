import type { PurposeId, purposes } from './purposes';
import type { Registry } from './registry';

type BasicPurposeId = {
  [Id in PurposeId]: (typeof purposes)[Id]['choice'] extends 'basic' ? Id : never;
}[PurposeId];

/** What nobody can do any more once a basic purpose stops. Of an optional one, `ifRefused` says it. */
const withoutBasic = {
  account: '任何人都不能登录，也不能使用需要登录的任何功能',
  security: '登录、验证本人和其他须先记下次数的操作都不能进行',
  accountability: '任何须留下处理记录的操作都不能进行，包括同意、撤回和对外提供',
  incident: '不能处置安全事件，也不能告知任何人',
  minors: '不能核验未成年人，监护人不能作出或者撤回同意',
  review: '不能提出请求、投诉、申诉，工作人员也不能答复',
  access: '不能导出个人信息的副本',
  preferences: '不能读取或者修改偏好设置',
} as const satisfies Record<BasicPurposeId, string>;

/**
 * What an officer is told before a version is approved that allows less than the code does: what each purpose that would stop
 * means for people, one sentence a purpose.
 */
export function describeStops({ purposes: all }: Registry, ids: readonly string[]): string[] {
  return ids.map((id) => {
    const basic = Object.hasOwn(withoutBasic, id) ? withoutBasic[id as BasicPurposeId] : undefined;
    const effect = basic ?? all[id]?.ifRefused.split('；')[0] ?? '';
    return `“${all[id]?.name ?? id}”将在施行时停止，因为程序所做的超出这一版：${effect.replace(/。$/, '')}。须先改程序，或者改这一版。`;
  });
}
