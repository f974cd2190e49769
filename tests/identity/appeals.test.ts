import { type Caller, onceKey } from '../support/world';
import { createIdentityWorld, type IdentityWorld, subjectIdOf } from './support';

let world: IdentityWorld;
let me: Caller;
beforeEach(async () => {
  world = await createIdentityWorld();
  me = await world.signIn('me');
});
afterEach(() => world.stop());

const support = { token: 'staff:sam:support' };
const words = '我的姓名和号码都没有填错，请核对。';
type Shown = {
  appealId: string;
  state: string;
  dueAt: string;
  calendarNote?: string;
  decision?: string;
  reason?: string;
};
const appeal = (by = me, change: object = {}) =>
  world.ok<Shown>(
    'identity/appeal',
    { about: 'not-verified', words, idempotencyKey: onceKey(), ...change },
    by,
  );
const target = (appealId: string, by = me) => ({ subjectId: subjectIdOf(by), appealId });
const own = async (by = me) => (await world.ok<{ appeals: Shown[] }>('identity/ownAppeals', {}, by)).appeals;
const waiting = async () =>
  (await world.ok<{ waiting: object[] }>('rights/ticketQueue', {}, support)).waiting;

describe('an appeal to a human (N6)', () => {
  it('is decided with a reason that the person reads, and everybody’s part is in the ledger', async () => {
    const { appealId, dueAt, calendarNote } = await appeal();
    // 15 working days, to the end of that day in Beijing, where the 20th, a Sunday, may yet be one.
    expect([dueAt, calendarNote]).toEqual(['2026-12-21T15:59:59.000Z', expect.stringContaining('2027')]);
    expect(await waiting()).toEqual([
      {
        sort: 'appeal',
        subjectId: subjectIdOf(me),
        id: appealId,
        kind: 'not-verified',
        dueAt,
        calendarNote,
        level: 'in-time',
      },
    ]);
    expect(await world.ok('identity/openAppeal', target(appealId), support)).toMatchObject({
      words,
      state: 'open',
    });
    const decision = {
      ...target(appealId),
      decision: 'overturned',
      reason: '经核对，登记信息有误，请再次核验。',
    };
    await world.ok('identity/decideAppeal', decision, support);
    expect(await own()).toMatchObject([
      { state: 'decided', decision: 'overturned', reason: decision.reason },
    ]);
    expect(await waiting()).toEqual([]);
    const acts = (await world.ledger(me)).map(({ act, role, ticket, result }) => [act, role, ticket, result]);
    expect(acts).toEqual([
      ['account.opened', undefined, undefined, undefined],
      ['review.asked', undefined, undefined, undefined],
      ['staff.accessed', 'support', appealId, undefined],
      ['staff.accessed', 'support', appealId, undefined],
      ['review.decided', undefined, appealId, 'overturned'],
    ]);
  });

  it('keeps the words of both sides sealed, also from the list of the staff', async () => {
    const { appealId } = await appeal();
    await world.ok(
      'identity/decideAppeal',
      { ...target(appealId), decision: 'stands', reason: '理由仅供本人阅读' },
      support,
    );
    const stored = JSON.stringify(await world.scan(), (_, value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value,
    );
    for (const said of [words, '理由仅供本人阅读']) {
      expect(stored + world.lines.join('')).not.toContain(said);
    }
  });

  it('sent twice is one appeal; the same key for other words is refused', async () => {
    const idempotencyKey = onceKey();
    const both = await Promise.all([1, 2].map(() => appeal(me, { idempotencyKey })));
    expect(both[0]).toEqual(both[1]);
    expect(await own()).toHaveLength(1);
    const other = { about: 'not-verified', words: '别的话', idempotencyKey };
    expect(await world.refused('identity/appeal', other, me)).toBe('IDEMPOTENCY_CONFLICT');
  });

  it('is decided once: the same decision again changes nothing, another one is refused', async () => {
    const { appealId } = await appeal();
    const decision = { ...target(appealId), decision: 'stands', reason: '核对无误' };
    const first = await world.ok('identity/decideAppeal', decision, support);
    expect(await world.ok('identity/decideAppeal', decision, support)).toEqual(first);
    const other = { ...decision, decision: 'overturned' };
    expect(await world.refused('identity/decideAppeal', other, support)).toBe('NOT_NOW');
    const rivals = await appeal();
    const replies = await Promise.all(
      ['stands', 'overturned'].map((one) =>
        world.refused(
          'identity/decideAppeal',
          { ...target(rivals.appealId), decision: one, reason: '同时' },
          { token: `staff:${one}:officer` },
        ),
      ),
    );
    expect(replies.sort()).toEqual(['NOT_NOW', 'OK']);
  });

  it('is nobody else’s: other persons, other roles, an appeal under another person’s name', async () => {
    const { appealId } = await appeal();
    const other = await world.signIn('other');
    expect(await own(other)).toEqual([]);
    for (const role of ['auditor', 'responder'])
      expect(await world.refused('identity/openAppeal', target(appealId), { token: `staff:x:${role}` })).toBe(
        'CALLER_NOT_ALLOWED',
      );
    expect(await world.refused('identity/openAppeal', target(appealId), me)).toBe('SIGN_IN_REQUIRED');
    expect(await world.refused('identity/openAppeal', target(appealId, other), support)).toBe('NOT_FOUND');
    const free = { ...target(appealId), ticket: 'T-7' };
    expect(await world.refused('identity/openAppeal', free, support)).toBe('INVALID_INPUT');
  });

  it('waits where no erasure looks: the nightly sweep passes it by', async () => {
    await appeal();
    world.wait(60 * 86_400_000);
    expect(await world.ok('retention/sweep', {}, { trigger: 'schedule' })).toMatchObject({
      found: 1, // what is counted once a day
      failed: 0,
    });
    expect(await waiting()).toHaveLength(1);
  });

  it('is gone three years after the decision, and not while it waits', async () => {
    const { appealId } = await appeal();
    const years = (count: number) => world.wait(count * 366 * 86_400_000);
    years(4);
    me = await world.signIn('me');
    expect(await own()).toHaveLength(1);
    await world.ok(
      'identity/decideAppeal',
      { ...target(appealId), decision: 'stands', reason: '迟' },
      support,
    );
    years(3);
    me = await world.signIn('me');
    expect(await own()).toEqual([]);
  });

  it('five a day', async () => {
    for (let index = 0; index < 5; index += 1) await appeal();
    const sixth = { about: 'other', words, idempotencyKey: onceKey() };
    expect(await world.refused('identity/appeal', sixth, me)).toBe('TOO_MANY_ATTEMPTS');
  });
});
