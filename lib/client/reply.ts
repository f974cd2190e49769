import type { ErrorCode, ErrorDetails } from '../errors';
import { ApiError } from './api-error';

type Reply = {
  ok?: unknown;
  data?: unknown;
  error?: { code?: unknown; message: string; details?: ErrorDetails; requestId: string };
  announcement?: { id?: unknown };
};

/** @param cause what the transport said, for the developer; not for the person */
export function noAnswer(cause: unknown): ApiError {
  const error = new ApiError('NETWORK', '网络不通，请检查网络后重试。');
  error.cause = cause;
  return error;
}

/** The number of what the service announces to everybody, which any reply may carry. */
export function announcementOf(reply: unknown): string | undefined {
  const id = ((reply || {}) as Reply).announcement?.id;
  return typeof id === 'string' ? id : undefined;
}

/** The data of a reply. @throws ApiError what it was refused with, or BAD_REPLY */
export function unwrapReply(reply: unknown): unknown {
  const { ok, data, error } = (reply || {}) as Reply;
  if (ok === true) return data;
  if (ok !== false || !error || typeof error.code !== 'string')
    throw new ApiError('BAD_REPLY', '服务返回异常，请稍后再试。');
  throw new ApiError(error.code as ErrorCode, error.message, error.details, error.requestId);
}
