import type { Partners } from '../support/partners';

const partnerRequestId = '00000000-0000-4000-8000-000000000000';

/** Partners that find everything right, for tests of what we do with that and not of them. */
export function agreeingPartners(): Partners {
  const agree = async () => ({ result: 'VERIFIED', partnerRequestId }) as const;
  const begun = new Map<string, { idNumber: string; sessionId: string }>();
  return {
    faceId: {
      checkIdCard: agree,
      checkPhone: agree,
      checkBankCard: agree,
      async startFace({ idNumber, sessionId }) {
        const token = `token-${begun.size}`;
        begun.set(token, { idNumber, sessionId });
        return { result: 'STARTED', token, url: `https://example.cn/${token}`, partnerRequestId };
      },
      async faceResult(token) {
        return { result: 'VERIFIED', partnerRequestId, ...begun.get(token) };
      },
    },
    networkIdentity: {
      check: async (token) => ({
        result: 'VERIFIED',
        networkId: token,
        ageBand: 'adult',
        partnerRequestId,
      }),
    },
  };
}
