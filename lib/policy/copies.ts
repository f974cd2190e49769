import { LONGEST_BACKUP_DAYS, VAULT_DAYS } from './backups';

/**
 * Where a copy of what has been erased can lie on, unreadable or not, and for how many days at most. What is certified names each
 * with its last day; the periods are those of infra/data, with which a test compares them.
 */
export const copies = {
  backups: {
    name: '数据库备份',
    days: LONGEST_BACKUP_DAYS,
    why: '备份不能只删去其中一个人；到期自动删除。从备份恢复时，服务在重新删除您的信息之前拒绝一切访问。',
  },
  changes: {
    name: '数据库的变更记录',
    // DynamoDB keeps them for 24 hours.
    days: 2,
    why: '数据库自行记下每次改动，用来发现有人绕过本服务改回数据；内容仍是加密的，到期自动清除。',
  },
  messages: {
    name: '处理队列中的消息',
    days: 14,
    why: '队列不能逐条查看。消息里只有任务编号，任务已经不在，消息送到也不会做任何事；到期自动清除。',
  },
  tombstone: {
    name: '防止恢复的删除标记',
    // The bucket lets go a day after the lock and hides for another, each counted from the next midnight.
    days: VAULT_DAYS + 4,
    why: '只含账号的随机编号或代号、处理目的、时刻和校验值，以及删除证明，锁定保存，比最长的备份多一周，用来保证恢复备份时您的信息不会回来。',
  },
} as const satisfies Record<string, { name: string; days: number; why: string }>;
