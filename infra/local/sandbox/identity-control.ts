import * as z from 'zod/mini';
import { invalid, ok, type Route, refuse } from './control-route';
import { BIZ_TOKEN_LIFE_MS } from './faceid-face';
import { PROOF_LIFE_MS } from './network-identity';
import { PEOPLE_LIMIT } from './state';

const citizenInput = z.strictObject({
  idNumber: z.string().check(z.regex(/^\d{17}[\dX]$/)),
  name: z.string().check(z.minLength(1), z.maxLength(32)),
  phone: z.optional(z.string().check(z.regex(/^1\d{10}$/))),
  bankCard: z.optional(z.string().check(z.regex(/^\d{12,19}$/))),
  /** The bank says so of the card. */
  cardState: z.optional(z.enum(['lost', 'expired'])),
});

const faceInput = z.strictObject({
  outcome: z.enum(['pass', 'fail']),
  /** The check turns out to be about this number. */
  as: z.optional(z.string()),
  /** Sends images even to who does not want them. */
  images: z.optional(z.boolean()),
  similarity: z.optional(z.string()),
  /** Partner codes of a pass that are not 0. */
  codes: z.optional(
    z.strictObject({
      ErrCode: z.optional(z.int()),
      LiveStatus: z.optional(z.int()),
      Comparestatus: z.optional(z.int()),
    }),
  ),
});

const proofInput = z.strictObject({
  networkId: z.optional(z.string().check(z.minLength(1), z.maxLength(128))),
  ageBand: z.optional(z.enum(['UNDER_14', 'UNDER_18', 'ADULT'])),
});

/** Who is in the registers that FaceID asks, what came of a face check, and proofs of 网号. */
export const identityRoutes: Route[] = [
  {
    method: 'POST',
    pattern: /^\/sandbox\/citizens$/,
    says: 'POST /sandbox/citizens {idNumber, name, phone?, bankCard?, cardState?: lost|expired}',
    means: '登记一个人的身份证号、姓名、手机号、银行卡，供实名核验比对',
    run({ state }, body) {
      const parsed = citizenInput.safeParse(body);
      if (!parsed.success) return invalid(parsed.error);
      if (state.citizens.size >= PEOPLE_LIMIT)
        return refuse(409, `There are ${PEOPLE_LIMIT} citizens already.`);
      state.citizens.set(parsed.data.idNumber, parsed.data);
      return { status: 201, body: parsed.data };
    },
  },
  {
    method: 'GET',
    pattern: /^\/sandbox\/faces$/,
    says: 'GET /sandbox/faces',
    means: '开始过的人脸核验',
    run: ({ state }) =>
      ok([...state.faces].map(([token, { outcome }]) => ({ token, outcome: outcome ?? 'waiting' }))),
  },
  {
    method: 'POST',
    pattern: /^\/sandbox\/faces\/([0-9A-F]{32})$/,
    says: 'POST /sandbox/faces/{token} {outcome: pass|fail, as?, images?, similarity?, codes?}',
    means: '替本人完成一次人脸核验',
    run({ state }, body, token) {
      const parsed = faceInput.safeParse(body);
      if (!parsed.success) return invalid(parsed.error);
      const face = state.faces.get(token);
      if (!face) return refuse(404, 'No such token: DetectAuth makes them.');
      if (state.clock.now() - face.startedAt >= BIZ_TOKEN_LIFE_MS)
        return refuse(409, 'This token has lapsed: 7200 s.');
      Object.assign(face, parsed.data);
      // Where the partner's page leads now: our page learns which check has ended, and nothing of its outcome.
      const { redirectUrl } = face;
      const leadsTo = redirectUrl && URL.canParse(redirectUrl) ? new URL(redirectUrl) : undefined;
      leadsTo?.searchParams.set('BizToken', token);
      return ok({ token, ...parsed.data, ...(leadsTo && { leadsTo: leadsTo.href }) });
    },
  },
  {
    method: 'POST',
    pattern: /^\/sandbox\/network-proofs$/,
    says: 'POST /sandbox/network-proofs {networkId?, ageBand?: UNDER_14|UNDER_18|ADULT}',
    means: '国家网络身份认证给出的网号凭证，用一次，5 分钟有效',
    run({ state }, body) {
      const parsed = proofInput.safeParse(body);
      if (!parsed.success) return invalid(parsed.error);
      const token = state.random(24).toString('base64url');
      const networkId = parsed.data.networkId ?? `N${state.random(12).toString('hex')}`;
      const expiresAt = state.clock.now() + PROOF_LIFE_MS;
      state.networkProofs.set(token, { networkId, ageBand: parsed.data.ageBand, expiresAt, used: false });
      return { status: 201, body: { token, networkId } };
    },
  },
];
