import type { SandboxState } from './state';

/** A call as a partner path sees it. */
export type PartnerRequest = {
  method: string;
  query: URLSearchParams;
  body: string;
  headers?: Record<string, string | undefined>;
};

/** An answer, and the one word that the log of calls keeps of it. */
export type PartnerAnswer = {
  status: number;
  body: object;
  outcome: string;
  /** Sent in the place of the body. */
  image?: Buffer;
  /** Sent in the place of the body as well: JSON with numbers that JavaScript cannot hold. */
  text?: string;
  /** It was carried out, and the connection breaks before the answer. */
  cut?: boolean;
};

/**
 * One path of one partner. A new partner path is a file that exports one of these and a line in server.ts.
 */
export type PartnerPath = {
  /** Partners that serve several actions at one path have it as `/#Action`. */
  path: string;
  /** One line for the index, in Chinese. */
  summary: string;
  answer(state: SandboxState, request: PartnerRequest): PartnerAnswer;
  /** How this partner says that it is busy and that it is asked too often. */
  busy(state: SandboxState): PartnerAnswer;
  throttled(state: SandboxState): PartnerAnswer;
};
