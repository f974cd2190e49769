import { type AppError, errorCodes } from '../errors';
import type { Reply } from './call';

/** The reply to a call that failed, also where a host or the door refuses it before there is an operation. */
export function refusal({ code, details }: AppError, requestId: string): Extract<Reply, { ok: false }> {
  const { message } = errorCodes[code];
  return { ok: false, error: { code, message, ...(details && { details }), requestId } };
}
