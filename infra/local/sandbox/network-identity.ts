import type { PartnerPath } from './partner-path';
import { uuid } from './tencent-transport';

/** A proof from the platform's app is good once, for this long. */
export const PROOF_LIFE_MS = 5 * 60_000;

/**
 * 国家网络身份认证公共服务, in the shape of our own that lib/partner/network-identity.ts speaks: the platform's real contract
 * is not public.
 */
export function createNetworkIdentityPath(): PartnerPath {
  return {
    path: '/network-identity/verify',
    summary: '核验网号凭证（自拟约定，非真实接口）',
    answer(state, { body }) {
      const requestId = uuid(state);
      const refuse = (result: string) => ({ status: 200, body: { result, requestId }, outcome: result });
      const proof = state.networkProofs.get(tokenOf(body));
      if (!proof || proof.used || proof.expiresAt <= state.clock.now()) return refuse('TOKEN_INVALID');
      proof.used = true;
      const { networkId, ageBand } = proof;
      return {
        status: 200,
        body: { result: 'VERIFIED', networkId, requestId, ...(ageBand && { ageBand }) },
        outcome: 'VERIFIED',
      };
    },
    busy: (state) => ({ status: 200, body: { result: 'BUSY', requestId: uuid(state) }, outcome: 'BUSY' }),
    throttled: (state) => ({
      status: 200,
      body: { result: 'LIMITED', requestId: uuid(state) },
      outcome: 'LIMITED',
    }),
  };
}

function tokenOf(body: string): string {
  try {
    return String((JSON.parse(body) as { token?: unknown }).token);
  } catch {
    return '';
  }
}
