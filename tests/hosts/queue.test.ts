import type { SQSBatchResponse } from 'aws-lambda';
import * as z from 'zod/mini';
import { APPEARING_SECONDS } from '../../functions/profile/request-avatar-upload';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import { dispatch } from '../../lib/gate/dispatch';
import { type Operations, operation } from '../../lib/gate/operation';
import { handleAws } from '../../lib/host/aws';
import { readLines } from '../../lib/trail/line';
import { TrailReader } from '../../lib/trail/report';
import { fields, png } from '../picture/samples';
import { announce } from '../profile/budget-rows';
import { grant, withdraw } from '../support/consent';
import { createWorld, functions, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

/** What of a batch goes back to the queue, as AWS is told. */
async function givenBack(
  deps: Deps,
  name: string,
  operations: Operations,
  bodies: Record<string, string>,
  remainingMs = () => 60_000,
) {
  const Records = Object.entries(bodies).map(([messageId, body]) => ({
    eventSource: 'aws:sqs',
    messageId,
    body,
  }));
  const answer = (await handleAws(
    ...([deps, name, operations, { Records }, 'r', remainingMs] as const),
  )) as SQSBatchResponse;
  return answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
}

/** An operation of the queue that fails as the message says. */
const failing = {
  work: operation({
    summary: '队列：按消息失败。',
    caller: 'queue',
    purpose: null,
    ground: 'a test',
    input: z.strictObject({ as: z.string() }),
    output: z.object({}),
    ledger: 'none',
    kinds: { in: [], out: [] },
    budget: { trips: 0, readUnits: 0, writeUnits: 0 },
    async run(_, { input }) {
      if (input.as === 'BUSY' || input.as === 'PARTNER_UNAVAILABLE' || input.as === 'VERSION_CONFLICT')
        throw new AppError(input.as);
      if (input.as === 'INTERNAL') throw new TypeError('nobody foresaw this');
      return {};
    },
  }),
};

describe('a message that was not done goes back to the queue, and only that one', () => {
  it.each(['BUSY', 'PARTNER_UNAVAILABLE', 'INTERNAL', 'VERSION_CONFLICT'])('when it is %s', async (as) => {
    const bodies = { before: '{"as":"OK"}', failed: JSON.stringify({ as }), after: '{"as":"OK"}' };
    expect(await givenBack(world.deps, 'failing', failing, bodies)).toEqual(['failed']);
  });

  it('when it is no message of ours: too large, too deep, no JSON, or of another shape', async () => {
    const bodies = {
      large: JSON.stringify({ as: 'x'.repeat(300_000) }),
      deep: `${'{"as":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
      half: '{"as":',
      other: '{"is":"OK"}',
      good: '{"as":"OK"}',
    };
    expect(await givenBack(world.deps, 'failing', failing, bodies)).toEqual([
      'large',
      'deep',
      'half',
      'other',
    ]);
  });

  it('when every one fails', async () => {
    const bodies = { one: '{"as":"BUSY"}', two: '{"as":"INTERNAL"}' };
    expect(await givenBack(world.deps, 'failing', failing, bodies)).toEqual(['one', 'two']);
  });
});

describe('messages of one batch share the time of the function, and what is left of them goes back before its end', () => {
  const bodies = { one: '{"as":"OK"}', two: '{"as":"OK"}', three: '{"as":"OK"}' };

  it('unbegun, when there is not enough time for another', async () => {
    const { messageMs } = world.deps.limits;
    const left = [60_000, messageMs, messageMs - 1];
    const remaining = () => left.shift() ?? 0;
    expect(await givenBack(world.deps, 'failing', failing, bodies, remaining)).toEqual(['three']);
  });

  it('begun, when a message takes longer than there is, and every one behind it', async () => {
    const endless = { work: { ...failing.work, run: () => new Promise<never>(() => {}) } };
    const limits = { ...world.deps.limits, messageMs: 20, answerMs: 10 };
    const left = [20, 0, 0];
    const remaining = () => left.shift() ?? 0;
    const deps = { ...world.deps, limits };
    expect(await givenBack(deps, 'failing', endless, bodies, remaining)).toEqual(['one', 'two', 'three']);
    expect(left).toEqual([]);
  });
});

it('an invocation that is cut short between its messages is in doubt, and one that ends is not (B3)', async () => {
  const before = world.lines.length;
  const bodies = { one: '{"as":"OK"}', two: '{"as":"INTERNAL"}', three: '{"as":', four: '{"as":"OK"}' };
  const left = [60_000, 60_000, 60_000, 0];
  await givenBack(world.deps, 'failing', failing, bodies, () => left.shift() ?? 0);
  const log = ['START RequestId: r Version: $LATEST', ...world.lines.slice(before)];
  const doubts = (lines: string[]) => {
    const reader = new TrailReader({ from: '2000-01-01T00:00:00.000Z', to: '3000-01-01T00:00:00.000Z' });
    for (const line of lines.flatMap((text) => readLines(text))) reader.add(line);
    return reader.report().doubts.map(({ why }) => why);
  };
  expect(doubts(log)).not.toContain('start-missing');
  for (let lines = 1; lines < log.length; lines += 1)
    expect(doubts(log.slice(0, lines))).toContain('start-missing');
});

it('a withdrawal while an upload is taken in has its erasure wait until the file can no longer appear (K3, C7)', async () => {
  const me = await world.signIn('me');
  await grant(world, me, 'profile');
  const picture = png(fields(64, 64));
  type Ticket = { uploadId: string; url: string };
  const { uploadId, url } = await world.ok<Ticket>('profile/requestAvatarUpload', announce(picture), me);
  world.files.set(url.slice('memory:'.length), picture);

  const { objects } = world.deps;
  const withdrawing: Deps = {
    ...world.deps,
    objects: {
      ...objects,
      async write(...file) {
        await withdraw(world, me, 'profile');
        await objects.write(...file);
      },
      async remove() {
        throw new AppError('PARTNER_UNAVAILABLE'); // so that the call ends without tidying up
      },
    },
  };
  await dispatch(withdrawing, 'profile', functions.profile ?? {}, {
    operation: 'confirmAvatar',
    input: { uploadId },
    token: me.token,
    requestId: 'r',
    host: 'test',
    trigger: 'client',
  });
  expect(world.files.size).toBeGreaterThan(0);

  const bodies = { erasure: JSON.stringify(world.queued.at(-1)) };
  const erase = (deps: Deps) => givenBack(deps, 'retention', functions.retention ?? {}, bodies);
  expect(await erase(withdrawing)).toEqual([]); // what a partner refuses is put off, and goes round no queue
  expect(await erase(world.deps)).toEqual([]); // not due again yet
  expect(world.files.size).toBeGreaterThan(0);
  world.wait(APPEARING_SECONDS * 1000);
  expect(await erase(world.deps)).toEqual([]);
  expect(world.files.size).toBe(0);
  expect(await erase(world.deps)).toEqual([]); // delivered once more
});
