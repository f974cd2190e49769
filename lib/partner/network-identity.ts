import type { Clock } from '../clock';
import type { Log } from '../log';
import type { AgeBand } from '../policy/age';
import { type TimeLimit, timeLimits, within } from '../time-limits';
import { type CheckAnswer, codeOf, requestIdOf } from './check-result';

/**
 * 国家网络身份认证公共服务 (网号/网证). The platform's technical contract is given to admitted operators and is not public,
 * so this file speaks a contract of our own that holds what the published rules say: we hand over the one-time proof
 * from its app and get the result, never a name or a number. Whoever connects the real platform replaces this file.
 */
export type NetworkIdentity = {
  /** Never throws: trouble is UPSTREAM_ERROR. */
  check(token: string): Promise<NetworkAnswer>;
};

export type NetworkAnswer = CheckAnswer & {
  /** An identifier of the person that only we are given; present when VERIFIED. */
  networkId?: string;
  /** As the platform attests it, if it does. */
  ageBand?: AgeBand;
};

export type NetworkIdentityParts = { baseUrl: string; clock: Clock; log: Log; limit?: TimeLimit };

const MAX_NETWORK_ID_CHARS = 128;

const meaning: Record<string, CheckAnswer['result']> = {
  VERIFIED: 'VERIFIED',
  TOKEN_INVALID: 'MISMATCH',
  LIMITED: 'RATE_LIMITED',
  BUSY: 'UPSTREAM_ERROR',
};
const bands: Record<string, AgeBand> = { UNDER_14: 'under-14', UNDER_18: 'under-18', ADULT: 'adult' };

export function createNetworkIdentity(parts: NetworkIdentityParts): NetworkIdentity {
  const { baseUrl, clock, log, limit = timeLimits.partner } = parts;
  return {
    async check(token) {
      const startedAt = clock.now();
      const said = (partnerCode: string) =>
        log({
          event: 'partner-call',
          partner: 'network-identity',
          partnerCode,
          milliseconds: clock.now() - startedAt,
        });
      try {
        const once = (signal: AbortSignal) => post(`${baseUrl}/verify`, { token }, signal);
        const answer = (await within(limit.attemptMs, once)) as Record<string, unknown>;
        said(codeOf(answer.result));
        return readAnswer(answer, log);
      } catch (error) {
        said(error instanceof Error ? error.name : 'unknown');
        return { result: 'UPSTREAM_ERROR', partnerRequestId: '' };
      }
    },
  };
}

async function post(url: string, body: object, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
    redirect: 'error',
  });
  return response.json();
}

function readAnswer(
  { result, networkId, ageBand, requestId }: Record<string, unknown>,
  log: Log,
): NetworkAnswer {
  const partnerRequestId = requestIdOf(requestId);
  const known = typeof result === 'string' && Object.hasOwn(meaning, result) ? meaning[result] : undefined;
  if (!known) {
    log({ event: 'alarm', partner: 'network-identity', partnerCode: codeOf(result) });
    return { result: 'UPSTREAM_ERROR', partnerRequestId };
  }
  if (known !== 'VERIFIED') return { result: known, partnerRequestId };
  if (typeof networkId !== 'string' || !networkId || networkId.length > MAX_NETWORK_ID_CHARS)
    return { result: 'UPSTREAM_ERROR', partnerRequestId };
  const band = typeof ageBand === 'string' && Object.hasOwn(bands, ageBand) ? bands[ageBand] : undefined;
  return { result: known, networkId, partnerRequestId, ...(band && { ageBand: band }) };
}
