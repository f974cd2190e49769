import type { Configuration } from 'openid-client';
import { Stop } from '../command-line/exit';
import { type Lang, type Words, words } from '../command-line/words';
import type { SignIn } from './store';

/** Before the token's end, so that it does not end on the way. */
const EARLY_MS = 30_000;
/** Some issuers do not say how long a token lives; the service takes none older than an hour. */
const USUAL_LIFE_SECONDS = 3600;
/** Of a provider on this machine, where nobody else is kept waiting. Others say how often, or it is every 5 s. */
const LOCAL_POLL_SECONDS = 0.2;

export type Provider = { issuer: string; clientId: string };

/** Only this machine is spoken to without TLS. */
export const isThisMachine = (url: string): boolean =>
  ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname);

async function connect({ issuer, clientId }: Provider) {
  const openid = await import('openid-client');
  const options = isThisMachine(issuer) ? { execute: [openid.allowInsecureRequests] } : {};
  const provider: Configuration = await openid
    .discovery(new URL(issuer), clientId, undefined, openid.None(), options)
    .catch((error: unknown) => {
      throw unreachable(error);
    });
  return { openid, provider };
}

/**
 * The device flow (RFC 8628): says where to go and which code to type, and waits until that has been done.
 * @throws Stop when it was denied, ran out of time, or the provider cannot be reached
 */
export async function signIn(
  parts: Provider & { say(said: Words): void; now(): number; signal: AbortSignal },
): Promise<SignIn> {
  const { openid, provider } = await connect(parts);
  try {
    const asked = await openid.initiateDeviceAuthorization(provider, { scope: 'openid', prompt: 'login' });
    const { verification_uri: page, user_code: code, expires_in: seconds } = asked;
    const minutes = Math.floor(seconds / 60);
    parts.say(
      words(
        `请在浏览器中打开  ${page}\n输入代码          ${code}\n（${minutes} 分钟内有效。等待中，按 Ctrl-C 放弃。）`,
        `Open in a browser  ${page}\nand type the code  ${code}\n(Good for ${minutes} minutes. Waiting; Ctrl-C gives up.)`,
      ),
    );
    const pace = isThisMachine(parts.issuer) ? { interval: LOCAL_POLL_SECONDS } : {};
    const polled = { ...pace, ...asked };
    const got = await openid.pollDeviceAuthorizationGrant(provider, polled, undefined, {
      signal: parts.signal,
    });
    return keptFrom(parts, got, parts.now());
  } catch (error) {
    throw explain(error);
  }
}

/** The sign-in if it is still good, or a fresh one of the same person. @throws Stop when they have to sign in anew */
export async function fresh(signIn: SignIn, now: number): Promise<SignIn> {
  if (signIn.expiresAtMs - EARLY_MS > now) return signIn;
  if (!signIn.refreshToken) throw signInNeeded();
  const { openid, provider } = await connect(signIn);
  try {
    const got = await openid.refreshTokenGrant(provider, signIn.refreshToken);
    return keptFrom(signIn, { refresh_token: signIn.refreshToken, ...got }, now);
  } catch (error) {
    throw isRefusal(error) ? signInNeeded() : unreachable(error);
  }
}

/** Tells the provider to accept it no more. Answers whether it has been told. */
export async function revoke(signIn: SignIn): Promise<boolean> {
  try {
    const { openid, provider } = await connect(signIn);
    await openid.tokenRevocation(provider, signIn.refreshToken ?? signIn.accessToken);
    return true;
  } catch {
    return false;
  }
}

/** What the token says of its holder. The service decides by itself; this is for the eye. */
export function holderOf({ accessToken }: SignIn): { staffId: string; roles: string[] } {
  try {
    const [, payload = ''] = accessToken.split('.');
    const { sub, roles } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<
      string,
      unknown
    >;
    return { staffId: String(sub ?? ''), roles: Array.isArray(roles) ? roles.map(String) : [] };
  } catch {
    return { staffId: '', roles: [] };
  }
}

const roleNames: Record<string, Words> = {
  support: words('客服', 'support'),
  responder: words('应急处置人员', 'responder'),
  officer: words('个人信息保护负责人', 'officer'),
  auditor: words('审计人员', 'auditor'),
};

export const roleIn = (lang: Lang, role: string): string => roleNames[role]?.[lang] ?? role;

/** As much of a token response (RFC 6749, section 5.1) as is needed. */
type Tokens = { access_token: string; refresh_token?: string; expires_in?: number };

function keptFrom({ issuer, clientId }: Provider, got: Tokens, now: number): SignIn {
  const {
    access_token: accessToken,
    refresh_token: refreshToken,
    expires_in: seconds = USUAL_LIFE_SECONDS,
  } = got;
  return {
    issuer,
    clientId,
    accessToken,
    ...(refreshToken && { refreshToken }),
    expiresAtMs: now + seconds * 1000,
  };
}

export const signInNeeded = () =>
  new Stop('signInNeeded', words('请先登录：leliao login', 'Sign in first: leliao login'));

const isRefusal = (error: unknown) => (error as { error?: string }).error !== undefined;

function unreachable(error: unknown): Stop {
  if (isRefusal(error)) return explain(error);
  return new Stop(
    'unreachable',
    words(
      '连不上登录服务，请检查网络和 --issuer。',
      'The sign-in service cannot be reached: check the network and --issuer.',
    ),
  );
}

/** By the codes of RFC 8628, section 3.5. */
function explain(error: unknown): Stop {
  if (error instanceof Stop) return error;
  const { error: code } = error as { error?: string };
  if (code === 'access_denied') return new Stop('refused', words('登录被拒绝。', 'The sign-in was denied.'));
  if (code === 'expired_token')
    return new Stop(
      'refused',
      words('代码已过期，请重新运行 leliao login。', 'The code has expired: run leliao login again.'),
    );
  if (code) return new Stop('refused', words('登录服务拒绝了这次请求。', 'The sign-in service refused.'));
  return unreachable(error);
}
