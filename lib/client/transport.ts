/** One call, ready to be carried. */
export type Request = { name: string; operation: string; input: object; token?: string; proof?: string };

/** What a call may bring beside its input. */
export type CallOptions = {
  /** A proof of self, for operations that ask for one (error PROOF_REQUIRED). */
  proof?: string;
};

/**
 * Carries one request and gives the reply as it came, `undefined` when it was not JSON.
 * Rejects when there was no answer at all; what it rejects with is shown to nobody.
 */
export type Transport = (request: Request) => Promise<unknown>;

/** What the app says of the device it runs on. The person sees it in their list of sessions. */
export type AboutClient = {
  /** Such as the model. The service keeps its first 24 characters. */
  device?: string;
  /** Version of the app. The service keeps its first 16 characters. */
  version?: string;
};

/** Longer than the service's own 10 s, so that it is the service that says what happened, if it can. */
export const REQUEST_TIMEOUT_MS = 15_000;
