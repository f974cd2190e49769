/** What the retention chain tells of: what has ended, what is kept from ending, and what was handed out by law. A new act is added here; none is ever taken away, since entries stay. */
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
  /** A disclosure to an authority: each act on it, by its number and never by whom it is about. */
  'disclosure.proposed',
  'disclosure.approved',
  'disclosure.declined',
  'disclosure.handed-out',
  /** The table was written around the service: something that had ended or been replaced lies there again, or a chain ends earlier. */
  'state.put-back',
] as const;
export type RetentionAct = (typeof retentionActs)[number];
