import { createServer, type Server } from 'node:http';
import { close, listen } from '../../infra/local/ports';
import { examine } from '../../infra/local/promises';
import type { Running } from '../../infra/local/promises/running';
import { webSignIn } from '../../infra/local/promises/web';
import { ApiError } from '../../lib/client/api-error';

/** A service that lets whoever polls first have the session. */
const careless: Record<string, { data: object; cookie?: string }> = {
  webBegin: {
    data: { code: 'ABCD-EFGH' },
    cookie: '__Host-leliao-asking=x; Path=/; Secure; HttpOnly; SameSite=Strict',
  },
  webPoll: { data: { state: 'signed-in' }, cookie: '__Host-leliao-session=token; Path=/' },
};

const notFound = new ApiError('NOT_FOUND', '');

let server: Server;
let api: string;
beforeAll(async () => {
  server = createServer(({ url = '' }, response) => {
    const { data, cookie } = careless[url.split('/').at(-1) ?? ''] ?? { data: {} };
    if (cookie) response.setHeader('set-cookie', cookie);
    response.end(JSON.stringify({ ok: true, data }));
  });
  api = `http://127.0.0.1:${await listen(server, 0)}`;
});
afterAll(() => close(server));

/** People whose approvals are all accepted, or refused until they have been shown what is asked. */
function running(approvesUnseen: boolean): Running {
  const person = async () => {
    let shown = approvesUnseen;
    const webShow = async () => {
      shown = true;
      return { device: 'Chrome / Windows', place: '203.0.113.*' };
    };
    const webApprove = async () => {
      if (!shown) throw notFound;
    };
    return { api: { login: { webShow, webApprove } } };
  };
  return { api, person } as unknown as Running;
}

describe('the check of A2', () => {
  it('fails where a sign-in is approved unseen', async () => {
    const [row] = (await examine(running(true), { A2: webSignIn })).filter(({ id }) => id === 'A2');
    expect(row).toMatchObject({ pass: false, evidence: expect.stringContaining('nobody had been shown') });
  });

  it('fails where another browser gets the session', async () => {
    const [row] = (await examine(running(false), { A2: webSignIn })).filter(({ id }) => id === 'A2');
    expect(row).toMatchObject({ pass: false, evidence: 'another browser picked the session up' });
  });
});
