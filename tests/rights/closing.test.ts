import { parseToken } from '../../lib/crypto/token';
import { COOLING_OFF_MS } from '../../lib/policy/closing';
import { runProcess } from '../../lib/process/run';
import { keys } from '../../lib/table/keys';
import { ledgerEntry } from '../../lib/table/ledger/ledger';
import { endOfAccount } from '../../lib/table/person/end-of-account';
import { beginProcess, processKey, readProcess } from '../../lib/table/process/process';
import { newCard } from '../cards/support';
import { accountNumber, actsOf, proofFor } from '../login/support';
import { move } from '../support/life';
import { ticketOf } from '../support/ticket';
import { type Caller, createWorld, onceKey, type World } from '../support/world';
import { closeBy, newcomer, statusOf } from './support';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const numberOf = ({ token }: Caller) => parseToken(token)?.subjectId ?? '';
const lifeOf = async (me: Caller) =>
  (await world.deps.table.getMany([keys.person(numberOf(me))]))[0]?.lifeState;
const endOf = async (me: Caller) =>
  readProcess((await world.deps.table.getMany([processKey(endOfAccount(numberOf(me)))]))[0]);
const run = (me: Caller) => runProcess(world.deps, endOfAccount(numberOf(me)), 'run');
const create = (me: Caller) => world.refused('cards/create', { name: '新的', idempotencyKey: onceKey() }, me);

describe('closing an account (R4)', () => {
  it('stops every use at once, says until when and what goes and stays, and is taken back as if nothing had been', async () => {
    const { me, openid } = await newcomer(world);
    const card = await newCard(world, me);
    const before = await statusOf(world, me);
    expect(before).toMatchObject({ closing: false });
    const closing = await closeBy(world, me, openid);
    expect(Date.parse(closing.endsAt) - Date.parse(closing.since)).toBe(COOLING_OFF_MS);
    expect(await create(me)).toBe('NOT_NOW');
    const status = await statusOf(world, me);
    expect(status).toMatchObject({ ...closing, closing: true, canCancel: true });
    const named = (list: { kinds: string[] }[]) => list.flatMap(({ kinds }) => kinds).join();
    expect(status.goes.map(({ name }) => name)).toContain('电子名片');
    expect(status.goes.map(({ name }) => name)).not.toContain('位置');
    expect(named(status.goes)).toContain('姓名');
    for (const { period, basis, kinds } of status.stays)
      expect(period && basis && kinds.length > 0).toBeTruthy();
    // Whoever signs in anew is told and is asked for nothing.
    expect(await world.signIn(openid)).toMatchObject({ closing: true, asks: [] });
    await world.ok('rights/cancelClosing', {}, me);
    expect(await world.ok('cards/get', { cardId: card.cardId }, me)).toMatchObject({ name: card.name });
    expect(await statusOf(world, me)).toEqual(before);
    expect(await endOf(me)).toBeUndefined();
    expect((await world.signIn(openid)) as object).not.toHaveProperty('closing');
    expect((await actsOf(world, me)).filter((act) => act.startsWith('closing'))).toEqual([
      'closing.began',
      'closing.cancelled',
    ]);
  });

  it('ends nobody by a process that is left from before it was taken back', async () => {
    const { me } = await newcomer(world);
    const ref = endOfAccount(numberOf(me));
    await world.deps.table.write(beginProcess(ref, 'cool', {}, world.deps.clock.now()));
    expect(await run(me)).toMatchObject({ outcome: 'done' });
    expect(await endOf(me)).toBeUndefined();
    expect(await lifeOf(me)).toBe('active');
  });

  it('needs nothing but what signing in needs: a fresh code of WeChat for this very act (A6, R5)', async () => {
    const { me, openid } = await newcomer(world);
    expect(await world.refused('rights/close', {}, me)).toBe('PROOF_REQUIRED');
    const proof = await proofFor(world, me, openid, 'rights/closeNow', 'account');
    expect(await world.refused('rights/close', {}, { ...me, proof })).toBe('PROOF_REQUIRED');
    expect(await lifeOf(me)).toBe('active');
  });

  it('asked again says the same, moves no date and is entered once, at whatever step it is asked', async () => {
    const { me, openid } = await newcomer(world);
    const first = await closeBy(world, me, openid);
    world.wait(3 * 86_400_000);
    expect(await closeBy(world, me, openid)).toEqual(first);
    const now = await closeBy(world, me, openid, 'closeNow');
    expect(now).toMatchObject({ since: first.since, receiptCode: first.receiptCode });
    expect(now.endsAt < first.endsAt).toBe(true);
    expect(await closeBy(world, me, openid, 'closeNow')).toEqual(now);
    expect(await closeBy(world, me, openid)).toEqual(now);
    expect((await actsOf(world, me)).filter((act) => act.startsWith('closing'))).toEqual([
      'closing.began',
      'closing.cut-short',
    ]);
    // Forward only: what was cut short is not taken back.
    expect(await world.refused('rights/cancelClosing', {}, me)).toBe('NOT_NOW');
    expect(await statusOf(world, me)).toMatchObject({ closing: true, canCancel: false });
  });

  it('closed, taken back, closed again: the second has dates of its own, and taking back twice changes nothing', async () => {
    const { me, openid } = await newcomer(world);
    const first = await closeBy(world, me, openid);
    for (const _ of [1, 2]) await world.ok('rights/cancelClosing', {}, me);
    world.wait(60_000);
    const second = await closeBy(world, me, openid);
    expect(second.since > first.since).toBe(true);
    expect(second.receiptCode).not.toBe(first.receiptCode);
    expect((await actsOf(world, me)).filter((act) => act === 'closing.cancelled')).toHaveLength(1);
  });

  it('cannot be cut short before it is asked for', async () => {
    const { me, openid } = await newcomer(world);
    const proof = await proofFor(world, me, openid, 'rights/closeNow', 'account');
    expect(await world.refused('rights/closeNow', {}, { ...me, proof })).toBe('NOT_NOW');
  });

  it('taken back leads to what the account was: one whose processing was restricted is so again', async () => {
    const { me, openid } = await newcomer(world);
    await move(world.deps.table, numberOf(me), 'restricted');
    await closeBy(world, me, openid);
    await world.ok('rights/cancelClosing', {}, me);
    expect(await lifeOf(me)).toBe('restricted');
    expect(await create(me)).toBe('NOT_NOW');
  });
});

describe('the cooling-off (R4)', () => {
  it('lasts to its last moment and no longer, whoever looks at the process before', async () => {
    const { me, openid } = await newcomer(world);
    await closeBy(world, me, openid);
    world.wait(COOLING_OFF_MS - 1);
    expect(await run(me)).toMatchObject({ outcome: 'waits' });
    expect(await endOf(me)).toMatchObject({ step: 'cool' });
    await world.ok('rights/cancelClosing', {}, me);
    world.wait(1);
    expect(await run(me)).toMatchObject({ outcome: 'already-done' });
    expect(await lifeOf(me)).toBe('active');
  });

  it('is over or taken back, and never both, whichever of the two is at it first', async () => {
    for (const first of ['the person', 'the process'] as const) {
      const { me, openid } = await newcomer(world);
      await closeBy(world, me, openid);
      world.wait(COOLING_OFF_MS);
      const fresh = await world.signIn(openid); // the session is of 30 days
      const { table } = world.deps;
      const others: { act: () => Promise<unknown> } = { act: async () => undefined };
      // Before the process writes its move, the person has taken it back; or the other way round.
      const held = {
        ...world.deps,
        table: {
          ...table,
          write: async (...writes: Parameters<typeof table.write>) => {
            const act = others.act;
            others.act = async () => undefined;
            await act();
            return table.write(...writes);
          },
        },
      };
      if (first === 'the person') {
        others.act = () => world.ok('rights/cancelClosing', {}, fresh);
        await runProcess(held, endOfAccount(numberOf(me)), 'late');
        expect(await lifeOf(me)).toBe('active');
        expect(await endOf(me)).toBeUndefined();
      } else {
        const goOn = { 'end-account': { cool: (await import('../../lib/process/end-account/cool')).cool } };
        await runProcess(world.deps, endOfAccount(numberOf(me)), 'run', goOn);
        expect(await world.refused('rights/cancelClosing', {}, fresh)).toBe('NOT_NOW');
        expect(await lifeOf(me)).toBe('closing');
      }
    }
  });
});

describe('closing through support (R4, S6)', () => {
  const support = { token: 'staff:one:support' };

  it('is entered with ticket and member of the staff, has the same cooling-off, and the person takes it back', async () => {
    const { me } = await newcomer(world);
    const subjectId = await accountNumber(world, me);
    const input = { subjectId, ticket: await ticketOf(world, subjectId) };
    const { since, endsAt } = await world.ok<{ since: string; endsAt: string }>(
      'rights/closeFor',
      input,
      support,
    );
    expect(Date.parse(endsAt) - Date.parse(since)).toBe(COOLING_OFF_MS);
    expect(await world.ok('rights/closeFor', input, support)).toEqual({ since, endsAt });
    expect(await statusOf(world, me)).toMatchObject({ closing: true, since, endsAt, canCancel: true });
    const entries = (await world.scan(`P#${subjectId}`)).filter(
      ({ entity, act }) =>
        (entity as { S: string }).S === ledgerEntry.name && (act as { S: string }).S === 'closing.began',
    );
    expect(entries).toMatchObject([
      { actor: { S: 'staff' }, staff: { S: 'one' }, ticket: { S: input.ticket } },
    ]);
    for (const _ of [1, 2]) await world.ok('rights/cancelClosingFor', input, support);
    expect(await lifeOf(me)).toBe('active');
  });

  it('is for support and officers, with a ticket', async () => {
    const { me } = await newcomer(world);
    const subjectId = await accountNumber(world, me);
    const input = { subjectId, ticket: await ticketOf(world, subjectId) };
    expect(await world.refused('rights/closeFor', input, { token: 'staff:one:responder' })).toBe(
      'CALLER_NOT_ALLOWED',
    );
    expect(await world.refused('rights/closeFor', { subjectId }, support)).toBe('INVALID_INPUT');
    expect(await lifeOf(me)).toBe('active');
  });
});
