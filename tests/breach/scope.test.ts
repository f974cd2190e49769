import { toInstant } from '../../lib/clock';
import type { ErrorDetails } from '../../lib/errors';
import { incidentClock } from '../../lib/process/incident-clock';
import { runProcess } from '../../lib/process/run';
import type { Table } from '../../lib/table/client';
import { readAudiencePart } from '../../lib/table/notice/audience';
import { type Process, processKey, readProcess } from '../../lib/table/process/process';
import { subjectIdOf } from '../identity/support';
import { type Cut, machine, PowerCut } from '../process/machine';
import { holdsFor } from '../proof/sample';
import { timer } from '../support/rotation';
import { type Caller, createWorld, onceKey, START, type World } from '../support/world';
import { responder } from './budget-rows';
import { declared, frozen, type Shown, STRANGERS } from './scope-support';

type Graded = { facts: { persons: number }; entries: number };

const NOBODY = { seen: 0, opened: 0, traceless: 0 };
const SEGMENTS = ['gather-0', 'judge-0', 'judge-1'];

describe('what a scope is asked (B3)', () => {
  let world: World;
  let incidentId: string;
  let me: Caller;
  beforeAll(async () => {
    world = await createWorld();
    me = await world.signIn('me');
    world.wait(10 * 60_000);
    incidentId = await declared({ world, accounts: new Map(), digests: new Map() }, NOBODY);
  });
  const at = (ms: number) => toInstant(START + ms);
  const ask = (...allOf: object[]) =>
    world.call('breach/startScope', { incidentId, anyOf: [{ allOf }], idempotencyKey: onceKey() }, responder);
  const fieldsOf = async (...allOf: object[]) => {
    const reply = await ask(...allOf);
    if (reply.ok) return [];
    const { fields = [] } = (reply.error.details ?? {}) as ErrorDetails;
    return [reply.error.code, ...fields.map(({ field }) => field)];
  };

  it('is refused by the name of its field where it cannot be answered, and nothing is begun', async () => {
    const window = { from: at(1000), until: at(1000) };
    const later = { from: at(0), until: at(11 * 60_000) };
    const held = { by: 'held', kinds: ['device'] };
    const opened = { by: 'opened', list: 'opened' };
    expect(await fieldsOf({ ...held, ...window })).toEqual(['INVALID_INPUT', 'anyOf.0.allOf.0.until']);
    expect(await fieldsOf({ ...held, ...later })).toEqual(['INVALID_INPUT', 'anyOf.0.allOf.0.until']);
    expect(await fieldsOf({ by: 'registered', from: at(2), until: at(1) })).toContain(
      'anyOf.0.allOf.0.until',
    );
    expect(await fieldsOf({ by: 'listed', list: 'never-sent' })).toEqual([
      'INVALID_INPUT',
      'anyOf.0.allOf.0.list',
    ]);
    expect(await fieldsOf({ ...opened, missing: ['start-missing'] })).toContain('anyOf.0.allOf.0.reach');
    expect(
      await fieldsOf({ ...opened, missing: [], reach: { ...held, by: undefined, ...later } }),
    ).not.toEqual([]);
    expect(await fieldsOf()).toEqual(['INVALID_INPUT', 'anyOf.0.allOf']);
    expect(await fieldsOf({ ...held, kinds: [], from: at(0), until: at(1) })).not.toEqual([]);
    const { scopes } = await world.ok<{ scopes: unknown[] }>('breach/scopes', { incidentId }, responder);
    expect(scopes).toEqual([]);
    expect(world.queued.filter(({ kind }) => kind === 'scope')).toEqual([]);
  });

  it('says how many of a list are strangers, takes a part once, and nothing more once a scope rests on it', async () => {
    const subjectId = subjectIdOf(me);
    const part = (n: number, kinds: string[]) => ({
      ...{ incidentId, list: 'again', part: n },
      opened: [{ subjectId, kinds }],
    });
    const send = (input: object) => world.ok('breach/uploadOpened', input, responder);
    expect(await send(part(0, ['device']))).toEqual({ known: 1, strangers: 0 });
    expect(await send(part(0, ['device']))).toEqual({ known: 1, strangers: 0 });
    expect(await world.refused('breach/uploadOpened', part(0, ['nickname']), responder)).toBe(
      'IDEMPOTENCY_CONFLICT',
    );
    expect(await send(part(1, ['nickname']))).toEqual({ known: 0, strangers: 0 });
    const reply = await ask({ by: 'listed', list: 'again' });
    expect(await world.refused('breach/uploadOpened', part(2, ['device']), responder)).toBe('NOT_NOW');
    const { scopeId } = (reply as { data: Shown }).data;
    const shown = await frozen({ world }, scopeId);
    expect(shown).toMatchObject({ exact: true, people: { atLeast: 1, atMost: 1 }, strangers: 0 });
    expect(shown.byKind.map(({ kind }) => kind)).toEqual(['device', 'nickname']);
    const strangers = (await ask({ by: 'listed', list: 'seen' })) as { data: Shown };
    expect(strangers.data.strangers).toBe(STRANGERS);
  });

  it('gives the grade its head-counts once it is frozen, by the upper bounds while in doubt, and is not typed over (B2)', async () => {
    const reach = { kinds: ['device'], from: at(0), until: at(60_000) };
    const doubtful = { by: 'opened', list: 'opened', missing: ['lines-missing'], reach };
    const { scopeId } = ((await ask(doubtful)) as { data: Shown }).data;
    const input = { incidentId, scopeId };
    const grade = async (more: object) => {
      const reply = await world.call('breach/grade', { ...input, ...more }, responder);
      const { fields = [] } = (reply.ok ? {} : (reply.error.details ?? {})) as ErrorDetails;
      return reply.ok ? (reply.data as Graded) : fields.map(({ field }) => field);
    };
    expect(await grade({})).toEqual(['scopeId']);
    const { why, people } = await frozen({ world }, scopeId);
    expect(people).toEqual({ atLeast: 0, atMost: 1 });
    expect(why).toContainEqual(expect.objectContaining({ doubt: 'lines-missing', people: 1 }));
    const byHand = { scopeId: undefined, persons: 5, sensitivePersons: 0, minors: 0, reason: '估算' };
    expect(await grade(byHand)).toEqual(['scopeId']);
    expect(await grade({ persons: 5 })).toEqual(['persons']);
    expect(await grade({ scopeId: '20261127-ZZZZ-s1' })).toEqual(['scopeId']);
    expect(await grade({ scopeId: `${incidentId}-s50` })).toEqual(['scopeId']);
    const graded = (await grade({})) as Graded;
    const { facts, entries } = graded;
    expect(facts).toMatchObject({ persons: 1, scopeId, atLeast: { persons: 0, minors: 0 } });
    expect(((await grade({})) as Graded).entries).toBe(entries);
  });

  it('comes to one end wherever the power goes, with every message doubled', async () => {
    const anyOf = [{ allOf: [{ by: 'listed', list: 'again' }] }];
    const kinds = ['device', 'nickname'];
    // An incident of its own each time: one takes no more than so many scopes.
    const run = async (cut?: Cut) => {
      const of = await declared({ world, accounts: new Map(), digests: new Map() }, NOBODY);
      const opened = [{ subjectId: subjectIdOf(me), kinds }];
      const part = { incidentId: of, list: 'again', part: 0, opened };
      await world.ok('breach/uploadOpened', part, responder);
      const input = { incidentId: of, anyOf, idempotencyKey: onceKey() };
      const { scopeId } = await world.ok<Shown>('breach/startScope', input, responder);
      const one = machine(world.deps, cut);
      try {
        for (let next = world.queued.shift(); next; next = world.queued.shift())
          for (const _ of 'ab') await runProcess(one.deps, next, 'scope');
      } catch (error) {
        if (!(error instanceof PowerCut)) throw error;
      }
      await timer(world);
      const { people, byKind, parts } = await frozen({ world }, scopeId);
      const members = await readAudiencePart(world.deps.table, scopeId, 0);
      return { calls: one.calls(), end: { people, byKind, parts, members } };
    };
    const { calls, end } = await run();
    const cuts = Array.from({ length: calls }, (_, call) => call + 1).flatMap((atCall): Cut[] => [
      { atCall, when: 'before it took effect' },
      { atCall, when: 'after it took effect' },
    ]);
    await holdsFor(cuts, 1, async (cut) => expect((await run(cut)).end).toEqual(end));
  });

  it('goes with its incident, and whom it named before what names it', async () => {
    const ref = { kind: 'incident-clock', id: incidentId };
    const [row] = await world.deps.table.getMany([processKey(ref)]);
    const process = readProcess(row) as Process;
    const left = async () =>
      (await world.scan()).map(({ pk }) => (pk as { S: string }).S).filter((pk) => pk.includes(incidentId));
    expect(new Set((await left()).map((pk) => pk.split('#')[0]))).toContain('AUDIENCE');
    await world.within('retention', async ({ table }) => {
      for (let isOver = false; !isOver; ) {
        const next = await incidentClock.remove?.(world.deps, { process, self: undefined, requestId: 'r' });
        if (!next || 'waitUntilMs' in next) throw new Error('nothing to wait for');
        const [first, ...others] = next.writes ?? [];
        if (first) await table.write(first, ...others);
        isOver = next.to === 'end';
      }
    });
    const isRow = (pk: string) => pk.startsWith('PROCESS#');
    expect((await left()).filter((pk) => !isRow(pk))).toEqual([]);
  });

  it('looks at nobody but whom the index or a list names, unless everybody may be meant', async () => {
    incidentId = await declared({ world, accounts: new Map(), digests: new Map() }, NOBODY);
    const looked: string[] = [];
    const { table } = world.deps;
    const watching = {
      ...world.deps,
      table: {
        ...table,
        query: (...asked: Parameters<Table['query']>) => {
          looked.push(asked[0].IndexName ?? 'the table');
          return table.query(...asked);
        },
      },
    };
    const window = { from: at(0), until: at(60_000) };
    const indexesFor = async (one: object) => {
      const { scopeId } = ((await ask(one)) as { data: Shown }).data;
      looked.length = 0;
      // Of the segments, some stand for all: they go about it alike.
      const messages = [
        { kind: 'scope', id: scopeId },
        ...SEGMENTS.map((id) => ({ kind: 'scope', id: `${scopeId}-${id}` })),
      ];
      for (const one of messages) await runProcess(watching, one, 'scope');
      return new Set(looked.filter((name) => name !== 'the table'));
    };
    const staff = { by: 'touched', actor: { kind: 'staff', id: 'wu' }, ...window };
    expect(await indexesFor(staff)).toEqual(new Set(['touched']));
    expect(await indexesFor({ by: 'listed', list: 'seen' })).toEqual(new Set());
    expect(await indexesFor({ ...staff, not: true })).toEqual(new Set(['everyone']));
  });
});
