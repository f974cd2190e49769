/**
 * The headings of the policy, numbered as the operator's own text is, so that the clause that a purpose or a promise names can be
 * looked up in what the person reads (promise K7). In order; a number with dots stands below the one that it begins with.
 */
export const clauses = {
  '1': '适用范围',
  '1.1': '小程序和网页',
  '2': '我们怎样收集和使用您的信息',
  '2.1': '账号、名片和实名核验',
  '2.2': '使用服务时产生的信息',
  '2.2.1': '设备和日志',
  '2.2.2': '位置',
  '2.3': '可选服务',
  '2.4': '线下送达',
  '3': '双清单和 Cookie',
  '3.1': '已收集个人信息清单、与第三方共享个人信息清单',
  '3.2': 'Cookie',
  '4': '设置、找回和联系方式',
  '5': '共享、转移和公开',
  '5.1': '共享和公开',
  '5.1.1': '公开名片内容',
  '5.1.2': '有关机关依法调取',
  '5.1.4': '受托处理方和独立的个人信息处理者',
  '5.1.3': '其他个人信息处理者',
  '5.2': '单独同意',
  '5.2.1': '对接收方的单独同意',
  '5.3': '合并、分立和转移',
  '5.3.2': '转移之前的告知',
  '5.3.3': '依法提供的告知',
  '6': '存放',
  '6.1': '存放地点',
  '6.2': '保存期限',
  '7': '安全',
  '7.1': '关联其他入口的账号',
  '7.2': '安全措施、留痕和安全事件',
  '8': '您的权利',
  '8.1': '查阅、复制、更正和删除',
  '8.2': '请求、申诉和解释',
  '8.3': '核对是不是您本人',
  '8.4': '不予办理',
  '8.5': '撤回同意和注销',
  '9': '本政策的变更',
  '10': '联系我们',
} as const;

export type ClauseId = keyof typeof clauses;

/** In the order of their numbers: keys that are whole numbers come first in an object, wherever they are written. */
export const clauseIds = Object.keys(clauses).sort((one, other) =>
  one.localeCompare(other, 'en', { numeric: true }),
) as ClauseId[];

/** The headings that a clause names, the one first under which it is told: `7.2、10` is told under 7.2. */
export function clausesIn(clause: string): string[] {
  return clause.split(/[、,] ?/);
}

export const isClause = (id: string): id is ClauseId => Object.hasOwn(clauses, id);
