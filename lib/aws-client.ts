import { isServerError, isThrottlingError, isTransientError } from '@smithy/core/retry';
import type { TimeLimit } from './time-limits';

/** Our time limits in the words of an AWS client's request handler, which would otherwise wait for ever. */
export function awsWaits({ attemptMs }: TimeLimit, connectMs: number) {
  return {
    connectionTimeout: Math.min(connectMs, attemptMs),
    requestTimeout: attemptMs,
    socketTimeout: attemptMs,
    throwOnRequestTimeout: true,
  };
}

/** Whether an AWS service may answer the same request a moment later: it throttles, is at fault, or is not reached. */
export function passes(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const known = error as Parameters<typeof isTransientError>[0];
  return isThrottlingError(known) || isTransientError(known) || isServerError(known);
}
