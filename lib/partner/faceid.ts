import type { Clock } from '../clock';
import type { Log } from '../log';
import { type TimeLimit, timeLimits, within } from '../time-limits';
import { type CheckAnswer, codeOf } from './check-result';
import { type CheckAction, faceidBusyErrors, faceidCodes, type Meaning } from './faceid-codes';
import {
  type TencentAnswer as Asked,
  askTencent,
  type TencentResponse as Response,
  unanswered,
} from './tencent-cloud';

export type IdInput = { name: string; idNumber: string };
export type FaceStart =
  | { result: 'STARTED'; token: string; url: string; partnerRequestId: string }
  | { result: 'UPSTREAM_ERROR'; partnerRequestId: string };
/** `idNumber` and `sessionId` are what the partner says the check was about; PENDING: not done yet. */
export type FaceResult = Omit<CheckAnswer, 'result'> & {
  result: CheckAnswer['result'] | 'PENDING';
  idNumber?: string;
  sessionId?: string;
};

/** Tencent Cloud FaceID. None of these throws: trouble is UPSTREAM_ERROR or RATE_LIMITED. Nothing is kept or logged of the inputs. */
export type FaceId = {
  checkIdCard(input: IdInput): Promise<CheckAnswer>;
  checkPhone(input: IdInput & { phone: string }): Promise<CheckAnswer>;
  checkBankCard(input: IdInput & { phone: string; bankCard: string }): Promise<CheckAnswer>;
  /** Begins a face check on the partner's own page. Absent when no rule is set for it. */
  startFace?(input: IdInput & { sessionId: string }): Promise<FaceStart>;
  /** What came of it. Images are never asked for, and never looked at when they come all the same (promise N2). */
  faceResult?(token: string): Promise<FaceResult>;
};

export type FaceIdParts = {
  baseUrl: string;
  secretId: string;
  secretKey: string;
  region: string;
  /** Empty: no face checks. */
  ruleId: string;
  /** The page to which the partner's own leads back when a face check is done; none: it stays where it is. */
  redirectUrl?: string;
  clock: Clock;
  log: Log;
  limit?: TimeLimit;
};

const VERSION = '2018-03-01';
const ATTEMPTS_WHEN_BUSY = 2;
const BUSY_PAUSE_MS = 200;
/** Result without images. The partner's default sends photographs and video. */
const INFO_WITHOUT_IMAGES = '1';
/** Longer than any text the partner sends for it: such a field is an image, whatever its name. */
const MAX_TEXT_CHARS = 2048;
const SAME_PERSON_SIMILARITY = 70;

export function createFaceId(parts: FaceIdParts): FaceId {
  const { ruleId, redirectUrl, log, limit = timeLimits.partner } = parts;

  async function ask(action: string, input: object, outside?: AbortSignal): Promise<Asked> {
    const startedAt = parts.clock.now();
    const call = { service: 'faceid', version: VERSION, action, input };
    const once = (signal: AbortSignal) => askTencent(parts, call, signal);
    const asked = await within(limit.attemptMs, once, outside).catch(unanswered);
    const partnerCode = asked.response ? codeOf(asked.response.Result ?? 'ok') : (asked.error ?? 'unknown');
    const milliseconds = parts.clock.now() - startedAt;
    log({ event: 'partner-call', partner: 'faceid', operation: action, partnerCode, milliseconds });
    return asked;
  }

  function alarm(operation: string, partnerCode: string): void {
    log({ event: 'alarm', partner: 'faceid', operation, partnerCode });
  }

  function meaningOf(action: CheckAction, { response, error }: Asked): Meaning {
    if (!response) return error && faceidBusyErrors.includes(error) ? 'BUSY' : 'UPSTREAM_ERROR';
    const codes: Record<string, Meaning> = faceidCodes[action];
    const code = response.Result;
    if (typeof code === 'string' && Object.hasOwn(codes, code)) return codes[code] ?? 'UPSTREAM_ERROR';
    alarm(action, codeOf(code));
    return 'UPSTREAM_ERROR';
  }

  function check(action: CheckAction, input: object): Promise<CheckAnswer> {
    const tooLate = { result: 'UPSTREAM_ERROR', partnerRequestId: '' } as const;
    return within(limit.totalMs, (signal) => tries(action, input, signal)).catch(() => tooLate);
  }

  async function tries(action: CheckAction, input: object, signal: AbortSignal): Promise<CheckAnswer> {
    for (let attempt = 1; ; attempt += 1) {
      const asked = await ask(action, input, signal);
      const { partnerRequestId } = asked;
      const result = meaningOf(action, asked);
      if (result !== 'BUSY') return { result, partnerRequestId };
      if (attempt === ATTEMPTS_WHEN_BUSY) return { result: 'UPSTREAM_ERROR', partnerRequestId };
      await new Promise((resolve) => setTimeout(resolve, BUSY_PAUSE_MS));
    }
  }

  const identity = ({ name, idNumber }: IdInput) => ({ Name: name, IdCard: idNumber.toUpperCase() });

  return {
    checkIdCard: (input) => check('IdCardVerification', identity(input)),
    checkPhone: (input) =>
      check('PhoneVerification', { ...identity(input), Phone: input.phone, VerifyMode: '0' }),
    checkBankCard: (input) =>
      check('BankCard4EVerification', {
        ...identity(input),
        Phone: input.phone,
        BankCard: input.bankCard,
        CertType: 0,
      }),
    ...(ruleId &&
      ({
        async startFace(input) {
          const asked = await ask('DetectAuth', {
            RuleId: ruleId,
            ...identity(input),
            Extra: input.sessionId,
            ...(redirectUrl && { RedirectUrl: redirectUrl }),
          });
          const { partnerRequestId } = asked;
          const { BizToken: token, Url: url } = asked.response ?? {};
          if (typeof token !== 'string' || typeof url !== 'string' || !token || !URL.canParse(url))
            return { result: 'UPSTREAM_ERROR', partnerRequestId };
          return { result: 'STARTED', token, url, partnerRequestId };
        },
        async faceResult(token) {
          const input = { BizToken: token, RuleId: ruleId, InfoType: INFO_WITHOUT_IMAGES };
          const { response, partnerRequestId } = await ask('GetDetectInfoEnhanced', input);
          if (!response) return { result: 'UPSTREAM_ERROR', partnerRequestId };
          if (carriesImages(response)) alarm('GetDetectInfoEnhanced', 'images');
          return { ...readFace(response.Text), partnerRequestId };
        },
      } satisfies Partial<FaceId>)),
  };
}

function readFace(text: unknown): Pick<FaceResult, 'result' | 'idNumber' | 'sessionId'> {
  if (typeof text !== 'object' || text === null) return { result: 'UPSTREAM_ERROR' };
  const { ErrCode, LiveStatus, Comparestatus, Sim, IdCard, Extra } = text as Response;
  if (ErrCode === null || ErrCode === undefined) return { result: 'PENDING' };
  const passed =
    ErrCode === 0 && LiveStatus === 0 && Comparestatus === 0 && Number(Sim) >= SAME_PERSON_SIMILARITY;
  return {
    result: passed ? 'VERIFIED' : 'MISMATCH',
    ...(typeof IdCard === 'string' && { idNumber: IdCard.toUpperCase() }),
    ...(typeof Extra === 'string' && { sessionId: Extra }),
  };
}

/** Whether anything in an answer could be a picture or a recording. */
function carriesImages(value: unknown): boolean {
  if (typeof value === 'string') return value.length > MAX_TEXT_CHARS || value.startsWith('data:');
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([name, inner]) =>
      (/image|photo|video|frame|data$|base64/i.test(name) && holdsSomething(inner)) || carriesImages(inner),
  );
}

function holdsSomething(value: unknown): boolean {
  if (typeof value === 'string') return value !== '';
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsSomething);
}
