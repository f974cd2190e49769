import type { Clock } from '../clock';
import { codeOf, requestIdOf } from './check-result';
import { tc3Headers } from './tc3';

/** An account at Tencent Cloud, and where one of its services is. */
export type TencentAccount = {
  baseUrl: string;
  secretId: string;
  secretKey: string;
  region: string;
  clock: Clock;
};
export type TencentCall = { service: string; version: string; action: string; input: object };
export type TencentResponse = Record<string, unknown>;

/** What came back: fields, or the code of an error, and the partner's number of the request where it has one. */
export type TencentAnswer = {
  /** Whether the partner has said anything that can be read. Otherwise the error is a name of ours. */
  answered: boolean;
  response: TencentResponse | undefined;
  error: string | undefined;
  partnerRequestId: string;
};

/**
 * One signed call (TC3, version 3 of the API). An answer that is no `Response` is the error `malformed`.
 * @throws TypeError | SyntaxError and what `signal` gives, when there is no answer; `unanswered` makes one of it
 */
export async function askTencent(
  { baseUrl, secretId, secretKey, region, clock }: TencentAccount,
  { service, version, action, input }: TencentCall,
  signal: AbortSignal,
): Promise<TencentAnswer> {
  const body = JSON.stringify(input);
  const signed = { service, action, version, region, body, secretId, secretKey };
  const headers = tc3Headers({ url: baseUrl, ...signed, nowMs: clock.now() });
  const url = new URL('/', baseUrl);
  const answer = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' });
  const { Response: response } = (await answer.json()) as { Response?: TencentResponse };
  if (!response || typeof response !== 'object')
    return { answered: false, response: undefined, error: 'malformed', partnerRequestId: '' };
  const partnerRequestId = requestIdOf(response.RequestId);
  const { Error: error } = response as { Error?: { Code?: unknown } };
  if (error) return { answered: true, response: undefined, error: codeOf(error.Code), partnerRequestId };
  return { answered: true, response, error: undefined, partnerRequestId };
}

/** The error of a call that fails says no more than its name, because its body holds the inputs. */
export function unanswered(error: unknown): TencentAnswer {
  const name = error instanceof Error ? error.name : 'unknown';
  return { answered: false, response: undefined, error: name, partnerRequestId: '' };
}
