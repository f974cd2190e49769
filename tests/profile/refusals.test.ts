import { dispatch } from '../../lib/gate/dispatch';
import { needsConsent, type PurposeId } from '../../lib/policy/purposes';
import type { Write } from '../../lib/table/client';
import { holdsFor } from '../proof/sample';
import { grant, withdraw } from '../support/consent';
import { type Caller, createWorld, functions, onceKey, type World } from '../support/world';
import { contact, profileRows } from './budget-rows';

const card = { name: '林晓', phones: [{ number: '13800138000' }] };

/** Every operation that a person calls. */
const all = Object.entries(functions).flatMap(([name, operations]) =>
  Object.entries(operations)
    .filter(([, { caller }]) => caller === 'subject')
    .map(([operation, { purpose, ends }]) => ({
      path: `${name}/${operation}`,
      ends,
      purpose: purpose as PurposeId | null,
    })),
);
const optional = [
  'profile',
  'delivery',
  'service-fund',
  'service-social',
  'service-transport',
  'service-tax',
  'service-household',
];

describe('who refuses everything optional (O1, K3)', () => {
  it('is asked for consent only by what rests on it: no other operation of any function minds', async () => {
    const world = await createWorld();
    expect(all.length).toBeGreaterThan(30);
    let me = await world.signIn('me');
    for (const { path, purpose, ends } of all) {
      let code = await world.refused(path, {}, me);
      if (code === 'SIGN_IN_REQUIRED') {
        me = await world.signIn('me'); // the one before it has ended the session
        code = await world.refused(path, {}, me);
      }
      expect({ path, code }).not.toEqual({ path, code: 'SIGN_IN_REQUIRED' });
      if (purpose && needsConsent(purpose) && !ends)
        expect(['CONSENT_REQUIRED', 'INVALID_INPUT']).toContain(code);
      else expect({ path, code }).not.toEqual({ path, code: 'CONSENT_REQUIRED' });
      expect({ path, code }).not.toEqual({ path, code: 'INTERNAL' });
    }
  });

  it('signs in, makes cards, sets preferences, manages devices and consents as anyone', async () => {
    const world = await createWorld();
    const me = await world.cardHolder('me');
    for (const purpose of optional) {
      // A refusal that is said aloud is a withdrawal of what was never granted.
      await withdraw(world, me, purpose);
      await world.work();
    }
    const { cardId, version } = await world.ok<{ cardId: string; version: number }>(
      'cards/create',
      { ...card, idempotencyKey: onceKey() },
      me,
    );
    await world.ok('cards/get', { cardId }, me);
    await world.ok('cards/update', { cardId, version, ...card }, me);
    await world.ok('cards/list', {}, me);
    await world.ok('cards/delete', { cardId, version: version + 1 }, me);
    await world.ok(
      'profile/setPreferences',
      { version: 0, language: 'zh-CN', personalisation: false, surveyInvitations: false },
      me,
    );
    await world.ok('profile/services', {}, me);
    await world.ok('login/listSessions', {}, me);
    await world.ok('consent/status', {}, me);
    expect(await world.ok('consent/history', {}, me)).toMatchObject({ intact: true });
    expect(world.queued).toEqual([]);
  });

  const losesOnly = async (refused: string) => {
    const world = await createWorld();
    let me: Caller = await world.cardHolder('me');
    const rows = profileRows(
      () => world,
      () => me,
    );
    for (const { path, purpose } of all.filter(({ path }) => path.startsWith('profile/'))) {
      if (purpose === refused) continue;
      const { input, by = me } = (await rows[path]?.()) ?? {};
      expect({ path, code: await world.refused(path, input, by) }).toEqual({ path, code: 'OK' });
    }
    const { consents } = await world.ok<{ consents: { purpose: string; granted: boolean }[] }>(
      'consent/status',
      {},
      me,
    );
    expect(consents.find(({ purpose }) => purpose === refused)?.granted).toBe(false);
    me = await world.signIn('me');
    await world.ok('cards/list', {}, me);
  };
  it('loses only the one purpose that is refused, whichever that is', () => holdsFor(optional, 1, losesOnly));
});

/** Writes that rest on a consent, with the consent withdrawn at the very moment of the write. */
const moments: [purpose: string, path: string, input: object][] = [
  ['profile', 'profile/update', { version: 0, nickname: '晓' }],
  ['service-fund', 'profile/setFundAttributes', { version: 0, attributes: { sex: 'male' } }],
  ['delivery', 'profile/createDelivery', { ...contact, idempotencyKey: 'k'.repeat(20) }],
  ['cards', 'cards/create', { ...card, idempotencyKey: 'k'.repeat(20) }],
];

describe('a withdrawal between check and write (K3)', () => {
  it.each(moments)('of %s wins over %s: nothing is written', async (purpose, path, input) => {
    const world = await createWorld();
    const me = await world.signIn('me');
    await grant(world, me, purpose);
    await late(world, path, input, me, () => withdraw(world, me, purpose));
    expect((await kept(world, purpose)).length).toBe(0);
  });

  it.each(moments)(
    'and a new grant of %s does not let the late write of %s through',
    async (purpose, path, input) => {
      const world = await createWorld();
      const me = await world.signIn('me');
      await grant(world, me, purpose);
      await late(world, path, input, me, async () => {
        await withdraw(world, me, purpose);
        await world.work();
        await grant(world, me, purpose);
      });
      expect((await kept(world, purpose)).length).toBe(0);
    },
  );
});

/** Makes a call whose write is held up until something else has happened. It must be refused. */
async function late(
  world: World,
  path: string,
  input: object,
  me: Caller,
  meanwhile: () => Promise<unknown>,
) {
  const { write } = world.deps.table;
  let held = false;
  const { table } = world.deps;
  const hold = async (...writes: [Write, ...Write[]]) => {
    if (!held) {
      held = true;
      await meanwhile();
    }
    return write(...writes);
  };
  const code = await callWith(world, { ...table, write: hold }, path, input, me);
  expect(held).toBe(true);
  expect(code).toBe('CONSENT_REQUIRED');
}

async function callWith(
  world: World,
  table: World['deps']['table'],
  path: string,
  input: object,
  me: Caller,
) {
  const [name = '', operation = ''] = path.split('/');
  const common = { requestId: 'r', host: 'test', trigger: 'client', address: '203.0.113.7' } as const;
  const reply = await dispatch({ ...world.deps, table }, name, functions[name] ?? {}, {
    ...common,
    operation,
    input,
    ...me,
  });
  return reply.ok ? 'OK' : reply.error.code;
}

const kept = async (world: World, purpose: string) =>
  (await world.scan()).filter(({ sk }) => JSON.stringify(sk).includes(`DATA#${purpose}#`));
