/**
 * What stops an incident from spreading, one operation each (promise B1; policy 7.2), and whether there is a way back. In a
 * drill each is only written down.
 */
export type Measure = {
  name: string;
  /** What is named with it; null where nothing is. */
  target: null | 'staff' | 'partner' | 'share-token' | 'person' | 'audience';
  /** What ends it again; null where what was ended stays ended. */
  wayBack: string | null;
};

const gone = null;

export const measures = {
  staff: {
    name: '停用一名工作人员的账号，其登录全部失效',
    target: 'staff',
    wayBack: '解除后须重新登录，此前的登录不再有效',
  },
  partner: {
    name: '停止向一个合作方提供信息（暂停其协议）',
    target: 'partner',
    wayBack: '解除后恢复提供',
  },
  share: { name: '收回一个分享链接', target: 'share-token', wayBack: gone },
  'person-sessions': { name: '结束一个人的全部登录', target: 'person', wayBack: gone },
  'person-shares': { name: '收回一个人的全部分享链接', target: 'person', wayBack: gone },
  'audience-sessions': { name: '结束影响范围内所有人的全部登录', target: 'audience', wayBack: gone },
  'audience-shares': { name: '收回影响范围内所有人的全部分享链接', target: 'audience', wayBack: gone },
  keys: {
    name: '更换签名密钥和分支密钥（由持有根密钥权限的人执行 npm run rotate-keys，完成后自动记录）',
    target: null,
    wayBack: gone,
  },
} as const satisfies Record<string, Measure>;

export type MeasureId = keyof typeof measures;
export const measureIds = Object.keys(measures) as [MeasureId, ...MeasureId[]];

/** Measures that hold until they are released; the others are done once. */
export const heldMeasures = ['staff', 'partner'] as const satisfies readonly MeasureId[];
export type HeldMeasure = (typeof heldMeasures)[number];

export function isHeld(id: MeasureId): id is HeldMeasure {
  return (heldMeasures as readonly string[]).includes(id);
}
