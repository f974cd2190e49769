import { type SandboxServer, startSandbox } from '../../infra/local/sandbox/server';
import type { Clock } from '../../lib/clock';

export const app = { appid: 'wx0000000000000000', secret: 'local-secret' };
export const otherApp = { appid: 'wx1111111111111111', secret: 'other-secret' };

/** 2026-11-23 10:00 in Beijing. */
const START = Date.parse('2026-11-23T02:00:00.000Z');

/** A clock that the test moves. */
export type MovableClock = Clock & { advance(milliseconds: number): void };

export function movableClock(now = START): MovableClock {
  return {
    now: () => now,
    advance: (milliseconds) => {
      now += milliseconds;
    },
  };
}

export type TestSandbox = SandboxServer & {
  clock: MovableClock;
  /** Calls the control surface. */
  control(method: string, path: string, body?: object): Promise<{ status: number; body: never }>;
  /** What wx.login gives a person. */
  code(openid: string, appid?: string): Promise<string>;
  /** code2Session with the right parameters, changed by `given`. */
  login(given: Record<string, string | undefined>): Promise<WechatAnswer>;
  /** stable_token with the right body, changed by `given`. */
  token(given?: object): Promise<WechatAnswer>;
};

export type WechatAnswer = {
  errcode?: number;
  errmsg?: string;
  openid?: string;
  unionid?: string;
  session_key?: string;
  access_token?: string;
  expires_in?: number;
};

export async function startTestSandbox(): Promise<TestSandbox> {
  const clock = movableClock();
  const server = await startSandbox({ apps: [app, otherApp], clock });
  const { url } = server;

  async function control(method: string, path: string, body?: object) {
    const response = await fetch(`${url}/sandbox${path}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as never };
  }

  return {
    ...server,
    clock,
    control,
    async code(openid, appid) {
      const { body } = await control('POST', `/people/${openid}/code`, { appid });
      return (body as { code: string }).code;
    },
    async login(given) {
      const all = { ...app, grant_type: 'authorization_code', ...given };
      const present = Object.entries(all).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      );
      const response = await fetch(`${url}/sns/jscode2session?${new URLSearchParams(present)}`);
      expect(response.status).toBe(200);
      return (await response.json()) as WechatAnswer;
    },
    async token(given = {}) {
      const body = JSON.stringify({ grant_type: 'client_credential', ...app, ...given });
      const response = await fetch(`${url}/cgi-bin/stable_token`, { method: 'POST', body });
      expect(response.status).toBe(200);
      return (await response.json()) as WechatAnswer;
    },
  };
}
