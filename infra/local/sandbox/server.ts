import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { type Clock, systemClock } from '../../../lib/clock';
import { type Random, systemRandom } from '../../../lib/crypto/random';
import { pageHeaders } from '../console/page';
import { close, HOST, listen } from '../ports';
import { type Contacts, createContacts } from './contacts';
import { answerControl } from './control';
import { answerPage } from './control-page';
import type { Control } from './control-route';
import { createCheckPaths } from './faceid-checks';
import { createFacePaths } from './faceid-face';
import { createFaults, type Fault } from './faults';
import { createNetworkIdentityPath } from './network-identity';
import type { PartnerAnswer, PartnerPath, PartnerRequest } from './partner-path';
import { createSmsPaths } from './sms';
import { type App, createState, recordCall, type SandboxState } from './state';
import { createSubscribePath } from './subscribe-message';
import { unknownAction } from './tencent-transport';
import { wechatError } from './wechat';
import { createCodePath } from './wechat-code';
import { createLoginPath } from './wechat-login';
import { createPhonePath } from './wechat-phone';
import { createRiskPath } from './wechat-risk';
import { createTextPath } from './wechat-text';
import { createTokenPath, createTokens } from './wechat-token';

const BODY_LIMIT_BYTES = 1024 * 1024;

export type SandboxServer = {
  /** Base URL: production code differs by this and nothing else. */
  url: string;
  stop(): Promise<void>;
};

/** Every partner path there is. */
function createPaths(contacts: Contacts): PartnerPath[] {
  const tokens = createTokens();
  return [
    createLoginPath(),
    createTokenPath(tokens),
    createPhonePath(tokens.isLive),
    createRiskPath(tokens.isLive),
    createTextPath(tokens.isLive),
    createCodePath(tokens.isLive),
    createSubscribePath(tokens.isLive, contacts),
    ...createCheckPaths(),
    ...createFacePaths(),
    ...createSmsPaths(contacts),
    createNetworkIdentityPath(),
    unknownAction,
  ];
}

/** Starts the partner sandbox, on a free port unless one is named. Everything it knows is in memory. */
export async function startSandbox(parts: {
  apps: App[];
  clock?: Clock;
  random?: Random;
  /** Shared with the mail server (../smtp.ts), where there is one. */
  contacts?: Contacts;
  port?: number | undefined;
}): Promise<SandboxServer> {
  const { apps, clock = systemClock, random = systemRandom, contacts = createContacts(clock) } = parts;
  const control = {
    state: createState({ apps, clock, random }),
    contacts,
    faults: createFaults(),
    paths: createPaths(contacts),
  };
  const server = createServer((request, response) => {
    answer(control, request, response).catch(() => response.destroy());
  });
  const port = await listen(server, parts.port ?? 0);
  return { url: `http://${HOST}:${port}`, stop: () => close(server) };
}

async function answer(control: Control, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://sandbox');
  const method = request.method ?? 'GET';
  const body = await readBody(request);
  if (body === undefined) return send(response, 413, '{"error":"The body is over 1 MB."}');
  if (pathname === '/sandbox' || pathname.startsWith('/sandbox/')) {
    const paged = isBrowser(request) ? answerPage(control, method, pathname, body) : undefined;
    if (paged) return void response.writeHead(paged.status, pageHeaders).end(paged.page);
    const answered = answerControl(control, method, pathname, body);
    return send(response, answered.status, `${JSON.stringify(answered.body, null, 2)}\n`);
  }
  const headers = request.headers as Record<string, string>;
  const path = findPath(control.paths, pathname, headers['x-tc-action']);
  // The log names paths of ours only: what a stranger asks for could hold anything.
  if (!path)
    return sendAnswer(control.state, response, method, '(unknown)', wechatError(control.state, 40066));
  await answerPartner(control, path, { method, query: searchParams, body, headers }, response);
}

const isBrowser = ({ headers }: IncomingMessage) => headers.accept?.includes('text/html') ?? false;

/** The path that is asked for; at / it is the action that counts. */
function findPath(
  paths: PartnerPath[],
  pathname: string,
  action: string | undefined,
): PartnerPath | undefined {
  if (pathname !== '/') return paths.find(({ path }) => path === pathname);
  return paths.find(({ path }) => path === `/#${action}`) ?? unknownAction;
}

async function answerPartner(
  { state, faults, contacts }: Control,
  path: PartnerPath,
  request: PartnerRequest,
  response: ServerResponse,
): Promise<void> {
  const fault = faults.take(path.path);
  if (fault && isBroken(fault)) {
    recordCall(state, request.method, path.path, fault.kind);
    return breakDown(fault, response);
  }
  const isOver = !contacts.quotas.take(path.path, state.clock.now());
  const trouble = isOver ? 'throttled' : fault?.kind;
  const answered =
    trouble === 'busy' || trouble === 'throttled' ? path[trouble](state) : path.answer(state, request);
  if (fault?.kind === 'slow') await pause(fault.milliseconds, undefined, { ref: false });
  if (answered.cut) {
    recordCall(state, request.method, path.path, 'cut');
    return void response.socket?.resetAndDestroy();
  }
  sendAnswer(state, response, request.method, path.path, answered);
}

type Broken = Fault & { kind: 'down' | 'reset' | 'lying' };

function isBroken(fault: Fault): fault is Broken {
  return ['down', 'reset', 'lying'].includes(fault.kind);
}

function breakDown({ kind }: Broken, response: ServerResponse): void {
  if (kind === 'reset') response.socket?.resetAndDestroy();
  else if (kind === 'down') send(response, 502, '<html><body>502 Bad Gateway</body></html>', 'text/html');
  else send(response, 200, '{"openid":"o');
}

function sendAnswer(
  state: SandboxState,
  response: ServerResponse,
  method: string,
  path: string,
  { status, body, outcome, image, text = JSON.stringify(body) }: PartnerAnswer,
): void {
  recordCall(state, method, path, outcome);
  if (image) {
    response.writeHead(status, { 'content-type': 'image/png' }).end(image);
    return;
  }
  send(response, status, text);
}

function send(response: ServerResponse, status: number, body: string, type = 'application/json'): void {
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8` }).end(body);
}

/** The body as text, or undefined when it is too large. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= BODY_LIMIT_BYTES) chunks.push(chunk);
  }
  return bytes <= BODY_LIMIT_BYTES ? Buffer.concat(chunks).toString('utf8') : undefined;
}
