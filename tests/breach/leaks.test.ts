import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { toInstant } from '../../lib/clock';
import { trailDoubts } from '../../lib/scope/doubts';
import type { Condition, Selector } from '../../lib/scope/selector';
import { type Member, readAudiencePart } from '../../lib/table/notice/audience';
import { judgePerson } from '../../lib/table/readers/affected';
import { amount } from '../proof/sample';
import { onceKey } from '../support/world';
import { responder } from './budget-rows';
import {
  actIds,
  type Drawn,
  type History,
  hadDuring,
  happen,
  hasSince,
  type Mark,
  markIds,
  marks,
  type Span,
} from './leak';
import { declared, frozen, isSeen, type Lists, type Range, type Shown } from './scope-support';

/** Moments round an act, and round the seconds in which items note that they came. */
const OFFSETS = [0, 1, -1, 999, 1000, -1000, 1001, -1001];
const STEPS_MS = [1, 7, 999, 1000, 1001, 60_000, 3_600_000];
/** Somebody new comes with the first acts of a history; with the others, what there is happens. */
const anyHistory = fc.array(
  fc.record<Drawn>({
    afterMs: fc.constantFrom(...STEPS_MS),
    act: fc.constantFrom(...actIds),
    who: fc.nat(3),
    with: fc.nat(3),
    agrees: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
  }),
  { minLength: amount(40, 14), maxLength: amount(60, 16) },
);

type Moment = { act: number; offset: number };
const anyMoment = fc.record<Moment>({ act: fc.nat(59), offset: fc.constantFrom(...OFFSETS) });
const someMarks = fc.uniqueArray(fc.constantFrom(...markIds), { minLength: 1, maxLength: 3 });
const anyCondition = fc.record({
  by: fc.constantFrom(...(['held', 'held', 'touched', 'opened', 'agreed', 'registered', 'listed'] as const)),
  kinds: someMarks,
  from: anyMoment,
  until: anyMoment,
  version: fc.constantFrom(1, 2),
  actor: fc.constantFrom(
    ...([
      ['staff', 'wu'],
      ['staff', 'nobody'],
      ['recipient', 'wechat-phone'],
    ] as const),
  ),
  missing: fc.subarray([...trailDoubts]),
  not: fc.boolean(),
});
type AnyCondition = typeof anyCondition extends fc.Arbitrary<infer T> ? T : never;
const anySelector = fc.array(fc.array(anyCondition, { minLength: 1, maxLength: 2 }), {
  minLength: 1,
  maxLength: 2,
});

const anyLists = fc.record<Lists>({ seen: fc.nat(4095), opened: fc.nat(4095), traceless: fc.nat(4095) });

/** A condition as it is asked, and what is true of somebody by it. */
type Case = { asked: Condition; isTrue(subjectId: string): boolean; decides: boolean };

function caseOf(history: History, lists: Lists, drawn: AnyCondition): Case {
  const { states, accounts } = history;
  const at = ({ act, offset }: Moment) => (states[act % states.length]?.atMs ?? 0) + offset;
  const [a, b] = [at(drawn.from), at(drawn.until)].sort((x, y) => x - y) as [number, number];
  const span: Span = { fromMs: a, untilMs: Math.max(b, a + 1) };
  const window = { from: toInstant(span.fromMs), until: toInstant(span.untilMs) };
  const within = (atMs: number) => atMs >= span.fromMs && atMs < span.untilMs;
  const held = (subjectId: string) => drawn.kinds.some((mark) => hadDuring(history, subjectId, mark, span));
  const not = drawn.not ? ({ not: true } as const) : {};
  const met = (one: Omit<Case, 'asked'>, asked: Condition): Case => ({
    asked: { ...asked, ...not } as Condition,
    decides: one.decides,
    isTrue: (id) => one.isTrue(id) !== drawn.not,
  });
  const has = (bits: number) => (subjectId: string) =>
    ((bits >> [...accounts.keys()].indexOf(subjectId)) & 1) === 1;
  switch (drawn.by) {
    case 'held':
      return met({ isTrue: held, decides: false }, { by: 'held', kinds: drawn.kinds, ...window });
    case 'touched': {
      const [kind, id] = drawn.actor;
      const isTrue = (subjectId: string) =>
        history.touches.some(
          (one) => one.subjectId === subjectId && one.actor === `${kind}:${id}` && within(one.atMs),
        );
      return met({ isTrue, decides: true }, { by: 'touched', actor: { kind, id }, ...window });
    }
    case 'opened': {
      const { missing } = drawn;
      const isTrue = (id: string) =>
        has(lists.opened)(id) || (missing.length > 0 && has(lists.traceless)(id) && held(id));
      const reach = missing.length > 0 ? { reach: { kinds: drawn.kinds, ...window } } : {};
      return met(
        { isTrue, decides: missing.length === 0 },
        { by: 'opened', list: 'opened', missing, ...reach },
      );
    }
    case 'agreed': {
      const isTrue = (id: string) => drawn.version === 1 && (accounts.get(id)?.agreed.size ?? 0) > 0;
      return met({ isTrue, decides: true }, { by: 'agreed', versions: [drawn.version] });
    }
    case 'registered': {
      const isTrue = (id: string) => within(accounts.get(id)?.openedAtMs ?? 0);
      return met({ isTrue, decides: true }, { by: 'registered', ...window });
    }
    case 'listed':
      // Whoever is erased is found by no digest any more.
      return met(
        { isTrue: (id) => isSeen(history, lists, id), decides: true },
        { by: 'listed', list: 'seen' },
      );
  }
}

type Asked = { selector: Selector; cases: Case[][]; isTrue(subjectId: string): boolean; decides: boolean };

function askedOf(history: History, lists: Lists, drawn: AnyCondition[][]): Asked {
  const cases = drawn.map((group) => group.map((one) => caseOf(history, lists, one)));
  return {
    cases,
    selector: cases.map((group) => ({ allOf: group.map(({ asked }) => asked) })),
    isTrue: (id) => cases.some((group) => group.every((one) => one.isTrue(id))),
    decides: cases.flat().every(({ decides }) => decides),
  };
}

/** The kinds that somebody surely has to be found in by one condition on what was held: by evidence that is there still. */
function mustBeSure(history: History, subjectId: string, one: Condition): boolean {
  if (one.by !== 'held' || one.not) return false;
  return (one.kinds as Mark[]).some((mark) => {
    const sinceMs = hasSince(history, subjectId, mark);
    // What a card gains begins the whole card anew.
    const isAlone = marks[mark].purpose !== 'cards';
    const inFullSeconds = Math.floor((sinceMs ?? 0) / 1000) * 1000 + 999;
    // What a new consent puts where an ended one has left something is all that is there to see.
    const withdrawnAtMs = history.accounts.get(subjectId)?.withdrawnAtMs.get(marks[mark].purpose) ?? 0;
    const isOfOneConsent = sinceMs !== undefined && sinceMs > withdrawnAtMs;
    return isAlone && isOfOneConsent && inFullSeconds < Date.parse(one.until);
  });
}

const neverAgreed = ({ accounts }: History, subjectId: string, one: Condition): boolean =>
  one.by === 'held' &&
  !one.not &&
  (one.kinds as Mark[]).every((mark) => !accounts.get(subjectId)?.agreed.has(marks[mark].purpose));

/** What the service says of everybody by a selector, each by themself. */
async function verdictsOf(history: History, lists: Lists, { selector }: Asked) {
  const { table, clock } = history.world.deps;
  const ids = [...history.accounts.keys()];
  const onList = (subjectId: string) => (list: string) => {
    const bit = ((lists.opened >> ids.indexOf(subjectId)) & 1) === 1;
    return (list === 'seen' ? isSeen(history, lists, subjectId) : bit) ? [] : undefined;
  };
  const judged = ids.map((id) => judgePerson(table, id, selector, clock.now(), onList(id)));
  return (await Promise.all(judged)).map((one, index) => ({ id: ids[index] ?? '', is: one?.verdict.is }));
}

async function holdsToTruth(history: History, lists: Lists, asked: Asked): Promise<void> {
  const [[only, ...others] = [], ...alternatives] = asked.selector.map(({ allOf }) => allOf);
  const single = others.length === 0 && alternatives.length === 0 ? only : undefined;
  for (const { id, is } of await verdictsOf(history, lists, asked)) {
    const truth = asked.isTrue(id);
    const said = { asked: asked.selector, truth, is, id };
    expect({ ...said, contains: is !== (truth ? 'out' : 'in') }).toEqual({ ...said, contains: true });
    if (asked.decides) expect(said).toEqual({ ...said, is: truth ? 'in' : 'out' });
    if (single && mustBeSure(history, id, single)) expect(said).toEqual({ ...said, is: 'in' });
    if (single && neverAgreed(history, id, single)) expect(said).toEqual({ ...said, is: 'out' });
  }
}

/** Who is on the list, or was looked at by the staff at any time. */
function named({ states }: History): AnyCondition[][] {
  const always = { from: { act: 0, offset: -1 }, until: { act: states.length - 1, offset: 1 } };
  const one = { ...always, kinds: [], version: 1, actor: ['staff', 'wu'], missing: [], not: false } as const;
  return [[{ ...one, by: 'touched' }], [{ ...one, by: 'listed' }]] as unknown as AnyCondition[][];
}

/** Selectors that one history is held to. */
const HELD_TO = amount(40, 4);
/** Of which so many go through the service as a whole, beside those that look at nobody but whom a list or the index names. */
const COMPUTED = amount(3, 0);
const anyIncident = fc.tuple(
  anyHistory,
  anyLists,
  fc.array(anySelector, { minLength: HELD_TO, maxLength: HELD_TO }),
);

it('contains the truth after any history, and is exact where evidence exists (B3)', async () => {
  // A seed names a history: it cannot be made smaller and stay one.
  const holds = async (seed: number) => {
    const [drawn] = fc.sample(anyIncident, { seed, numRuns: 1 });
    const [acts, lists, selectors] = drawn as NonNullable<typeof drawn>;
    const history = await happen(acts);
    for (const one of selectors) await holdsToTruth(history, lists, askedOf(history, lists, one));
    const incidentId = await declared(history, lists);
    const heldAlone = selectors.filter((one) => one.flat().every(({ by, not }) => by === 'held' && !not));
    const asked = [named(history), ...selectors.slice(0, COMPUTED), ...heldAlone.slice(0, COMPUTED)];
    for (const one of asked) await isFrozenTruly(history, incidentId, askedOf(history, lists, one));
  };
  const numRuns = amount(40, 1);
  await fc.assert(fc.asyncProperty(fc.noShrink(fc.integer()), holds), { numRuns });
});

/** The one kind of a history that the law holds to be sensitive (PIPL art. 28), for the ethnicity that is in it. */
const SENSITIVE: Mark = 'household-attributes';

/** People of whom a kind was really met, by selectors that ask for nothing but what was held. */
function exposedTo({ states, accounts }: History, { cases }: Asked, mark: Mark): number {
  const history = { states, accounts } as History;
  return [...accounts.keys()].filter((id) =>
    cases.some(
      (group) =>
        group.every((one) => one.isTrue(id)) &&
        group.some(
          ({ asked }) => asked.by === 'held' && asksFor(asked.kinds, mark) && met(history, id, mark, asked),
        ),
    ),
  ).length;
}
const asksFor = (kinds: readonly string[], mark: Mark) => kinds.includes(mark);
const met = (history: History, id: string, mark: Mark, { from, until }: { from: string; until: string }) =>
  hadDuring(history, id, mark, { fromMs: Date.parse(from), untilMs: Date.parse(until) });

/** How many of each kind, sensitive ones and minors: what is said contains the truth. */
function holdsByKind(history: History, asked: Asked, { byKind, sensitive, minors }: Shown): void {
  if (!asked.cases.flat().every(({ asked: { by, not } }) => by === 'held' && !not)) return;
  const contains = (what: string, truth: number, { atLeast, atMost }: Range) => {
    const said = { asked: asked.selector, what, truth, atLeast, atMost };
    expect({ ...said, contains: atLeast <= truth && truth <= atMost }).toEqual({ ...said, contains: true });
  };
  for (const mark of markIds) {
    const range = byKind.find(({ kind }) => kind === mark) ?? { atLeast: 0, atMost: 0 };
    contains(mark, exposedTo(history, asked, mark), range);
  }
  contains('sensitive', exposedTo(history, asked, SENSITIVE), sensitive);
  contains('minors', 0, minors); // nobody is marked as one
}

/** The same through the service: books and parts of the audience against the truth, and the hash reckoned anew. */
async function isFrozenTruly(history: History, incidentId: string, asked: Asked): Promise<void> {
  const { world, accounts } = history;
  const input = { incidentId, anyOf: asked.selector, idempotencyKey: onceKey() };
  const { scopeId } = await world.ok<Shown>('breach/startScope', input, responder);
  expect((await world.ok<Shown>('breach/startScope', input, responder)).scopeId).toBe(scopeId);
  const shown = await frozen(history, scopeId);
  const truth = new Set([...accounts.keys()].filter(asked.isTrue));
  const parts = await Promise.all(
    Array.from({ length: shown.parts }, (_, part) => readAudiencePart(world.deps.table, scopeId, part)),
  );
  const members = parts.flat();
  const sure = members.filter(({ certain }) => certain);
  const ids = new Set(members.map(({ subjectId }) => subjectId));
  expect(ids.size).toBe(members.length);
  expect([...truth].filter((id) => !ids.has(id))).toEqual([]);
  expect(sure.filter(({ subjectId }) => !truth.has(subjectId))).toEqual([]);
  expect(shown.people).toEqual({ atLeast: sure.length, atMost: members.length });
  if (asked.decides) expect(ids).toEqual(truth);
  holdsByKind(history, asked, shown);
  expect(shown.sha256).toBe(reckoned(parts, shown));
  const left = await world.scan();
  expect(left.filter(({ pk }) => String((pk as { S: string }).S).startsWith('SCOPE#'))).toEqual([]);
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** By hand, from what anybody is shown: part after part, and at last what was asked and answered. */
function reckoned(parts: Member[][], shown: Shown): string {
  const last = parts.reduce((before, members, part) => {
    const said = members.map(({ subjectId, kinds, minor, certain }) => [subjectId, kinds, minor, certain]);
    return sha256(`${before}\n${part}\n${JSON.stringify(said)}`);
  }, '');
  const { scopeId, anyOf: selector, strangers, frozenAt, people, sensitive, minors, byKind } = shown;
  const named: [string, Range][] = byKind.map(({ kind, ...range }) => [`kind:${kind}`, range]);
  const all = [...Object.entries({ people, sensitive, minors }), ...named].filter(
    ([, { atMost }]) => atMost > 0,
  );
  const ranges = Object.fromEntries(all.map(([name, { atLeast, atMost }]) => [name, [atLeast, atMost]]));
  const why = Object.fromEntries(shown.why.map(({ doubt, people: count }) => [doubt, count]));
  const said = { scopeId, selector, ranges, why, strangers, parts: shown.parts, frozenAt };
  return sha256(`${last}\n${canonicalize(said)}`);
}
