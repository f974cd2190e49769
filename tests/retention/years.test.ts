import fc from 'fast-check';
import { DAY_MS, HOUR_MS, MINUTE_MS, toEpochSeconds, toInstant } from '../../lib/clock';
import { randomId, systemRandom } from '../../lib/crypto/random';
import { slicesOf } from '../../lib/slices';
import type { Item } from '../../lib/table/client';
import { partition, textOf } from '../../lib/table/keys';
import { readPerson } from '../../lib/table/person/person';
import { openPerson } from '../../lib/table/person/person-key';
import { DRAWN } from '../../lib/table/profile/avatar';
import { create } from '../../lib/table/replace';
import { sharePointer } from '../../lib/table/sharing/share';
import { everything, personOf } from '../hold/support';
import { accountNumber } from '../login/support';
import { amount } from '../proof/sample';
import { anyValueOfAttributes } from '../support/arbitrary';
import { beginEnd } from '../support/end';
import { rawItem } from '../support/raw-item';
import { newSealer } from '../support/sealer';
import { createWorld, onceKey, START, type World } from '../support/world';
import { type Any, all } from '../table/whole-life';
import { overMs, type PlainRecord, plainEnd, plainRecords, remainsEnd, shouldBe } from './plain-years';

const PEOPLE = amount(3, 1);
/** Runs of the timer after which nothing is due any more. */
const MOST_RUNS = 40;
/** Each with what leads to it, and the counts of both, in one transaction. */
const MADE_AT_ONCE = 25;
/** Everybody is here so often: what becomes of an account that nobody uses is tried elsewhere. */
const USED_EVERY_MS = 300 * DAY_MS;

type Event = 'nothing' | 'records' | 'end' | 'confirm';
type Step = { days: number; hours: number; event: Event; who: number };
type Known = PlainRecord & { sk: string; pointers: string[] };
type Somebody = { openid: string; subjectId: string; erasedMs?: number; records: Known[] };

/** A service over years in which everything comes and ends; and what the plain model has to know of it. */
class Service {
  private readonly people: Somebody[] = [];
  private usedMs = START;

  constructor(private readonly world: World) {}

  private get now(): number {
    return this.world.deps.clock.now();
  }

  async begin(): Promise<void> {
    for (let one = 0; one < PEOPLE; one += 1) {
      const openid = `years-${onceKey()}`;
      const subjectId = await accountNumber(this.world, await this.world.signIn(openid));
      const somebody = { openid, subjectId, records: [] };
      this.people.push(somebody);
      await this.populate(somebody);
    }
  }

  async step({ days, hours, event, who }: Step): Promise<void> {
    this.world.wait(days * DAY_MS + hours * HOUR_MS);
    await this.timer();
    await this.compare(`before ${event} on ${toInstant(this.now)}`);
    await this.use();
    const somebody = this.people[who % this.people.length] as Somebody;
    if (event === 'records' && somebody.erasedMs === undefined) await this.populate(somebody);
    if (event === 'confirm') await this.store(somebody, ['confirmed-recipient']);
    if (event === 'end' && somebody.erasedMs === undefined) {
      await beginEnd(this.world, somebody.subjectId);
      await this.timer();
      somebody.erasedMs = Date.parse(String((await personOf(this.world, somebody.subjectId))?.lifeStateAt));
      await this.compare(`${event} on ${toInstant(this.now)}`);
    }
  }

  /** Timer, queue and the database’s broom, until nothing is due. */
  private async timer(): Promise<void> {
    for (let run = 0; run < MOST_RUNS; run += 1) {
      type Sweep = { found: number; swept: number };
      const { found, swept } = await this.world.ok<Sweep>('retention/sweep', {}, { trigger: 'schedule' });
      await this.world.work();
      this.world.queuedNotices.length = 0;
      if (found === 0 && swept === 0) return this.broom();
      this.world.wait(MINUTE_MS);
    }
    throw new Error('something is left that never ends');
  }

  private async broom(): Promise<void> {
    for (const { subjectId } of this.people)
      for (const { pk, sk, ttlSeconds } of await everything(this.world, subjectId))
        if (Number(ttlSeconds) * 1000 <= this.now)
          await this.world.deps.table.write({ Delete: { Key: { pk, sk } } });
  }

  private async use(): Promise<void> {
    if (this.now - this.usedMs < USED_EVERY_MS) return;
    this.usedMs = this.now;
    for (const { openid, erasedMs } of this.people)
      if (erasedMs === undefined) await this.world.signIn(openid);
  }

  private populate(somebody: Somebody): Promise<void> {
    return this.store(somebody, Object.keys(plainRecords));
  }

  /** One of each, where somebody does not have the only one that there is. */
  private async store({ subjectId, erasedMs, records }: Somebody, names: string[]): Promise<void> {
    const { table } = this.world.deps;
    const self = await personOf(this.world, subjectId);
    if (!self || (erasedMs !== undefined && this.now >= remainsEnd(erasedMs) - DAY_MS)) return;
    const sealer = (await openPerson(this.world.deps, readPerson(self as Item))) ?? newSealer(subjectId);
    const made = names.map((name) => {
      const [, entity] = all.find(([, one]) => one.name === name) as [string, Any];
      const points = entity.declaration.pointers ? [sharePointer.key(randomId(systemRandom))] : [];
      const item = entity.make(subjectId, anyId(), this.valueOf(entity) as never, { sealer, points });
      return { item, points };
    });
    const there = await table.getMany(
      made.map(({ item }) => item),
      'ended-too',
    );
    const places = new Set<string>();
    const isNew = ({ item: { sk } }: (typeof made)[number], at: number) =>
      !there[at] && !places.has(sk) && places.add(sk);
    for (const some of slicesOf(made.filter(isNew), MADE_AT_ONCE)) {
      const [first, ...others] = some.flatMap(({ item, points }) => [
        create(item),
        ...points.map((key) => ({ Put: { Item: rawItem({ ...key, entity: 'pointer', subjectId }) } })),
      ]);
      if (first) await table.write(first, ...others);
      for (const { item, points } of some) {
        const before = records.findIndex(({ sk }) => sk === item.sk);
        if (before >= 0) records.splice(before, 1);
        records.push({ entity: item.entity, sk: item.sk, cameMs: this.now, pointers: points.map(textOf) });
      }
    }
  }

  /** Any value that begins now. */
  private valueOf({ name, attributes, declaration: { life, files } }: Any): object {
    const [drawn] = fc.sample(anyValueOfAttributes(attributes), 1);
    const { after } = plainRecords[name] ?? {};
    const { from, until } = life;
    const now = (of: string) =>
      of.endsWith('Ms') ? this.now : of.endsWith('Seconds') ? this.now / 1000 : toInstant(this.now);
    return {
      ...drawn,
      ...(until && after && { [until]: toEpochSeconds(plainEnd(after, this.now)) }),
      ...(from && { [from]: now(from) }),
      // A correction that waits goes with the account; what waits for the end is what the model knows.
      ...(name === 'recipient-duty' && { correction: undefined }),
      ...(files && { [files.names]: [`${DRAWN}${randomId(systemRandom)}`], openUntilSeconds: 0 }),
    };
  }

  /** What is stored, as it lies there, against the model. */
  private async compare(when: string): Promise<void> {
    const raw = await this.world.scan();
    const there = new Set(raw.map(({ pk, sk }) => textOf({ pk: text(pk), sk: text(sk) })));
    const wrong = this.people.flatMap(({ subjectId, erasedMs, records }) => {
      const ledgerEnds = erasedMs === undefined ? undefined : remainsEnd(erasedMs);
      const hasLedger = [...there].some((key) =>
        key.startsWith(textOf({ pk: partition(subjectId), sk: 'LEDGER#' })),
      );
      const ledger = { what: 'ledger', should: shouldBe(ledgerEnds, this.now), is: hasLedger };
      const lines = records.flatMap((record) => {
        const should = shouldBe(overMs(record, erasedMs), this.now);
        const what = `${record.entity} of ${toInstant(record.cameMs)}`;
        return [
          { what, should, is: there.has(textOf({ pk: partition(subjectId), sk: record.sk })) },
          ...record.pointers.map((one) => ({ what: `what leads to ${what}`, should, is: there.has(one) })),
        ];
      });
      return [ledger, ...lines].filter(
        ({ should, is }) => should !== 'either' && is !== (should === 'there'),
      );
    });
    // A clock that jumps keeps waiting what has ended meanwhile.
    const faults = this.world.lines.filter((line) => /"event":"fault"/.test(line)).slice(-4);
    expect({ when, wrong, faults }).toEqual({ when, wrong: [], faults: [] });
  }
}

const text = (value: unknown) => (value as { S: string }).S;

/** Stands for any id: what it is made of reads as text, and so does each part of it. */
function anyId(): unknown {
  return new Proxy(new String(randomId(systemRandom)), {
    get: (target, name) => {
      const own = Reflect.get(target, name) as unknown;
      if (typeof own === 'function') return own.bind(target);
      return typeof name === 'symbol' ? own : (own ?? randomId(systemRandom));
    },
  });
}

const zone = process.env.TZ;
beforeAll(() => {
  process.env.TZ = 'America/New_York'; // the calendar of the law is Beijing’s, wherever a process runs
});
afterAll(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

/** Begun on the 30th of January of a leap year. */
const BEGUN_AT = Date.parse('2028-01-30T20:00:00+08:00');
const day = (event: Event, days = 1): Step => ({ days, hours: 0, event, who: 0 });
/** Over the end of a month with a leap day, on which the account ends, and over the same three years later. */
const sampled: Step[] = [
  day('nothing'),
  day('end', 29),
  day('confirm', 40),
  day('nothing', 1055),
  day('nothing'),
  day('nothing', 40),
];

const anyStep: fc.Arbitrary<Step> = fc.record({
  days: fc.constantFrom(1, 1, 1, 1, 1, 1, 2, 7, 29, 30, 31, 180, 365),
  hours: fc.nat(23),
  event: fc.constantFrom<Event>('nothing', 'nothing', 'nothing', 'records', 'records', 'confirm', 'end'),
  who: fc.nat(PEOPLE - 1),
});
const anyYears = fc.array(anyStep, { minLength: 60, maxLength: 60 });

it('knows every sort of record of a person, but for places, the account and what is under way', () => {
  const elsewhere =
    'card-report ended-location ended-real-name export export-piece history-day ledger-entry location made-up open-tickets person person-process refused-claim reported-card ticket wechat-account';
  const others = all.map(([, { name }]) => name).filter((name) => !plainRecords[name]);
  expect(others.sort()).toEqual(elsewhere.split(' '));
});

it('over years that go by in days and jumps, everything is stored as long as the policy says, and no longer (S2, R3)', async () => {
  await fc.assert(
    fc.asyncProperty(amount(1, 0) ? anyYears : fc.constant(sampled), async (steps) => {
      const world = await createWorld();
      world.wait(BEGUN_AT - START);
      await world.ok('retention/sweep', {}, { trigger: 'schedule' });
      const service = new Service(world);
      await service.begin();
      for (const step of steps) await service.step(step);
    }),
    { numRuns: amount(6, 1), endOnFailure: true },
  );
});
