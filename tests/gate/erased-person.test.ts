import { type Finding, replay } from '../../infra/commands/lawful-replay';
import { toInstant } from '../../lib/clock';
import { parseToken } from '../../lib/crypto/token';
import { processKinds } from '../../lib/process/kinds';
import { allSubjects } from '../../lib/table/person/all-subjects';
import { eraseSteps } from '../../lib/table/readers/erase';
import { exportPerson } from '../../lib/table/readers/export';
import { kindsHeld } from '../../lib/table/readers/scope';
import { agreeingPartners } from '../identity/agreeing-partners';
import { holdsFor } from '../proof/sample';
import { putInto, takeKey } from '../support/life';
import { deliver, startOn, statusOf } from '../support/rotation';
import { type Caller, createWorld, functions, onceKey, START, type World } from '../support/world';
import { operationAt } from './every-operation';
import { wholeService } from './whole-service';

/**
 * Somebody who has been erased has no data key, and much of what leads to them or names them is there a while longer, or for
 * ever. Whoever meets them goes on: every operation, batch and tool (promises R3, S9).
 */
let world: World;
let me: Caller;
let openid: string;
beforeAll(async () => {
  world = await createWorld({ partners: agreeingPartners });
});

const rows = wholeService(
  () => world,
  () => me,
  () => openid,
);

const paths = Object.entries(functions).flatMap(([name, operations]) =>
  Object.keys(operations).map((operation) => `${name}/${operation}`),
);
const cases = paths.flatMap((path) =>
  (['the caller', 'everybody else'] as const).flatMap((who) =>
    (['the key', 'everything'] as const).map((what) => ({ path, who, what })),
  ),
);
type Case = (typeof cases)[number];

/** `what` is taken of a person: all that an erasure takes, or what its first step takes. */
async function erase(subjectId: string, what: Case['what']): Promise<void> {
  const { table } = world.deps;
  if (what === 'everything') {
    // Whatever they were: somebody who has died, left or begun to close already is met as well.
    await putInto(table, subjectId, 'closing', '2026-12-01');
    for await (const { writes } of eraseSteps(table, subjectId, { at: toInstant(START) }))
      await table.write(...writes);
  }
  await takeKey(table, subjectId);
}

const erased = new Set<string>();
async function takeFrom({ who, what }: Case, callerId: string | undefined): Promise<void> {
  for await (const subjectId of allSubjects(world.deps.table)) {
    const isMeant = (subjectId === callerId) === (who === 'the caller');
    if (!isMeant || erased.has(subjectId)) continue;
    await erase(subjectId, what);
    erased.add(subjectId);
  }
}

describe('somebody who has been erased (R3, S9)', () => {
  it('is met by every operation, as its caller and as whomever it is about: none fails, and none serves them', async () => {
    expect(paths.filter((path) => !rows[path])).toEqual([]);
    const wrong: (Case & { answer: string })[] = [];
    await holdsFor(cases, 6, async (one) => {
      openid = `me-${onceKey()}`;
      me = await world.cardHolder(openid);
      const { input, by = me } = (await rows[one.path]?.()) ?? {};
      const token = (by as Partial<Caller>).token ?? me.token;
      const subjectId = parseToken(token)?.subjectId ?? parseToken(me.token)?.subjectId;
      await takeFrom(one, subjectId);
      world.lines.length = 0;
      const reply = await world.call(one.path, input, by);
      const faults = world.lines.filter((line) => line.includes('"fault"'));
      const answer = reply.ok ? 'OK' : reply.error.code;
      const isServed = one.who === 'the caller' && operationAt(one.path)?.caller === 'subject';
      const mustBe = isServed ? answer === 'SIGN_IN_REQUIRED' : answer !== 'INTERNAL';
      if (!mustBe || faults.length > 0) wrong.push({ ...one, answer: [answer, ...faults].join(' ') });
    });
    expect(wrong).toEqual([]);
  });

  it('stops no announcement, rotation or replay, and their ledger is whole', async () => {
    const { deps } = world;
    const someone = parseToken((await world.cardHolder('someone')).token)?.subjectId ?? '';
    await erase(someone, 'everything');
    const findings: Finding[] = [];
    const counts = { people: 0, entries: 0, uses: 0, findings: 0 };
    for await (const one of replay(deps, counts)) findings.push(one);
    expect(findings).toEqual([]);
    expect(counts.people).toBeGreaterThan(erased.size);

    world.queued.length = 0;
    await startOn(world);
    await deliver(world, deps, processKinds);
    expect(await statusOf(world)).toMatchObject({ people: counts.people, partsFailing: 0 });

    const records = [];
    for await (const one of exportPerson(deps, someone, async () => undefined)) records.push(one.entity);
    expect(new Set(records)).toEqual(new Set(['ledger-entry', 'person']));
    const always = { fromMs: 0, untilMs: Number.POSITIVE_INFINITY };
    const asked = new Set(['device', 'card-name'] as const);
    const held = await kindsHeld(deps.table, someone, asked, always, deps.clock.now());
    expect(held).toEqual({
      certain: new Set(),
      doubt: new Map([...asked].map((kind) => [kind, 'person-erased'])),
    });
  });
});
