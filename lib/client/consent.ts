import type { Api } from './api';
import type { ApiError } from './api-error';
import { newIdempotencyKey, type RandomBytes } from './idempotency-key';

/** What a person reads of one purpose before they decide on it, and the number of the state that they decide from. */
export type ConsentAsk = Awaited<ReturnType<Api['consent']['purposeNotice']>> & { seenEntry: number };

/** What an act of consent takes: granting, refusing and withdrawing take the same. */
export type ConsentAct = Parameters<Api['consent']['grant']>[0];

/** How the person has decided. */
export type ConsentEvidence = {
  /** Id of the control that they used, such as `cards.agree`. */
  control: string;
  /** How long the text was on the screen, in milliseconds. */
  dwellMs: number;
};

/** What has to be put to the person before the call can succeed; undefined when it failed for anything but a missing consent. */
export function consentAskedBy(error: unknown): ConsentAsk | undefined {
  const { code, details } = (error || {}) as Partial<ApiError>;
  if (code !== 'CONSENT_REQUIRED' || !details || !details.notice) return undefined;
  return Object.assign({ seenEntry: details.seenEntry || 0 }, details.notice) as ConsentAsk;
}

/**
 * The act by which a person grants, refuses or withdraws what they were shown: of `consent.prompts`, or of `consentAskedBy`.
 * No box was ticked beforehand, so there is nothing to say of that.
 */
export async function consentAct(
  shown: Pick<ConsentAsk, 'purpose' | 'seenEntry' | 'policyVersion' | 'textHash'>,
  evidence: ConsentEvidence,
  random?: RandomBytes,
): Promise<ConsentAct> {
  const { purpose, seenEntry, policyVersion, textHash } = shown;
  const { control, dwellMs } = evidence;
  const idempotencyKey = await newIdempotencyKey(random);
  return {
    purpose,
    seenEntry,
    policyVersion,
    textHash,
    language: 'zh-CN',
    evidence: { control, defaultState: 'unchecked', dwellMs },
    idempotencyKey,
  };
}
