import fc from 'fast-check';
import { type Counts, type Finding, replay } from '../../infra/commands/lawful-replay';
import { toEpochSeconds, toInstant } from '../../lib/clock';
import type { Judged } from '../../lib/consent/lawful';
import { subjectIdOf } from '../identity/support';
import { amount } from '../proof/sample';
import { type Answer, consentAct } from '../support/consent';
import { type Caller, createWorld, onceKey, START, type World } from '../support/world';
import { naivelyLawful } from './naive';
import { paper } from './support';

/**
 * Random interleavings of everything that can happen to a consent, on the real service, against a plain model of what a
 * person would expect: what I agreed to last may be done, until I or a paper of mine says otherwise.
 */
const purposes = ['cards', 'profile'] as const;
type Purpose = (typeof purposes)[number];
const reads: Record<Purpose, string> = { cards: 'cards/list', profile: 'profile/get' };

const step = fc.record({
  does: fc.constantFrom(
    'grant',
    'grant',
    'refuse',
    'withdraw',
    'correct',
    'correct',
    'race',
    'repeat',
    'stale',
    'read',
  ),
  purpose: fc.constantFrom(...purposes),
  waitsMs: fc.constantFrom(0, 1, 700, 1000, 5000),
  backMs: fc.nat(9000),
  aims: fc.nat(8),
  decision: fc.constantFrom('granted', 'withdrawn', 'never-happened'),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

type Reply = Awaited<ReturnType<World['call']>>;
const codeOf = (reply: Reply) => (reply.ok ? 'OK' : reply.error.code);

/** The plain model: for each purpose, whether it is open, since which act, and what has been said so far. */
class Expected {
  open: Partial<Record<Purpose, { seq: number; atMs: number }>> = {};
  seenEntry: Record<Purpose, number> = { cards: 0, profile: 0 };
  said: Record<Purpose, number[]> = { cards: [], profile: [] };
  /** When each grant was given, by its number. */
  grants = new Map<number, number>();

  live(does: string, purpose: Purpose, seq: number, atMs: number): void {
    this.seenEntry[purpose] = seq;
    if (does !== 'refuse') this.said[purpose].push(seq);
    if (does === 'grant') {
      this.open[purpose] = { seq, atMs };
      this.grants.set(seq, atMs);
    }
    if (does === 'withdraw') delete this.open[purpose];
  }

  corrected(purpose: Purpose, seq: number, decision: string, trueAtMs: number, corrects?: number): void {
    const open = this.open[purpose];
    this.seenEntry[purpose] = seq;
    this.said[purpose].push(seq);
    // The service keeps whole seconds of when it opened, rounded up.
    const later = open && toEpochSeconds(trueAtMs) >= toEpochSeconds(open.atMs);
    if (open && ((decision === 'withdrawn' && later) || this.isOpening(purpose, corrects)))
      delete this.open[purpose];
  }

  /** A doubt of a grant in force. Grants of one second are not told apart: a doubt of either is a doubt of both. */
  isOpening(purpose: Purpose, corrects: number | undefined): boolean {
    const open = this.open[purpose];
    const grantedMs = corrects === undefined ? undefined : this.grants.get(corrects);
    return !!open && grantedMs !== undefined && toEpochSeconds(grantedMs) >= toEpochSeconds(open.atMs);
  }
}

let world: World;
let nowMs = START;
let officers = 0;
beforeAll(async () => {
  world = await createWorld();
});

const wait = (milliseconds: number) => {
  nowMs += milliseconds;
  world.wait(milliseconds);
};

async function take(me: Caller, expected: Expected, step: Step): Promise<void> {
  const { does, purpose, backMs, aims, decision } = step;
  wait(step.waitsMs);
  const seenEntry = expected.seenEntry[purpose];
  const input = (change: object = {}) => consentAct(world.ok, { purpose, seenEntry, ...change });
  if (does === 'grant' || does === 'withdraw' || does === 'refuse') {
    const sent = await input();
    const reply = await world.call(`consent/${does}`, sent, me);
    if (does === 'refuse' && expected.open[purpose]) return expect(codeOf(reply)).toBe('NOT_NOW');
    expect(codeOf(reply)).toBe('OK');
    if (reply.ok) expected.live(does, purpose, (reply.data as Answer).seenEntry, nowMs);
  } else if (does === 'repeat') {
    const sent = await input();
    const [first, again] = [
      await world.call('consent/grant', sent, me),
      await world.call('consent/grant', sent, me),
    ];
    if (first.ok && again.ok) {
      expect((again.data as Answer).seenEntry).toBe((first.data as Answer).seenEntry);
      expected.live('grant', purpose, (first.data as Answer).seenEntry, nowMs);
    } else throw new Error(`${codeOf(first)} ${codeOf(again)}`);
  } else if (does === 'stale') {
    const reply = await world.call('consent/grant', await input({ seenEntry: seenEntry + 1 }), me);
    expect(codeOf(reply)).toBe('VERSION_CONFLICT');
  } else if (does === 'race') {
    const replies = await Promise.all([
      world.call('consent/grant', await input(), me),
      world.call('consent/withdraw', await input(), me),
    ]);
    expect(replies.map(codeOf).sort()).toEqual(['OK', 'VERSION_CONFLICT']);
    for (const [index, reply] of replies.entries())
      if (reply.ok)
        expected.live(index === 0 ? 'grant' : 'withdraw', purpose, (reply.data as Answer).seenEntry, nowMs);
  } else if (does === 'correct') {
    const corrects = expected.said[purpose][aims];
    if (decision === 'never-happened' && corrects === undefined) return;
    const trueAtMs = Math.max(START, nowMs - backMs);
    officers += 1;
    const said = { purpose, seenEntry, decision, trueAt: toInstant(trueAtMs), corrects };
    const sent = await paper(world, me, said, `o-${officers}`);
    const reply = await world.call('consent/correct', sent, { token: `staff:o-${officers}:officer` });
    if (decision === 'granted' && expected.isOpening(purpose, corrects))
      return expect(codeOf(reply)).toBe('NOT_NOW');
    expect(codeOf(reply)).toBe('OK');
    if (reply.ok) expected.corrected(purpose, (reply.data as Answer).seenEntry, decision, trueAtMs, corrects);
  }
}

type History = { entries: Judged[]; intact: boolean; cursor?: string };
async function ledgerOf(me: Caller): Promise<Judged[]> {
  const entries: Judged[] = [];
  let cursor: string | undefined;
  do {
    const page = await world.ok<History>('consent/history', { limit: 50, ...(cursor && { cursor }) }, me);
    expect(page.intact).toBe(true);
    entries.push(...page.entries);
    cursor = page.cursor;
  } while (cursor);
  return entries;
}

it('no interleaving lets a read through that the plain model forbids, and none is refused that it allows (K1, K3)', async () => {
  let allowed = 0;
  let forbidden = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 24 }), async (steps) => {
      const me = await world.signIn(onceKey());
      const expected = new Expected();
      for (const one of steps) {
        await take(me, expected, one);
        for (const purpose of purposes) {
          const open = expected.open[purpose] !== undefined;
          expect(await world.refused(reads[purpose], {}, me)).toBe(open ? 'OK' : 'CONSENT_REQUIRED');
          if (open) allowed += 1;
          else forbidden += 1;
        }
      }
      const entries = await ledgerOf(me);
      for (const purpose of purposes) {
        // What the gate lets through now is lawful now; late papers may make more lawful, never the gate wider.
        if (expected.open[purpose])
          expect(await world.ok('consent/lawfulAt', { purpose }, me)).toMatchObject({
            lawful: true,
            intact: true,
          });
        for (const [at, known] of [
          [nowMs, nowMs],
          [nowMs - 3000, nowMs],
          [nowMs - 3000, nowMs - 3000],
          [nowMs - 9000, nowMs - 1000],
        ] as const) {
          const asked = { purpose, at: toInstant(at), asKnownAt: toInstant(known) };
          const { lawful } = await world.ok<{ lawful: boolean }>('consent/lawfulAt', asked, me);
          expect(lawful).toBe(naivelyLawful(entries, purpose, asked.at, asked.asKnownAt));
        }
      }
    }),
    { numRuns: amount(96, 4) },
  );
  // Whatever was drawn, both happened; hundreds of times in a proof.
  expect(allowed).toBeGreaterThan(amount(100, 1));
  expect(forbidden).toBeGreaterThan(amount(100, 1));
});

describe('npm run lawful-replay', () => {
  const found = async (): Promise<{ findings: Finding[]; counts: Counts }> => {
    const counts = { people: 0, entries: 0, uses: 0, findings: 0 };
    const findings: Finding[] = [];
    for await (const finding of replay(world.deps, counts)) findings.push(finding);
    return { findings, counts };
  };
  const bind = async (me: Caller, openid: string) =>
    world.ok('login/bindPhone', { code: `13800138000-for-${openid}~${onceKey()}` }, me);

  it('finds nothing in what the service lets happen, and each use that a late paper uncovers', async () => {
    const openid = onceKey();
    const me = await world.signIn(openid);
    const { seenEntry } = await world.ok<Answer>(
      'consent/grant',
      await consentAct(world.ok, { purpose: 'phone' }),
      me,
    );
    wait(60_000);
    await bind(me, openid);
    wait(60_000);
    const before = await found();
    expect(before.findings).toEqual([]);
    expect(before.counts.people).toBeGreaterThan(1);
    expect(before.counts.uses).toBeGreaterThanOrEqual(2);
    const trueAt = toInstant(nowMs - 90_000);
    const said = { purpose: 'phone', seenEntry, decision: 'withdrawn', trueAt };
    const late = await paper(world, me, said, 'late');
    await world.ok('consent/correct', late, { token: 'staff:late:officer' });
    const { findings } = await found();
    expect(findings).toEqual([
      expect.objectContaining({ subjectId: subjectIdOf(me), act: 'disclosure.made', knownWhen: 'hindsight' }),
      expect.objectContaining({ subjectId: subjectIdOf(me), act: 'phone.bound', knownWhen: 'hindsight' }),
    ]);
  });
});
