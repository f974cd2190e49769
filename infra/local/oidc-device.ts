import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Configuration, KoaContextWithOIDC, Provider } from 'oidc-provider';
import {
  codePage,
  confirmPage,
  donePage,
  failedPage,
  missingPage,
  pageHeaders,
  rootPage,
  signInPage,
} from './oidc-pages';
import { STAFF_SECRET, staff, staffInWords } from './staff';

/** The public client of the staff's command line (infra/leliao). It has no secret: what proves the person is the person. */
export const CLI_CLIENT = 'leliao-cli';
/** A shift. After it a person signs in anew. */
export const SHIFT_SECONDS = 8 * 3600;
/** Time to open the page and type the code. */
const DEVICE_CODE_SECONDS = 600;
const MAX_FORM_BYTES = 4096;

/** What the provider is told so that a terminal can be signed in by the device flow (RFC 8628). */
export function deviceFlow(audience: string) {
  return {
    client: {
      client_id: CLI_CLIENT,
      client_name: '乐聊命令行 leliao',
      token_endpoint_auth_method: 'none',
      grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
      response_types: [],
      redirect_uris: [],
    },
    feature: {
      enabled: true,
      charset: 'base-20',
      mask: '****-****',
      async userCodeInputSource(ctx, form, _, error) {
        show(ctx, codePage(tokenIn(form), problemOf(error)));
      },
      async userCodeConfirmSource(ctx, form, client, _, code) {
        show(ctx, confirmPage(tokenIn(form), code, client.clientName ?? client.clientId));
      },
      async successSource(ctx) {
        show(ctx, donePage());
      },
    },
    settings: {
      interactions: { url: (_, { uid }) => `/interaction/${uid}` },
      findAccount: (_, id) =>
        Object.hasOwn(staff, id) ? { accountId: id, claims: () => ({ sub: id }) } : undefined,
      /** The operator's own program for the operator's own people: there is nothing to consent to. */
      async loadExistingGrant({ oidc }) {
        const accountId = oidc.session?.accountId;
        if (!accountId) return undefined;
        const grant = new oidc.provider.Grant({ clientId: CLI_CLIENT, accountId });
        grant.addOIDCScope('openid');
        grant.addResourceScope(audience, '');
        await grant.save();
        return grant;
      },
      issueRefreshToken: async () => true,
      renderError: (ctx) => show(ctx, failedPage()),
      ttl: {
        DeviceCode: DEVICE_CODE_SECONDS,
        RefreshToken: SHIFT_SECONDS,
        Grant: SHIFT_SECONDS,
        Session: SHIFT_SECONDS,
        Interaction: DEVICE_CODE_SECONDS,
      },
    },
  } satisfies {
    client: NonNullable<Configuration['clients']>[number];
    feature: NonNullable<Configuration['features']>['deviceFlow'];
    settings: Configuration;
  };
}

function show(ctx: KoaContextWithOIDC, page: string): void {
  ctx.set(pageHeaders);
  ctx.body = page;
}

/** The provider hands over a whole form of its own, without a label; of it only the token is needed. */
function tokenIn(form: string): string {
  return /name="xsrf" value="([^"]*)"/.exec(form)?.[1] ?? '';
}

function problemOf(error: unknown) {
  if (!error) return 'none';
  const { name = '', userCode } = error as { name?: string; userCode?: string };
  if (name === 'AbortedError') return 'denied';
  return userCode || name === 'NoCodeError' ? 'wrong' : 'fault';
}

/** What no route of the provider answers gets a page that says so. */
export function sayWhatIsMissing(provider: Provider): void {
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.status !== 404 || ctx.body) return;
    ctx.set(pageHeaders);
    ctx.body = missingPage();
    ctx.status = 404;
  });
}

/** `/`: nothing of the protocol, but what whoever opens the printed address sees. */
export function welcome(response: ServerResponse): void {
  answer(response, 200, rootPage(staffInWords()));
}

/** `/interaction/…`, where the provider sends a browser whose person has to sign in. */
export async function signInHere(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const { uid } = await provider.interactionDetails(request, response);
    const form = { uid, accounts: staffInWords() };
    if (request.method !== 'POST') return answer(response, 200, signInPage(form));
    const sent = new URLSearchParams(await bodyOf(request));
    const account = sent.get('account') ?? '';
    if (!Object.hasOwn(staff, account) || sent.get('secret') !== STAFF_SECRET)
      return answer(response, 401, signInPage({ ...form, chosen: account, refused: true }));
    await provider.interactionFinished(request, response, { login: { accountId: account } });
  } catch {
    // The cookie of the interaction is missing, or its time is over.
    if (!response.headersSent) answer(response, 400, failedPage());
  }
}

function answer(response: ServerResponse, status: number, page: string): void {
  response.writeHead(status, pageHeaders).end(page);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > MAX_FORM_BYTES) throw new Error('a form is small');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
