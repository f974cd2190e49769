import * as z from 'zod/mini';
import { AppError, type ErrorDetails } from '../../lib/errors';
import { parseInput } from '../../lib/gate/input';
import { fullCard } from '../support/full-card';
import { createWorld, onceKey, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const detailsOf = async (path: string, input: unknown, by: object) => {
  const reply = await world.call(path, input, by);
  return reply.ok ? undefined : (reply.error.details as ErrorDetails | undefined);
};

function problemsOf(parse: () => unknown): [string, string][] {
  try {
    parse();
  } catch (error) {
    const { fields = [] } = (error as AppError).details ?? {};
    return fields.map(({ field, problem }) => [field, problem]);
  }
  return [];
}

describe('a refusal says what it is about', () => {
  it('a key used again for something else is named', async () => {
    const by = await world.cardHolder(`refused-${onceKey()}`);
    const idempotencyKey = onceKey();
    await world.ok('cards/create', { ...fullCard, idempotencyKey }, by);
    const details = await detailsOf('cards/create', { ...fullCard, name: '别的', idempotencyKey }, by);
    expect(details?.fields?.map(({ field }) => field)).toEqual(['idempotencyKey']);
  });

  it('a cursor that leads nowhere is named', async () => {
    const by = await world.cardHolder(`refused-${onceKey()}`);
    const details = await detailsOf('cards/list', { cursor: 'made-up' }, by);
    expect(details?.fields?.map(({ field }) => field)).toEqual(['cursor']);
  });

  it('what the state of things does not allow says why, in words that a person reads', async () => {
    const by = await world.cardHolder(`refused-${onceKey()}`);
    const { cardId } = await world.ok<{ cardId: string }>(
      'cards/create',
      { ...fullCard, idempotencyKey: onceKey() },
      by,
    );
    expect((await detailsOf('cards/checkAgain', { cardId }, by))?.why).toMatch(/^\p{Script=Han}.*。$/u);
  });

  it('that reason is the message, which clients show as it is', async () => {
    const by = await world.cardHolder(`refused-${onceKey()}`);
    const idempotencyKey = onceKey();
    const { cardId } = await world.ok<{ cardId: string }>(
      'cards/create',
      { ...fullCard, idempotencyKey },
      by,
    );
    const reply = await world.call('cards/checkAgain', { cardId }, by);
    expect(reply).toMatchObject({
      ok: false,
      error: { message: expect.stringMatching(/^(?!当前状态).*。$/u) },
    });
    expect(!reply.ok && reply.error.message).toBe(!reply.ok && (reply.error.details as ErrorDetails).why);
  });

  it('whoever may not do it hears who may', async () => {
    const said = async (path: string, input: object, by: object) => {
      const reply = await world.call(path, input, by);
      return reply.ok ? undefined : [reply.error.code, reply.error.message];
    };
    const by = { token: 'staff:mei:auditor' };
    expect(await said('breach/list', {}, { token: 'staff:mei:support' })).toEqual([
      'CALLER_NOT_ALLOWED',
      '这件事由应急处置人员、个人信息保护负责人、审计人员办理。',
    ]);
    expect(await said('cards/reportedCards', {}, by)).toEqual([
      'CALLER_NOT_ALLOWED',
      expect.stringMatching(/^这件事由客服.*办理。$/),
    ]);
  });

  it('a field that is wrong is told what would be right', () => {
    const schema = z.strictObject({
      category: z.enum(['insult', 'fraud']),
      words: z.string().check(z.minLength(1), z.maxLength(3)),
      on: z.boolean(),
      tags: z.array(z.string()).check(z.maxLength(1)),
      days: z.int().check(z.gte(1)),
    });
    const wrong = { category: 'x', words: 'four', on: 'yes', tags: ['a', 'b'], days: 0, more: 1 };
    expect(problemsOf(() => parseInput(schema, wrong))).toEqual([
      ['category', '只能是 insult、fraud'],
      ['words', '过长或过大，最多 3'],
      ['on', '缺少，或者不是 true 或者 false'],
      ['tags', '过长或过大，最多 1'],
      ['days', '过短或过小，至少 1'],
      ['more', '没有这个字段'],
    ]);
    const short = { category: 'fraud', words: '', on: true, tags: [], days: 1 };
    expect(problemsOf(() => parseInput(schema, short))).toEqual([['words', '不能为空']]);
  });

  it('and it does not compile without', () => {
    // @ts-expect-error: why is missing
    expect(new AppError('NOT_NOW').code).toBe('NOT_NOW');
    // @ts-expect-error: which limit is missing
    expect(new AppError('LIMIT_REACHED', { max: 1 }).code).toBe('LIMIT_REACHED');
    // @ts-expect-error: which field is missing
    expect(new AppError('INVALID_INPUT').code).toBe('INVALID_INPUT');
  });
});
