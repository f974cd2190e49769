/** What the retention chain tells of. A new act is added here; none is ever taken away, since entries stay. */
export const retentionActs = [
  /** Items whose period was over are gone. */
  'period.ended',
  /** The key of one hour of places is destroyed. */
  'hour-key.destroyed',
  /** The key of one day (of the near index, or of the pseudonyms in logs) is destroyed. */
  'day-key.destroyed',
  'hold.placed',
  'hold.reviewed',
  'hold.released',
] as const;
export type RetentionAct = (typeof retentionActs)[number];
