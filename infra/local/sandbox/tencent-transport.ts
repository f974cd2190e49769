import type { PartnerAnswer, PartnerPath } from './partner-path';
import { createQuota } from './quota';
import type { SandboxState } from './state';
import { signatureFault } from './tencent-signature';

/** A service of Tencent Cloud, and how many calls of one of its actions it takes in a second. */
type Service = { name: string; version: string; callsPerSecond: number };

const faceid: Service = { name: 'faceid', version: '2018-03-01', callsPerSecond: 100 };
export const smsService: Service = { name: 'sms', version: '2021-01-11', callsPerSecond: 3000 };

/** What an action answers: the fields of its `Response`, or an error code. `cut`: it was done, and the answer is lost. */
export type ActionResult = { outcome: string; fields: object; cut?: boolean } | { error: string };
export type Action = (state: SandboxState, input: Record<string, unknown>, host: string) => ActionResult;

type ActionParts = [name: string, summary: string, run: Action, busy: ActionResult, throttled: ActionResult];

export const createFaceIdPath = (...parts: ActionParts): PartnerPath => createActionPath(faceid, ...parts);

/** One action of a service of Tencent Cloud: a signed POST to /, told apart by the header X-TC-Action. */
export function createActionPath(
  service: Service,
  ...[name, summary, run, busy, throttled]: ActionParts
): PartnerPath {
  const quota = createQuota(service.callsPerSecond, 1000);
  return {
    path: `/#${name}`,
    summary,
    answer(state, request) {
      const { headers = {}, method } = request;
      if (method !== 'POST') return respond(state, { error: 'UnsupportedProtocol' });
      const fault = signatureFault(state, service.name, request);
      if (fault) return respond(state, { error: fault });
      if (headers['x-tc-version'] !== service.version) return respond(state, { error: 'NoSuchVersion' });
      if (!headers['x-tc-region']) return respond(state, { error: 'MissingParameter' });
      if (!quota.take(name, state.clock.now())) return respond(state, { error: 'RequestLimitExceeded' });
      const input = readInput(request.body);
      return respond(state, input ? run(state, input, headers.host ?? '') : { error: 'InvalidParameter' });
    },
    busy: (state) => respond(state, busy),
    throttled: (state) => respond(state, throttled),
  };
}

/** What is not an action of ours. */
export const unknownAction: PartnerPath = {
  path: '/#',
  summary: '腾讯云的其他接口：InvalidAction',
  answer: (state) => respond(state, { error: 'InvalidAction' }),
  busy: (state) => respond(state, { error: 'InvalidAction' }),
  throttled: (state) => respond(state, { error: 'InvalidAction' }),
};

function respond(state: SandboxState, result: ActionResult): PartnerAnswer {
  const RequestId = uuid(state);
  if ('error' in result) {
    const fault = { Code: result.error, Message: result.error };
    return { status: 200, body: { Response: { Error: fault, RequestId } }, outcome: result.error };
  }
  const { outcome, fields, cut = false } = result;
  return { status: 200, body: { Response: { ...fields, RequestId } }, outcome, cut };
}

export function uuid({ random }: SandboxState): string {
  return random(16)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function readInput(body: string): Record<string, unknown> | undefined {
  try {
    const input: unknown = JSON.parse(body);
    return typeof input === 'object' && input !== null ? (input as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
