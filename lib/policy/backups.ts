/** How far back a table can be restored to, and so how long what was erased may still lie in a backup. */
export const LONGEST_BACKUP_DAYS = 35;

/** How long a note of what has ended is locked: as long as a backup of before it, and time to restore that and to erase anew. */
export const VAULT_DAYS = LONGEST_BACKUP_DAYS + 7;
