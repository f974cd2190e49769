import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { Configuration } from 'oidc-provider';
import { deviceFlow, sayWhatIsMissing, signInHere, welcome } from './oidc-device';
import { close, listen } from './ports';
import { STAFF_SECRET, staff } from './staff';

/** What local staff tokens are meant for. */
export const STAFF_AUDIENCE = 'https://console.leliao.local';
const TOKEN_LIFE_SECONDS = 3600;

export type Oidc = {
  issuer: string;
  jwksUrl: string;
  audience: string;
  stop(): Promise<void>;
};

/**
 * Starts an OpenID provider, on a free port unless one is named, that signs the staff in. A member gets an access token (RFC 9068) for a terminal
 * by the device flow, on this provider's own pages; and for a script straight from the token endpoint, with their name
 * and the local secret, which no real provider would do.
 */
export async function startOidc(port = 0): Promise<Oidc> {
  let answer: RequestListener = (_, response) => response.writeHead(503).end();
  const server = createServer((request, response) => answer(request, response));
  const issuer = `http://127.0.0.1:${await listen(server, port)}`;
  answer = await quietly(async () => {
    const { Provider } = await import('oidc-provider');
    const provider = new Provider(issuer, configuration(signingKey()));
    sayWhatIsMissing(provider);
    const rest = provider.callback();
    return (request, response) => {
      if (request.url === '/') return welcome(response);
      if (request.url?.startsWith('/interaction/')) return signInHere(provider, request, response);
      return rest(request, response);
    };
  });
  return { issuer, jwksUrl: `${issuer}/jwks`, audience: STAFF_AUDIENCE, stop: () => close(server) };
}

function configuration(key: object): Configuration {
  const device = deviceFlow(STAFF_AUDIENCE);
  return {
    ...device.settings,
    jwks: { keys: [key] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    clients: [
      device.client,
      ...Object.keys(staff).map((id) => ({
        client_id: id,
        client_secret: STAFF_SECRET,
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
      })),
    ],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      deviceFlow: device.feature,
      revocation: { enabled: true, allowedPolicy: (_, client, token) => token.clientId === client.clientId },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => STAFF_AUDIENCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: '',
          audience: STAFF_AUDIENCE,
          accessTokenFormat: 'jwt',
          accessTokenTTL: TOKEN_LIFE_SECONDS,
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
    extraTokenClaims: (_, token) => {
      const member = 'accountId' in token ? token.accountId : token.clientId;
      return { roles: staff[member ?? ''] ?? [] };
    },
    cookies: { keys: [randomUUID()] },
    ttl: {
      ...device.settings.ttl,
      IdToken: TOKEN_LIFE_SECONDS,
      ClientCredentials: TOKEN_LIFE_SECONDS,
      AccessToken: TOKEN_LIFE_SECONDS,
    },
  };
}

/** One that nobody else has, so that tokens of another run are refused. */
function signingKey(): object {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256', kid: randomUUID() };
}

/** It warns of Node 20, on which it is tried here, and of keeping everything in memory, which is what we want. */
async function quietly<T>(start: () => Promise<T>): Promise<T> {
  const { warn } = console;
  console.warn = () => {};
  try {
    return await start();
  } finally {
    console.warn = warn;
  }
}
