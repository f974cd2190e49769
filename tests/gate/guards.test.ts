import * as z from 'zod/mini';
import { parseToken } from '../../lib/crypto/token';
import type { Deps } from '../../lib/deps';
import type { Call } from '../../lib/gate/call';
import { disclose } from '../../lib/gate/disclose';
import { dispatch } from '../../lib/gate/dispatch';
import { operation } from '../../lib/gate/operation';
import { issueProof } from '../../lib/gate/proof';
import { STAFF_ACCESSES_PER_HOUR, STAFF_DECISIONS_PER_HOUR } from '../../lib/gate/staff';
import { type KindId, kinds } from '../../lib/policy/kinds';
import { keys } from '../../lib/table/keys';
import { readPerson } from '../../lib/table/person/person';
import { proofKey } from '../../lib/table/sign-in/self-proof';
import { rawTable } from '../consent/support';
import { countedMore } from '../support/counted-more';
import { proverOf } from '../support/prover';
import { ticketOf } from '../support/ticket';
import { type Caller, createWorld, functions, onceKey, type World } from '../support/world';

/** A function made for the test, with one operation for each guard of the gate. */
const base = {
  purpose: 'account',
  ledger: 'none',
  kinds: { in: [], out: [] },
  budget: { trips: 9, readUnits: 9, writeUnits: 99 },
  summary: '',
} as const;
const output = z.object({ done: z.boolean() });
const run = async () => ({ done: true, undeclared: '不该出现' });
/** A member of the staff looks at somebody, by a ticket of theirs. */
const look = {
  ...base,
  caller: 'staff',
  roles: ['support', 'officer'],
  input: z.strictObject({ subjectId: z.string(), ticket: z.string() }),
  output,
  about: ({ subjectId, ticket }: { subjectId: string; ticket: string }) => ({
    ...{ subjectId, ticket },
    reason: 'rights-request' as const,
  }),
  run,
} as const;
const guarded = {
  reveal: operation({
    ...base,
    caller: 'subject',
    input: z.strictObject({ target: z.string() }),
    output,
    proof: ({ target }) => target,
    run,
  }),
  often: operation({
    ...base,
    caller: 'subject',
    input: z.strictObject({}),
    output,
    limits: [{ name: 'OFTEN_PER_PERSON', per: 'person', max: 3, windowMs: 60_000 }],
    run,
  }),
  look: operation(look),
  decide: operation({ ...look, decides: true }),
};

const isSealed = (kind: string) => kinds[kind as KindId]?.storage === 'sealed';

let world: World;
let me: Caller;
let subjectId: string;
beforeAll(async () => {
  world = await createWorld();
});
/** Somebody new for each test. */
beforeEach(async () => {
  me = await world.signIn(`me-${onceKey()}`);
  subjectId = parseToken(me.token)?.subjectId ?? '';
});

async function ask(name: keyof typeof guarded, input: object, by: Partial<Call>, deps: Deps = world.deps) {
  const common = { requestId: 'r', host: 'test', trigger: 'client', address: '203.0.113.7' } as const;
  const reply = await dispatch(deps, 'guarded', guarded, { ...common, operation: name, input, ...by });
  return reply.ok ? reply.data : reply.error.code;
}

const history = async () =>
  (await world.ok<{ entries: Record<string, unknown>[] }>('consent/history', {}, me)).entries.map(
    ({ act }) => act,
  );

describe('the gate', () => {
  it('answers only what an operation declares', async () => {
    expect(await ask('often', {}, me)).toEqual({ done: true });
  });

  it('counts per person and refuses beyond the limit, until the window is over (A7)', async () => {
    for (let index = 0; index < 3; index += 1) expect(await ask('often', {}, me)).toEqual({ done: true });
    expect(await ask('often', {}, me)).toBe('TOO_MANY_ATTEMPTS');
    expect(await ask('often', {}, await world.signIn('other'))).toEqual({ done: true });
    world.wait(60_000);
    expect(await ask('often', {}, me)).toEqual({ done: true });
  });
});

describe('a proof of self (A6)', () => {
  const act = 'guarded/reveal|export-1';
  it('opens exactly the act and the target it was made for, once, also minutes later', async () => {
    const proof = await issueProof(world.deps, proverOf(me), act);
    world.wait(4 * 60_000);
    expect(await ask('reveal', { target: 'export-1' }, me)).toBe('PROOF_REQUIRED');
    expect(await ask('reveal', { target: 'export-2' }, { ...me, proof })).toBe('PROOF_REQUIRED');
    expect(await ask('reveal', { target: 'export-1' }, { ...me, proof })).toEqual({ done: true });
    expect(await ask('reveal', { target: 'export-1' }, { ...me, proof })).toBe('PROOF_REQUIRED');
  });

  it('altered by whoever can write the table and holds no key opens nothing (K6)', async () => {
    const proof = await issueProof(world.deps, proverOf(me), 'guarded/reveal|export-2');
    const { subjectId = '', sessionId = '' } = parseToken(proof) ?? {};
    const [raw, TableName] = [rawTable(world), world.config.TABLE_NAME];
    const Key = proofKey(subjectId, sessionId);
    const { Item } = await raw.get({ TableName, Key });
    expect(Item?.act).toBe('guarded/reveal|export-2');
    await raw.put({ TableName, Item: { ...Item, act } });
    expect(await ask('reveal', { target: 'export-1' }, { ...me, proof })).toBe('PROOF_REQUIRED');
    await raw.put({ TableName, Item });
    expect(await ask('reveal', { target: 'export-2' }, { ...me, proof })).toEqual({ done: true });
  });

  it('of two uses at once, one wins', async () => {
    const proof = await issueProof(world.deps, proverOf(me), act);
    const both = await Promise.all([1, 2].map(() => ask('reveal', { target: 'export-1' }, { ...me, proof })));
    expect(both).toHaveLength(2);
    expect(both.filter((answer) => answer === 'PROOF_REQUIRED')).toHaveLength(1);
  });

  it('is no use to another person, after five minutes, or for another operation', async () => {
    const other = await world.signIn('other');
    const proof = await issueProof(world.deps, proverOf(me), act);
    expect(await ask('reveal', { target: 'export-1' }, { ...other, proof })).toBe('PROOF_REQUIRED');
    const elsewhere = await issueProof(world.deps, proverOf(me), 'guarded/erase|export-1');
    expect(await ask('reveal', { target: 'export-1' }, { ...me, proof: elsewhere })).toBe('PROOF_REQUIRED');
    world.wait(5 * 60_000);
    expect(await ask('reveal', { target: 'export-1' }, { ...me, proof })).toBe('PROOF_REQUIRED');
    expect(await ask('reveal', { target: 'export-1' }, { ...me, proof: me.token })).toBe('PROOF_REQUIRED');
  });
});

describe('staff (S6)', () => {
  const alice = { token: 'staff:alice:support' };
  /** With a ticket in the hands of whoever asks. */
  const look = async (by: { token?: string }, deps?: Deps) => {
    const ticket = await ticketOf(world, subjectId, by.token?.split(':')[1]);
    return ask('look', { subjectId, ticket }, by, deps);
  };

  const decide = async (by: { token: string }) => {
    const ticket = await ticketOf(world, subjectId, by.token.split(':')[1]);
    return ask('decide', { subjectId, ticket }, by);
  };

  it('are written to the ledger of the person before anything is answered', async () => {
    expect(await look(alice)).toEqual({ done: true });
    expect(await history()).toEqual(['account.opened', 'staff.accessed']);
    const { entries } = await world.ok<{ entries: object[] }>('consent/history', {}, me);
    expect(entries[1]).toMatchObject({
      role: 'support',
      reason: 'rights-request',
      ticket: await ticketOf(world, subjectId, 'alice'),
      way: 'guarded/look',
    });
  });

  it('get no answer when the ledger cannot be written', async () => {
    const table = { ...world.deps.table, write: () => Promise.reject(new Error('down')) };
    expect(await look(alice, { ...world.deps, table })).toBe('INTERNAL');
    expect(await history()).toEqual(['account.opened']);
  });

  it('need the role, and a person of the service is not staff', async () => {
    expect(await look({ token: 'staff:bob:auditor' })).toBe('CALLER_NOT_ALLOWED');
    expect(await look(me)).toBe('SIGN_IN_REQUIRED');
    expect(await look({})).toBe('SIGN_IN_REQUIRED');
    expect(await ask('often', {}, alice)).toBe('SIGN_IN_REQUIRED');
    expect(await history()).toEqual(['account.opened']);
  });

  it('cannot read in bulk: 30 persons an hour, whoever they are', async () => {
    const dave = { token: 'staff:dave:support' };
    for (let index = 0; index < 30; index += 1) expect(await look(dave)).toEqual({ done: true });
    expect(await look(dave)).toBe('TOO_MANY_ATTEMPTS');
    expect(await decide(dave)).toEqual({ done: true }); // what they have read they can decide
    expect(await look({ token: 'staff:carol:officer' })).toEqual({ done: true });
  });

  it('nor decide in bulk, and who has decided as often as may be still reads (A7)', async () => {
    const erin = { token: 'staff:erin:support' };
    expect(await decide(erin)).toEqual({ done: true });
    const { name, max, windowMs } = STAFF_DECISIONS_PER_HOUR;
    expect(max).toBeGreaterThanOrEqual(STAFF_ACCESSES_PER_HOUR.max); // nothing that was read waits for this
    await countedMore(world, { name, max, windowMs }, 'erin', max - 1);
    expect(await decide(erin)).toBe('TOO_MANY_ATTEMPTS');
    expect(await look(erin)).toEqual({ done: true });
  });

  it('and by deciding are told nothing sealed but what they have brought themselves (S6)', () => {
    const all = Object.entries(functions).flatMap(([name, operations]) =>
      Object.entries(operations).flatMap(([own, one]) =>
        one.about ? [{ path: `${name}/${own}`, one }] : [],
      ),
    );
    const told = all.filter(({ one }) => one.decides).map(({ path, one: { kinds: of } }) => ({ path, of }));
    expect(told.length).toBeGreaterThan(10);
    for (const { path, of } of told)
      expect({ [path]: of.out.filter((kind) => isSealed(kind) && !of.in.includes(kind)) }).toEqual({
        [path]: [],
      });
    // The others are named for what they do.
    for (const { path, one } of all)
      if (!one.decides) expect(path).toMatch(/\/(open|inspect|explain|review|staffGet|pseudonyms)/);
  });

  it('find nobody under an id that does not exist', async () => {
    expect(await ask('look', { subjectId: 'A'.repeat(22), ticket: 'T-1' }, alice)).toBe('NOT_FOUND');
  });
});

describe('a disclosure (D1, N5)', () => {
  const disclosure = {
    recipient: 'wechat',
    kinds: ['login-code'],
    requestId: 'r',
  } as const;
  const self = async () => {
    const [item] = await world.deps.table.getMany([keys.person(subjectId)]);
    if (!item) throw new Error('no such person');
    return readPerson(item);
  };

  it('stands in the register before it is sent, and its answer after', async () => {
    const seen: unknown[] = [];
    const send = async () => {
      seen.push(...(await history()));
      return 'MATCH';
    };
    const told = await disclose(world.deps, await self(), disclosure, send, (answer) => answer);
    expect(told).toMatchObject({ answer: 'MATCH', kept: true });
    expect(seen).toEqual(['account.opened', 'disclosure.made']);
    expect(await history()).toEqual(['account.opened', 'disclosure.made', 'disclosure.answered']);
  });

  it('is not sent when the register cannot be written', async () => {
    let sent = 0;
    const table = { ...world.deps.table, write: () => Promise.reject(new Error('down')) };
    const send = async () => {
      sent += 1;
    };
    const attempt = disclose({ ...world.deps, table }, await self(), disclosure, send, () => '');
    await expect(attempt).rejects.toThrow('down');
    expect(sent).toBe(0);
  });

  it('that fails stands in the register too, by the name of the error', async () => {
    const send = () => Promise.reject(new Error('张三 440106199001010015'));
    await expect(disclose(world.deps, await self(), disclosure, send, () => '')).rejects.toThrow();
    expect(await history()).toEqual(['account.opened', 'disclosure.made', 'disclosure.answered']);
    expect(JSON.stringify(await world.scan())).not.toContain('440106');
  });
});
