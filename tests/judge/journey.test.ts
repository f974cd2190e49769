import { toInstant } from '../../lib/clock';
import { parseToken } from '../../lib/crypto/token';
import { eraseSteps } from '../../lib/table/readers/erase';
import { amount, some } from '../proof/sample';
import { askExport, takeArchive } from '../rights/export-support';
import { move } from '../support/life';
import type { Caller } from '../support/world';
import { accountsOf, exportsComparedIn, factsIn, factsToTake } from './exported';
import { wholeJourney } from './journey';
import { type Look, leftOf } from './judge';
import { createMarks } from './marks';
import { type Watched, watched } from './watched';

const seen: { path: string; look: Look; exports: string[] }[] = [];
let service: Watched;
let people: Record<string, Caller>;
let compare: ReturnType<typeof exportsComparedIn>;
/** In a proof after every operation; in `npm test` after each second one, which misses no kind that is held for two. */
const LOOK_EVERY = amount(1, 2);
const [from = 0] = some([0, 1], 1);
beforeAll(async () => {
  let operations = from;
  service = await watched(
    async (path, look) => {
      seen.push({ path, look, exports: await compare(look) });
    },
    'aes',
    () => {
      operations += 1;
      return operations % LOOK_EVERY === 0;
    },
  );
  compare = exportsComparedIn(service.world);
  people = await wholeJourney(service.world);
});

const numberOf = ({ token }: Caller) => parseToken(token)?.subjectId ?? '';

describe('after the operations of a whole journey, by the raw table alone', () => {
  it('the head-counts are what another count of natural persons finds (N7)', () => {
    const wrong = seen
      .filter(({ look }) => JSON.stringify(sorted(look.gauges)) !== JSON.stringify(sorted(look.counted)))
      .map(({ path, look: { gauges, counted } }) => ({ path, gauges, counted }));
    expect(wrong.slice(0, 3)).toEqual([]);
    expect(new Set(seen.flatMap(({ look }) => Object.keys(look.counted)))).toEqual(
      new Set([
        'persons',
        'id-digest',
        'bank-result',
        'face-token',
        'age-band',
        'guardian',
        'network-id-digest',
        'household-attributes',
        'location-point',
        'location-cell',
        'location-history',
      ]),
    );
  });

  it('every ledger is whole and ends where the person’s item says (S9)', () => {
    expect(seen.flatMap(({ path, look }) => look.brokenLedgers.map((id) => ({ path, id })))).toEqual([]);
  });

  it('every blob in a partition of a person opens with that person’s key (S5)', () => {
    const closed = seen.flatMap(({ look }) =>
      look.items.filter(({ pk, content, by }) => pk.startsWith('P#') && content.sealed && pk !== `P#${by}`),
    );
    expect(closed.map(({ entity }) => entity)).toEqual([]);
  });

  it('an export is everything that opens of a person, with the account they gave up, and nothing else (R1)', () => {
    const wrong = seen.flatMap(({ path, exports }) => exports.map((one) => ({ path, one })));
    expect(wrong.slice(0, 3)).toEqual([]);
    const last = seen.at(-1)?.look as Look;
    const [lin, again] = [people.lin, people.again].map((one) => numberOf(one as Caller));
    expect(accountsOf(last, lin ?? '')).toEqual([lin, again]);
  });
});

it('an archive that is taken says what the raw table says of the person, and names nobody else (R1)', async () => {
  const { world, judge } = service;
  const me = people.lin as Caller;
  await askExport(world, me, 'lin');
  await world.work();
  const theirs = factsToTake(await judge.look(), numberOf(me), world.deps.clock.now());
  const archive = await takeArchive(world, me);
  expect(factsIn(archive)).toEqual(theirs);
  const [chen, child] = [people.chen, people.child].map((one) => numberOf(one as Caller));
  const texts = [...archive.files].filter(([file]) => !file.includes('schema')).map(([, bytes]) => bytes);
  expect(createMarks({ chen: chen ?? '', child: child ?? '' }).in(texts)).toEqual([]);
});

it('an erasure leaves nothing that opens with the person’s key but what is declared to outlive them (R3)', async () => {
  const { table } = service.world.deps;
  for (const name of ['lin', 'chen']) {
    const subjectId = numberOf(people[name] as Caller);
    await move(table, subjectId, 'closing');
    const at = toInstant(service.world.deps.clock.now());
    for await (const { writes } of eraseSteps(table, subjectId, { at })) await table.write(...writes);
    const look = await service.judge.look();
    expect({ [name]: leftOf(look, subjectId) }).toEqual({ [name]: [] });
    const sealed = look.items.filter(({ by, content }) => by === subjectId && content.sealed);
    expect(sealed.length).toBeGreaterThan(0);
    expect(sealed.filter(({ stays }) => !stays).map(({ entity }) => entity)).toEqual([]);
    const self = look.items.find(({ pk, sk }) => pk === `P#${subjectId}` && sk === 'PERSON');
    expect(self?.content.wrappedKey).toBeUndefined();
    expect(sorted(look.gauges)).toEqual(sorted(look.counted));
  }
});

function sorted(counts: Record<string, number>): [string, number][] {
  return Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));
}
