import fc from 'fast-check';
import { toInstant } from '../../lib/clock';
import { isUse, type Judged, lawful, uncovered } from '../../lib/consent/lawful';
import { type LedgerAct, ledgerActs } from '../../lib/table/ledger/acts';
import { amount } from '../proof/sample';
import { START } from '../support/world';
import { naivelyLawful } from './naive';

const instant = (second: number) => toInstant(START + second * 1000);
const LONG = 60;

type Step = { act: LedgerAct; after: number; back: number; aims: number; decision: Judged['decision'] };
const steps = fc.array(
  fc.record<Step>({
    act: fc.constantFrom<LedgerAct>(
      'consent.granted',
      'consent.withdrawn',
      'consent.refused',
      'consent.corrected',
      'consent.corrected',
      'disclosure.made',
    ),
    after: fc.nat(3),
    back: fc.nat(LONG),
    aims: fc.nat(9),
    decision: fc.constantFrom('granted', 'withdrawn', 'never-happened'),
  }),
  { maxLength: 18 },
);

/** A ledger as it could have come about: numbers and times grow, corrections look back. */
function ledgerOf(made: Step[]): Judged[] {
  const entries: Judged[] = [];
  let now = 0;
  for (const [index, { act, after, back, aims, decision }] of made.entries()) {
    now += after;
    const common = { seq: index + 1, at: instant(now), act, purpose: 'cards' };
    const target = entries[aims];
    const aimed = ['consent.granted', 'consent.withdrawn', 'consent.corrected'].includes(target?.act ?? '');
    if (act !== 'consent.corrected') entries.push({ ...common, trueAt: common.at });
    else if (decision !== 'never-happened' || aimed)
      entries.push({
        ...common,
        decision,
        trueAt: instant(Math.max(0, now - back)),
        ...(aimed && { cause: target?.seq }),
      });
    else entries.push({ ...common, act: 'consent.refused' });
  }
  return entries;
}

describe('lawful(subject, purpose, at, asKnownAt)', () => {
  it('agrees with a naive replay on every history, at every moment, known at every moment', () => {
    const question = fc.tuple(fc.integer({ min: -1, max: LONG }), fc.integer({ min: -1, max: LONG }));
    fc.assert(
      fc.property(steps, fc.array(question, { minLength: 1, maxLength: 12 }), (made, questions) => {
        const entries = ledgerOf(made);
        for (const [at, known] of questions) {
          const asked = { purpose: 'cards', at: instant(at), asKnownAt: instant(known) } as const;
          expect(lawful(entries, asked).lawful).toBe(
            naivelyLawful(entries, 'cards', asked.at, asked.asKnownAt),
          );
        }
      }),
      { numRuns: amount(12_000, 1000) },
    );
  });

  it('never changes its answer about what was known before, whatever is recorded afterwards', () => {
    fc.assert(
      fc.property(steps, fc.nat(17), fc.nat(LONG), (made, cut, at) => {
        const entries = ledgerOf(made);
        const then = entries.slice(0, cut);
        const asKnownAt = then.at(-1)?.at ?? instant(0);
        fc.pre(entries.slice(cut).every((one) => one.at > asKnownAt));
        const asked = { purpose: 'cards', at: instant(at), asKnownAt } as const;
        expect(lawful(entries, asked)).toEqual(lawful(then, asked));
      }),
      { numRuns: amount(4000, 300) },
    );
  });

  const granted = {
    seq: 2,
    at: instant(10),
    trueAt: instant(10),
    act: 'consent.granted',
    purpose: 'cards',
  } as const;
  const withdrawn = {
    ...granted,
    seq: 3,
    at: instant(20),
    trueAt: instant(20),
    act: 'consent.withdrawn',
  } as const;
  const answers = (entries: Judged[], at: number, known = LONG) =>
    lawful(entries, { purpose: 'cards', at: instant(at), asKnownAt: instant(known) });

  it('begins and ends at the very moment of the act, and names the act that decides', () => {
    const entries = [granted, withdrawn];
    expect(answers(entries, 9)).toEqual({ lawful: false, basis: 'CONSENT' });
    expect(answers(entries, 10)).toEqual({ lawful: true, basis: 'CONSENT', act: 2 });
    expect(answers(entries, 19)).toEqual({ lawful: true, basis: 'CONSENT', act: 2 });
    expect(answers(entries, 20)).toEqual({ lawful: false, basis: 'CONSENT', act: 3 });
    expect(answers(entries, 30, 19)).toEqual({ lawful: true, basis: 'CONSENT', act: 2 });
  });

  it('tells a late withdrawal from one known at the time', () => {
    const late: Judged = {
      seq: 3,
      at: instant(30),
      trueAt: instant(15),
      act: 'consent.corrected',
      decision: 'withdrawn',
      purpose: 'cards',
    };
    expect(answers([granted, late], 20, 29).lawful).toBe(true);
    expect(answers([granted, late], 20, 30)).toEqual({ lawful: false, basis: 'CONSENT', act: 3 });
    expect(answers([granted, late], 14, 30).lawful).toBe(true);
  });

  it('a record put aside comes back when its correction is itself put aside', () => {
    const no = { at: instant(30), trueAt: instant(30), act: 'consent.corrected', purpose: 'cards' } as const;
    const first: Judged = { ...no, seq: 3, decision: 'never-happened', cause: 2 };
    const second: Judged = { ...no, seq: 4, at: instant(40), decision: 'never-happened', cause: 3 };
    expect(answers([granted, first], 50).lawful).toBe(false);
    expect(answers([granted, first, second], 50)).toEqual({ lawful: true, basis: 'CONSENT', act: 2 });
    expect(answers([granted, first, second], 50, 35).lawful).toBe(false);
  });

  it('believes the order of the ledger where two clocks differ', () => {
    const earlier = { ...withdrawn, at: instant(9), trueAt: instant(9) };
    expect(answers([granted, earlier], 50).lawful).toBe(false);
  });

  it('a consent to something else does not stretch; what needs no consent rests on its own ground', () => {
    const asked = { purpose: 'cards', at: instant(11), asKnownAt: instant(11) } as const;
    const older = [{ ...granted, policyVersion: 1 }];
    expect(lawful(older, { ...asked, reachVersion: 1 }).lawful).toBe(true);
    expect(lawful(older, { ...asked, reachVersion: 2 }).lawful).toBe(false);
    expect(lawful([granted], { ...asked, reachVersion: 1 }).lawful).toBe(true);
    expect(lawful([granted], { ...asked, reachVersion: 2 }).lawful).toBe(false);
    expect(lawful([], { ...asked, purpose: 'account' })).toEqual({ lawful: true, basis: 'CONTRACT' });
    expect(lawful([], { ...asked, purpose: 'accountability' })).toEqual({
      lawful: true,
      basis: 'LEGAL_DUTY',
    });
  });
});

describe('which uses were not covered', () => {
  const use = (seq: number, at: number): Judged => ({
    seq,
    at: instant(at),
    act: 'disclosure.made',
    purpose: 'real-name',
  });
  const act = (seq: number, at: number, name: 'consent.granted' | 'consent.withdrawn'): Judged => ({
    seq,
    at: instant(at),
    trueAt: instant(at),
    act: name,
    purpose: 'real-name',
  });
  const judged = (entry: Judged, acts: Judged[]) =>
    uncovered(entry, acts, instant(LONG), () => undefined)?.knownWhen;

  it('judges by number where the times are the same', () => {
    const acts = [act(2, 10, 'consent.granted'), act(4, 10, 'consent.withdrawn')];
    expect(judged(use(1, 10), acts)).toBe('then');
    expect(judged(use(3, 10), acts)).toBeUndefined();
    expect(judged(use(5, 10), acts)).toBe('then');
  });

  it('forgives a server clock that is behind, and not one more act', () => {
    const acts = [act(2, 10, 'consent.granted'), act(4, 11, 'consent.withdrawn')];
    expect(judged(use(3, 9), acts)).toBeUndefined();
    expect(judged(use(5, 9), acts)).toBe('then');
  });

  it('tells what was not covered then from what is known now only', () => {
    const late: Judged = {
      seq: 4,
      at: instant(30),
      trueAt: instant(12),
      act: 'consent.corrected',
      decision: 'withdrawn',
      purpose: 'real-name',
    };
    expect(judged(use(3, 15), [act(2, 10, 'consent.granted'), late])).toBe('hindsight');
    expect(judged(use(3, 11), [act(2, 10, 'consent.granted'), late])).toBeUndefined();
    expect(judged(use(5, 31), [act(2, 10, 'consent.granted'), late])).toBe('then');
    expect(judged(use(3, 15), [late])).toBe('then');
  });

  it('takes every act of the ledger for a use, unless it is known to be none', () => {
    const none = ledgerActs.filter((name) => !isUse({ act: name, purpose: 'cards' }));
    expect(none).toEqual([
      'identity.unlinked',
      'consent.granted',
      'consent.withdrawn',
      'consent.refused',
      'consent.corrected',
      'erasure.asked',
      'erasure.done',
      'phone.unbound',
      'disclosure.answered',
      'real-name.ended',
    ]);
    expect(isUse({ act: 'disclosure.made', purpose: 'account' })).toBe(false);
    expect(isUse({ act: 'disclosure.made' })).toBe(false);
  });
});
