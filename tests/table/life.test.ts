import fc from 'fast-check';
import { parseToken } from '../../lib/crypto/token';
import type { AppError } from '../../lib/errors';
import { dispatch } from '../../lib/gate/dispatch';
import { ConditionFailed } from '../../lib/table/client';
import { keys } from '../../lib/table/keys';
import { askOf, demandLife, type LifeState, life, lifeStates } from '../../lib/table/person/life';
import { putBlock } from '../../lib/table/sharing/block';
import { amount } from '../proof/sample';
import { consentAct, seenEntryOf } from '../support/consent';
import { move, putInto } from '../support/life';
import { type Caller, createWorld, functions, onceKey, type World } from '../support/world';

/** By hand, from what each state means; nothing here is read from the table of moves. */
const moves: Record<LifeState, LifeState[]> = {
  active: ['closing', 'left', 'restricted', 'held', 'deceased'],
  closing: ['active', 'restricted', 'erased', 'held'],
  erased: [],
  left: ['erased'],
  restricted: ['active', 'closing', 'held', 'deceased'],
  held: ['active', 'closing', 'restricted', 'erased', 'deceased'],
  deceased: ['active', 'restricted', 'held', 'erased'],
};

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const numberOf = ({ token }: Caller) => parseToken(token)?.subjectId ?? '';
async function stateOf(subjectId: string) {
  const [item] = await world.deps.table.getMany([keys.person(subjectId)]);
  return { state: item?.lifeState, at: item?.lifeStateAt };
}

describe('a person’s life', () => {
  it('goes on by the moves of its table alone, whatever is tried: the database refuses every other', async () => {
    const { table } = world.deps;
    const anyMoves = fc.array(fc.constantFrom(...lifeStates), { minLength: 8, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...lifeStates), anyMoves, async (first, tried) => {
        const subjectId = numberOf(await world.signIn(onceKey()));
        await putInto(table, subjectId, first);
        let now = first;
        for (const [index, to] of tried.entries()) {
          const at = `2026-12-0${index + 1}`;
          const before = await stateOf(subjectId);
          const refused = await move(table, subjectId, to, at).catch((error: unknown) => error);
          const isAllowed = moves[now].includes(to);
          expect(refused === undefined).toBe(isAllowed);
          if (!isAllowed) expect(refused).toBeInstanceOf(ConditionFailed);
          expect(await stateOf(subjectId)).toEqual(isAllowed ? { state: to, at } : before);
          if (isAllowed) now = to;
        }
      }),
      { numRuns: amount(200, 6) },
    );
  });

  it('never comes back from being erased, and is erased from a state on the way out alone', () => {
    const into = (state: LifeState) => lifeStates.filter((from) => life[from].to.includes(state));
    expect(life.erased.to).toEqual([]);
    expect(into('erased')).toEqual(lifeStates.filter((from) => moves[from].includes('erased')));
    expect(into('erased')).not.toContain('active');
  });
});

type Answers = { uses: string; ends: string; law: string };
const stopped = 'NOT_NOW';
const gone = 'SIGN_IN_REQUIRED';
/** What the person meets, by hand: a use under a consent, the end of something, what rests on the law. */
const answers: Record<LifeState, Answers> = {
  active: { uses: 'OK', ends: 'OK', law: 'OK' },
  closing: { uses: stopped, ends: 'OK', law: 'OK' },
  restricted: { uses: stopped, ends: 'OK', law: 'OK' },
  held: { uses: stopped, ends: 'OK', law: 'OK' },
  deceased: { uses: gone, ends: gone, law: gone },
  left: { uses: gone, ends: gone, law: gone },
  erased: { uses: gone, ends: gone, law: gone },
};

describe('what is met in each state (PIPL arts. 44 to 47, 49)', () => {
  it.each(lifeStates)('%s: the gate answers the person as the state says', async (state) => {
    const me = await world.cardHolder(onceKey());
    const own = { name: '林晓', idempotencyKey: onceKey() };
    const { cardId, version } = await world.ok<{ cardId: string; version: number }>('cards/create', own, me);
    const withdrawal = await consentAct(world.ok, { seenEntry: await seenEntryOf(world, me, 'cards') });
    await putInto(world.deps.table, numberOf(me), state);
    expect({
      uses: await world.refused('cards/create', { ...own, idempotencyKey: onceKey() }, me),
      ends: await world.refused('cards/delete', { cardId, version }, me),
      law: await world.refused('consent/withdraw', withdrawal, me),
    }).toEqual(answers[state]);
  });

  it.each(lifeStates)(
    '%s: who moves there while a call is under way is written about no further',
    async (state) => {
      const me = await world.cardHolder(onceKey());
      const { table } = world.deps;
      const slow = {
        ...world.deps,
        table: {
          ...table,
          async write(...writes: Parameters<typeof table.write>) {
            await putInto(table, numberOf(me), state);
            return table.write(...writes);
          },
        },
      };
      const call = { requestId: 'r', host: 'test', trigger: 'client', address: '203.0.113.7' } as const;
      const input = { name: '迟到', idempotencyKey: onceKey() };
      const reply = await dispatch(slow, 'cards', functions.cards ?? {}, {
        ...call,
        ...me,
        operation: 'create',
        input,
      });
      expect(reply.ok ? 'OK' : reply.error.code).toBe(answers[state].uses);
      const { items } = await table.query({
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :cards)',
        ExpressionAttributeValues: { ':pk': keys.person(numberOf(me)).pk, ':cards': 'DATA#cards#' },
      });
      expect(items.length > 0).toBe(state === 'active');
    },
  );

  it.each(lifeStates)('%s: signing in, and what the staff and others meet', async (state) => {
    const name = onceKey();
    const me = await world.cardHolder(name);
    await putInto(world.deps.table, numberOf(me), state);
    const here = answers[state].law === 'OK';
    const signedIn = await world.refused('login/signIn', { code: `code-of-${name}~${onceKey()}` });
    expect(signedIn).toBe(here ? 'OK' : state === 'deceased' ? 'NOT_NOW' : 'BUSY');
    const other = await world.cardHolder(onceKey());
    const blocked = await world.deps.table
      .write(
        ...putBlock(numberOf(other), {
          blockedId: numberOf(me),
          blockedAt: '',
        }),
      )
      .then(
        () => true,
        () => false,
      );
    expect(blocked).toBe(here);
    const staff = (purpose: 'review' | 'cards') => {
      try {
        demandLife({ lifeState: state }, askOf('staff', { purpose }));
        return 'OK';
      } catch (error) {
        return (error as AppError).code;
      }
    };
    expect(staff('review')).toBe(state === 'erased' ? 'NOT_FOUND' : 'OK');
    expect(staff('cards')).toBe(state === 'active' ? 'OK' : 'NOT_FOUND');
  });
});
