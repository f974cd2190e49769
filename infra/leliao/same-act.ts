import { createHash } from 'node:crypto';

/**
 * The key by which the service knows a repeat: of what was typed, so that a command that was interrupted and typed again
 * makes one thing and not two.
 */
export const keyOf = (operation: string, input: object): string =>
  createHash('sha256')
    .update(JSON.stringify([operation, input]))
    .digest('base64url');
