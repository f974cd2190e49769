import fc from 'fast-check';
import { buildRegistry } from '../../lib/policy/registry';
import { amount } from '../proof/sample';
import { type Answer, consentAct } from '../support/consent';
import { type Caller, createWorld, onceKey, type World } from '../support/world';

/**
 * Random interleavings of publishing and consenting, on the real service with two instances, against a plain model of what
 * a person would expect: what I agreed to may be done as far as it reached then, and no further.
 */
const MINUTE_MS = 60_000;
const WEEK_MS = 7 * 24 * 60 * MINUTE_MS;
const [ling, wu] = ['ling', 'wu'].map((who) => ({ token: `staff:${who}:officer` }));
const purposes = ['cards', 'profile'] as const;
type Purpose = (typeof purposes)[number];
const reads: Record<Purpose, string> = { cards: 'cards/list', profile: 'profile/get' };

const step = fc.record({
  does: fc.constantFrom('grant', 'grant', 'refuse', 'withdraw', 'widen', 'widen', 'reword', 'wait', 'wait'),
  purpose: fc.constantFrom(...purposes),
  waitsMs: fc.constantFrom(1, MINUTE_MS - 1, MINUTE_MS, WEEK_MS - MINUTE_MS, WEEK_MS),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What a person would expect, and nothing of how it is done. */
type Expected = {
  nowMs: number;
  /** By purpose: how far it reaches, as a count of widenings in force. */
  reach: Record<Purpose, number>;
  coming: { purpose: Purpose | undefined; atMs: number } | undefined;
  agreed: Partial<Record<Purpose, number>>;
  acts: Record<Purpose, number>;
};

let world: World;
let other: World['deps'];
let nowMs = Date.parse('2026-12-01T02:00:00.000Z');
let published = 0;
beforeAll(async () => {
  world = await createWorld();
  other = world.instance();
});

function pass(expected: Expected, milliseconds: number): void {
  nowMs += milliseconds;
  world.wait(milliseconds);
  const { coming } = expected;
  if (!coming || coming.atMs > nowMs) return;
  if (coming.purpose) expected.reach[coming.purpose] += 1;
  expected.coming = undefined;
}

async function publish(expected: Expected, purpose: Purpose | undefined): Promise<void> {
  published += 1;
  const leadMs = purpose ? WEEK_MS : MINUTE_MS;
  const changes = purpose
    ? {
        kinds: {
          [`more-${published}`]: { ...buildRegistry.kinds['card-name'], name: `第 ${published} 种`, purpose },
        },
      }
    : { operator: undefined };
  const input = {
    changes: JSON.parse(JSON.stringify(changes)),
    officialText: `正式文本 ${published}`,
    effectiveAt: new Date(nowMs + leadMs).toISOString(),
  };
  const reply = await world.call('consent/proposePolicy', input, ling);
  if (expected.coming) {
    expect(reply).toMatchObject({ ok: false, error: { code: 'NOT_NOW' } });
    return;
  }
  if (!reply.ok) throw new Error(JSON.stringify(reply.error));
  const { version, textHash, asksAgain } = reply.data as {
    version: number;
    textHash: string;
    asksAgain: string[];
  };
  expect(asksAgain).toEqual(purpose ? [purpose] : []);
  await world.ok('consent/approvePolicy', { version, textHash }, wu);
  expected.coming = { purpose, atMs: nowMs + leadMs };
}

async function decide(me: Caller, expected: Expected, { does, purpose }: Step): Promise<void> {
  const reply = await world.call(
    `consent/${does}`,
    await consentAct(world.ok, { purpose, seenEntry: expected.acts[purpose] }),
    me,
  );
  const covered = expected.agreed[purpose] === expected.reach[purpose];
  if (does === 'refuse' && covered) {
    expect(reply).toMatchObject({ error: { code: 'NOT_NOW' } }); // what stands is withdrawn, not refused
    return;
  }
  if (!reply.ok) throw new Error(JSON.stringify(reply.error));
  expected.acts[purpose] = (reply.data as Answer).seenEntry;
  if (does === 'grant') expected.agreed[purpose] = expected.reach[purpose];
  if (does === 'withdraw') delete expected.agreed[purpose];
}

it('old consent never stretches and new text never takes away what was agreed, whatever is published when (K1, K3, K4)', async () => {
  let allowed = 0;
  let forbidden = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 20 }), async (steps) => {
      await world.ok('consent/announcement');
      pass({ coming: undefined } as Expected, WEEK_MS); // nothing is announced when a run begins
      const me = await world.signIn(onceKey());
      const expected: Expected = {
        nowMs,
        reach: { cards: 0, profile: 0 },
        coming: undefined,
        agreed: {},
        acts: { cards: 0, profile: 0 },
      };
      for (const one of steps) {
        if (one.does === 'wait') pass(expected, one.waitsMs);
        else if (one.does === 'widen') await publish(expected, one.purpose);
        else if (one.does === 'reword') await publish(expected, undefined);
        else await decide(me, expected, one);
        for (const purpose of purposes) {
          const open = expected.agreed[purpose] === expected.reach[purpose];
          const code = await world.refused(reads[purpose], {}, me);
          if (code === 'SIGN_IN_REQUIRED') return;
          expect(code).toBe(open ? 'OK' : 'CONSENT_REQUIRED');
          if (open) allowed += 1;
          else forbidden += 1;
        }
        await other.policy.refresh();
        expect(other.policy.inForce()).toEqual(world.deps.policy.inForce());
      }
    }),
    { numRuns: amount(80, 6) },
  );
  // Whatever was drawn, both happened; dozens of times in a proof.
  expect(allowed).toBeGreaterThan(amount(50, 1));
  expect(forbidden).toBeGreaterThan(amount(50, 1));
});
