import { checks, examine } from '../../infra/local/promises';
import type { Running } from '../../infra/local/promises/running';
import { ApiError } from '../../lib/client/client';
import { randomId, systemRandom } from '../../lib/crypto/random';
import { issueToken } from '../../lib/crypto/token';
import { promises } from '../../lib/policy/promises';

/** The checks themselves are tried here on services that break their promise; `npm run promises` tries the real one. */
const only = (id: keyof typeof checks) => ({ [id]: checks[id] });
const row = async (id: keyof typeof checks, running: object) =>
  (await examine(running as Running, only(id))).find((one) => one.id === id);

describe('npm run promises', () => {
  it('has one row for each promise that is claimed, and each claim has a check', async () => {
    expect(Object.keys(checks).sort()).toEqual(Object.keys(promises).sort());
    const rows = await examine({} as Running, {});
    expect(rows.map(({ id }) => id)).toEqual(Object.keys(promises));
    for (const one of rows) expect(Object.keys(one)).toEqual(['id', 'clause', 'pass', 'evidence']);
  });

  it('fails a promise that is claimed without a check', async () => {
    for (const { pass, evidence } of await examine({} as Running, {})) {
      expect({ pass, evidence }).toEqual({ pass: false, evidence: 'claimed without a check' });
    }
  });

  it('fails A1 where first sign-ins at once make several accounts', async () => {
    const signIn = async () => ({ ...issueToken(randomId(systemRandom), systemRandom), newAccount: true });
    const stranger = async () => ({ code: async () => 'c', api: { login: { signIn } } });
    expect(await row('A1', { stranger, scan: async () => [] })).toMatchObject({
      pass: false,
      evidence: expect.stringContaining('0 accounts'),
    });
  });

  it('fails A5 where an ended session goes on', async () => {
    const session = (device: string) => ({ device, place: '1.2.3.*', usedAt: 'now', sessionId: device });
    const login = {
      listSessions: async () => ({ sessions: ['iPhone', 'iPad', 'MacBook', 'Pad', 'Desktop'].map(session) }),
      revokeSession: async () => ({ ended: 1 }),
    };
    const api = {
      login,
      consent: { status: async () => ({}) },
      cards: { list: async () => ({ cards: [] }) },
    };
    const same = async () => ({ api });
    expect(await row('A5', { cardHolder: same, device: same })).toMatchObject({
      pass: false,
      evidence: 'an ended session got OK',
    });
  });

  it('fails K1 where a grant without evidence is taken', async () => {
    const consent = {
      policy: async () => ({ version: 1, textHash: 'h' }),
      grant: async () => ({ seenEntry: 2 }),
    };
    const person = async () => ({ api: { consent } });
    expect(await row('K1', { person, scan: async () => [] })).toMatchObject({
      pass: false,
      evidence: 'a grant with no evidence got OK',
    });
  });

  it('fails C1 where every edit of one version is accepted', async () => {
    const create = async () => ({ cardId: 'c', version: 1 });
    const update = async ({ name }: { name: string }) => ({ name });
    const get = async () => ({ name: '编辑0' });
    const cardHolder = async () => ({ api: { cards: { create, update, get } } });
    expect(await row('C1', { cardHolder })).toMatchObject({
      pass: false,
      evidence: '20 of 20 edits of version 1 were accepted',
    });
  });

  it('fails a check that dies, and says so', async () => {
    const person = async () => Promise.reject(new ApiError('NETWORK', '网络不通'));
    expect(await row('K1', { person })).toMatchObject({
      pass: false,
      evidence: expect.stringContaining('网络不通'),
    });
  });
});
