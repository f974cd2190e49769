import { AppError, type ErrorDetails } from '../../lib/errors';
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

  it('and it does not compile without', () => {
    // @ts-expect-error: why is missing
    expect(new AppError('NOT_NOW').code).toBe('NOT_NOW');
    // @ts-expect-error: which limit is missing
    expect(new AppError('LIMIT_REACHED', { max: 1 }).code).toBe('LIMIT_REACHED');
    // @ts-expect-error: which field is missing
    expect(new AppError('INVALID_INPUT').code).toBe('INVALID_INPUT');
  });
});
