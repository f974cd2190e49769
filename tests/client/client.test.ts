import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ApiError,
  type ConsentAsk,
  consentAct,
  consentAskedBy,
  createClient,
  MAX_TRIES,
  memoryTokenStore,
  newIdempotencyKey,
  type Request,
  wxTokenStore,
} from '../../lib/client/client';
import { reads } from '../../lib/client/reads';
import { functions } from '../support/world';

type Answer = (request: Request) => Promise<unknown>;

const down: Answer = () => Promise.reject(new TypeError('fetch failed'));
const refusedWith =
  (code: string): Answer =>
  async () => ({ ok: false, error: { code, message: '…', requestId: 'r' } });
const fine: Answer = async () => ({ ok: true, data: {} });

/** A client whose answers are given, the last one for ever. */
function scripted(answers: Answer[], token = memoryTokenStore()) {
  const sent: Request[] = [];
  const waits: number[] = [];
  const transport: Answer = (request) => {
    sent.push(request);
    const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? fine;
    return answer(request);
  };
  const wait = async (milliseconds: number) => void waits.push(milliseconds);
  return { sent, waits, api: createClient({ transport, wait, token }) };
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'OK',
    (error) => (error instanceof ApiError ? error.code : error),
  );

const idempotencyKey = 'k'.repeat(16);

describe('repeating by itself', () => {
  it('sends the very same request again when nobody answered or the service was busy', async () => {
    const { sent, waits, api } = scripted([down, refusedWith('BUSY'), fine]);
    await api.cards.create({ name: '一', idempotencyKey });
    expect(sent).toHaveLength(3);
    expect(new Set(sent.map((request) => JSON.stringify(request))).size).toBe(1);
    expect(waits).toEqual([300, 600]);
  });

  it('gives up after MAX_TRIES, and says why', async () => {
    const { sent, api } = scripted([down]);
    expect(await codeOf(api.cards.list())).toBe('NETWORK');
    expect(sent).toHaveLength(MAX_TRIES);
  });

  it.each([
    [
      'login/signIn, whose code is used up',
      (api: ReturnType<typeof scripted>['api']) => api.login.signIn({ code: 'c' }),
    ],
    ['login/signOut', (api: ReturnType<typeof scripted>['api']) => api.login.signOut()],
    ['login/revokeOthers', (api: ReturnType<typeof scripted>['api']) => api.login.revokeOthers()],
  ])('leaves alone what may have happened already: %s', async (_, act) => {
    for (const [answer, code] of [
      [down, 'NETWORK'],
      [refusedWith('BUSY'), 'BUSY'],
    ] as const) {
      const { sent, api } = scripted([answer]);
      expect(await codeOf(act(api))).toBe(code);
      expect(sent).toHaveLength(1);
    }
  });

  it('does not spend a proof of self twice', async () => {
    const { sent, api } = scripted([down]);
    expect(await codeOf(api.cards.delete({ cardId: 'x', version: 1 }, { proof: 'p' }))).toBe('NETWORK');
    expect(sent).toMatchObject([{ proof: 'p' }]);
  });

  it.each(['INVALID_INPUT', 'TOO_MANY_ATTEMPTS', 'INTERNAL', 'PARTNER_UNAVAILABLE', 'NOT_FOUND'])(
    'takes %s for an answer',
    async (code) => {
      const { sent, api } = scripted([refusedWith(code)]);
      expect(await codeOf(api.cards.list())).toBe(code);
      expect(sent).toHaveLength(1);
    },
  );

  it('stays with the person who asked, whoever signs in between two tries', async () => {
    const token = memoryTokenStore();
    token.set('first');
    const switchAndFail: Answer = async () => {
      token.set('second');
      throw new Error('down');
    };
    const { sent, api } = scripted([switchAndFail, fine], token);
    await api.cards.create({ name: '一', idempotencyKey });
    expect(sent.map((request) => request.token)).toEqual(['first', 'first']);
  });

  it('knows exactly what only reads: whatever people call that leaves no trace but its count says so in its row', () => {
    const rows = Object.entries(functions).flatMap(([name, operations]) =>
      Object.entries(operations).map(([operation, row]) => ({ path: `${name}/${operation}`, ...row })),
    );
    const isPerson = (caller: string) => ['anyone', 'wechat', 'subject', 'staff'].includes(caller);
    const leavesNothing = rows.filter(
      ({ caller, ledger, budget, limits = [] }) =>
        isPerson(caller) && ledger === 'none' && budget.writeUnits <= limits.length,
    );
    const paths = (some: typeof rows) => some.map(({ path }) => path).sort();
    expect(paths(rows.filter(({ reads }) => reads))).toEqual(paths(leavesNothing));
    // Written from the rows: after a change, npm run operations.
    const known = Object.entries(reads).flatMap(([name, list]) =>
      list.split(' ').map((one) => `${name}/${one}`),
    );
    expect(known.sort()).toEqual(paths(leavesNothing));
  });

  it('repeats every operation that only reads, and no other that carries no key and no version', async () => {
    const sentFor = async (name: string, operation: string) => {
      const { sent, api } = scripted([down]);
      const call = (api as unknown as Record<string, Record<string, () => Promise<unknown>>>)[name]?.[
        operation
      ];
      expect(await codeOf(call?.() ?? Promise.resolve())).toBe('NETWORK');
      return sent.length;
    };
    for (const [name, operations] of Object.entries(functions))
      for (const [operation, row] of Object.entries(operations))
        expect([name, operation, await sentFor(name, operation)]).toEqual([
          name,
          operation,
          row.reads ? MAX_TRIES : 1,
        ]);
  });
});

describe('the token', () => {
  const signedIn: Answer = async () => ({ ok: true, data: { token: 'new' } });

  it('is kept at sign-in, sent with every call, and dropped at sign-out', async () => {
    const { sent, api } = scripted([signedIn, fine]);
    await api.login.signIn({ code: 'c' });
    await api.cards.list();
    await api.login.signOut();
    await api.cards.list();
    expect(sent.map(({ token }) => token)).toEqual([undefined, 'new', 'new', undefined]);
  });

  it('is kept when signing out did not get through, so that it can be tried again', async () => {
    const { sent, api } = scripted([down]);
    api.useToken('mine');
    await codeOf(api.login.signOut());
    await codeOf(api.login.signOut());
    expect(sent.map(({ token }) => token)).toEqual(['mine', 'mine']);
  });

  it('is dropped when it is refused, but a newer one is not', async () => {
    const token = memoryTokenStore();
    token.set('old');
    await codeOf(scripted([refusedWith('SIGN_IN_REQUIRED')], token).api.cards.list());
    expect(token.get()).toBeUndefined();
    token.set('old');
    const slow: Answer = (request) => {
      token.set('new');
      return refusedWith('SIGN_IN_REQUIRED')(request);
    };
    await codeOf(scripted([slow], token).api.cards.list());
    expect(token.get()).toBe('new');
  });

  it('stays through any other refusal', async () => {
    for (const code of ['CONSENT_REQUIRED', 'CALLER_NOT_ALLOWED', 'PROOF_REQUIRED']) {
      const { sent, api } = scripted([refusedWith(code)]);
      api.useToken('mine');
      await codeOf(api.cards.list());
      await codeOf(api.cards.list());
      expect(sent.map(({ token }) => token)).toEqual(['mine', 'mine']);
    }
  });

  it('survives the end of the mini-program in its storage', () => {
    const storage = new Map<string, string>();
    const wx = {
      getStorageSync: (key: string) => storage.get(key) ?? '', // wx says '' of what is not there
      setStorageSync: (key: string, value: string) => void storage.set(key, value),
      removeStorageSync: (key: string) => void storage.delete(key),
    };
    expect(wxTokenStore(wx).get()).toBeUndefined();
    wxTokenStore(wx).set('kept');
    expect(wxTokenStore(wx).get()).toBe('kept');
    wxTokenStore(wx).set(undefined);
    expect(storage.size).toBe(0);
  });
});

describe('the client object', () => {
  it('calls nothing when the language asks it something', async () => {
    const { sent, api } = scripted([fine]);
    await api;
    await api.cards;
    expect(JSON.stringify({ api, cards: api.cards })).toBe('{"api":{},"cards":{}}');
    expect(`${api.cards}`).toBe('[object Object]');
    expect(sent).toEqual([]);
  });
});

describe('an idempotency key', () => {
  it('is what the service takes for one, and never the same', async () => {
    const keys = await Promise.all(Array.from({ length: 50 }, () => newIdempotencyKey()));
    for (const key of keys) expect(key).toMatch(/^[\w-]{16,64}$/);
    expect(new Set(keys).size).toBe(50);
  });

  it('comes from the source passed in', async () => {
    const source = (length: number) => new Uint8Array(length).fill(10);
    expect(await newIdempotencyKey(source)).toBe('0a'.repeat(16));
    expect(await newIdempotencyKey(async (length) => source(length))).toBe('0a'.repeat(16));
  });
});

describe('a consent that is missing', () => {
  const told = { purpose: 'cards', name: '名片', policyVersion: 3, textHash: 'f'.repeat(64) };
  const refusal: Answer = async () => ({
    ok: false,
    error: {
      code: 'CONSENT_REQUIRED',
      message: '需要先同意',
      details: { purpose: 'cards', seenEntry: 7, notice: told },
      requestId: 'r',
    },
  });

  it('is asked for by what the refusal brings, and decided on by exactly that (K1)', async () => {
    const { api } = scripted([refusal]);
    const shown = await api.cards.list().catch(consentAskedBy);
    expect(shown).toEqual({ ...told, seenEntry: 7 });
    const act = await consentAct(shown as ConsentAsk, { control: 'cards.agree', dwellMs: 900 }, (length) =>
      new Uint8Array(length).fill(1),
    );
    expect(act).toEqual({
      purpose: 'cards',
      seenEntry: 7,
      policyVersion: 3,
      textHash: told.textHash,
      language: 'zh-CN',
      evidence: { control: 'cards.agree', defaultState: 'unchecked', dwellMs: 900 },
      idempotencyKey: '01'.repeat(16),
    });
  });

  it('is not what any other failure is for', async () => {
    for (const other of [refusedWith('NOT_FOUND'), refusedWith('CONSENT_REQUIRED'), down])
      expect(await scripted([other]).api.cards.list().catch(consentAskedBy)).toBeUndefined();
    for (const thrown of [undefined, null, 'CONSENT_REQUIRED', new Error('x')])
      expect(consentAskedBy(thrown)).toBeUndefined();
  });
});

it('knows every function of the service by its types', () => {
  const table = readFileSync(join(__dirname, '../../lib/client/api.ts'), 'utf8');
  // Missing here: add the function to Service in lib/client/api.ts.
  expect(Object.keys(functions).filter((name) => !table.includes(`: typeof ${name};`))).toEqual([]);
});
