import { type AppError, errorCodes } from '../errors';
import type { Reply } from './call';

/**
 * The reply to a call that failed, also where a host or the door refuses it before there is an operation. Its message is shown to the
 * person as it is, so it is the rule's own reason where there is one.
 */
export function refusal({ code, details }: AppError, requestId: string): Extract<Reply, { ok: false }> {
  const message = details?.why ?? errorCodes[code].message;
  return { ok: false, error: { code, message, ...(details && { details }), requestId } };
}
