import type { ErrorCode, ErrorDetails } from '../errors';

/**
 * Why a call failed; `message` is in words for the person, in Chinese, to be shown as it is. Beside the service's own codes:
 * `NETWORK`: no answer came, so it may or may not have happened. `BAD_REPLY`: what answered was not our service.
 */
export class ApiError extends Error {
  readonly code: ErrorCode | 'NETWORK' | 'BAD_REPLY';
  /** Which fields, which limit, how long to wait. Never a value that was sent. */
  readonly details: ErrorDetails | undefined;
  /** For support; absent when the service did not answer. */
  readonly requestId: string | undefined;

  constructor(code: ApiError['code'], message: string, details?: ErrorDetails, requestId?: string) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.details = details;
    this.requestId = requestId;
  }
}
