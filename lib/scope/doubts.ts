/**
 * Why it cannot be said for certain whether somebody is affected: a closed list, each with what the officer reads
 * (promise B3). A doubt always leaves the person in the upper bound.
 */
export const doubts = {
  'expired-data': '这类信息在同意有效期间可能存在过，已经到期、修改或者删除，没有留下内容',
  'since-unknown': '这类信息现在存在，但不能确定在该时段内是否已经存在',
  'person-erased': '账号已经注销，内容已经删除，只剩处理记录',
  'message-unsure': '告知消息可能在该时段交给过这个合作方，是否交出或者何时交出没有记录可以确定',
  'start-missing': '有调用开始的记录而没有对应的打开记录，可能打开过未记录的人',
  'lines-missing': '日志有缺行、有读不出的行，或者没有给全，缺少的行可能打开过未记录的人',
  'instance-killed': '实例被强制终止，最后的打开记录可能没有写出',
  'role-compromised': '密钥、角色或者代码失窃，所能打开的人都可能受影响',
} as const;

export type Doubt = keyof typeof doubts;
export const doubtIds = Object.keys(doubts) as Doubt[];

/** What the trail can say of itself: why it may not name everybody who was opened. */
export const trailDoubts = [
  'start-missing',
  'lines-missing',
  'instance-killed',
  'role-compromised',
] as const satisfies Doubt[];
