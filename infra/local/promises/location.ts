import { newIdempotencyKey } from '../../../lib/client/client';
import { endsWithItsHour, sealedUnderItsHour } from './place-keys';
import { giveMobile } from './registers';
import { agree, codeOf, demand, type Person, type Running, textOf, within } from './running';

const ERASED_WITHIN_MS = 15_000;
const DAY_SECONDS = 86_400;
/** In GCJ-02; unlike any other number, so that finding it anywhere means it leaked. */
const exact = { latitude: 23.106437, longitude: 113.324519 };

async function resting(running: Running, person: Person): Promise<Record<string, unknown>[]> {
  const items = await running.scan();
  return items.filter(
    ({ pk, sk }) => pk === `P#${person.subjectId()}` && String(sk).startsWith('DATA#location'),
  );
}

const point = (place: { latitude: number; longitude: number } = exact, system = 'gcj02') => ({
  point: { system, ...place, accuracyMetres: 20, source: 'gps', takenAt: new Date().toISOString() },
});

/** Somebody who has agreed and switched on. */
async function located(running: Running, change: object = {}): Promise<Person> {
  const me = await running.cardHolder();
  await agree(me, 'location');
  await me.api.location.settings({ version: 0, precision: '1km', findable: 'mutual', ...change });
  return me;
}

/** L1: nothing is taken before consent and switch, and nothing stays after either has gone. */
export async function onlyWhileOn(running: Running): Promise<string> {
  const me = await running.person();
  const codes = [await codeOf(me.api.location.update(point()))];
  await agree(me, 'location');
  codes.push(await codeOf(me.api.location.update(point())));
  demand(codes.join() === 'CONSENT_REQUIRED,LOCATION_OFF', `before the switch got ${codes}`);
  demand((await resting(running, me)).length === 0, 'something was stored before the switch was on');
  await me.api.location.settings({ version: 0, findable: 'mutual' });
  await me.api.location.update(point());
  demand(
    textOf(await resting(running, me)).includes('nearCell'),
    'nothing to erase: the check proves nothing',
  );
  await me.api.location.stop();
  const left = await resting(running, me);
  demand(!left.some((item) => item.sealed || item.nearCell || item.nearPath), 'a place outlived the stop');
  const after = await codeOf(me.api.location.update(point()));
  demand(after === 'LOCATION_OFF', `after the stop got ${after}`);
  await me.api.location.settings({ version: 2, findable: 'mutual' });
  const [, , withdrawn] = await Promise.all([
    codeOf(me.api.location.update(point())),
    codeOf(me.api.location.update(point({ latitude: 23.2, longitude: 113.4 }))),
    codeOf(agree(me, 'location', false)),
  ]);
  demand(withdrawn === 'OK', `the withdrawal got ${withdrawn}`);
  demand(!(await resting(running, me)).some((item) => item.sealed), 'an update outlived the withdrawal');
  const gone = () => resting(running, me).then((items) => items.length === 0);
  demand(await within(ERASED_WITHIN_MS, gone), 'something is left 15 s after the withdrawal');
  demand(!running.lines.join().includes('23.1064'), 'a coordinate is in the log');
  return 'before consent and switch refused and not stored; stop and withdrawal took square and index entry in the same call, also from under two updates';
}

/** L2: the last square only, for 24 hours at most, until the key of its hour goes; a history only with its own consent. */
export async function lastPlaceOnly(running: Running): Promise<string> {
  const me = await running.person();
  await agree(me, 'location');
  const { precision } = await me.api.location.settings({ version: 0 });
  demand(precision === 'district', `the default precision is ${precision}`);
  await me.api.location.update(point());
  const { place } = await me.api.location.current();
  demand(place?.precision === 'district', `a place of a district is kept to ${place?.precision}`);
  const [item, ...others] = await resting(running, me);
  demand(item !== undefined && others.length === 0, 'more than one item is kept of one place');
  const life = Number(item.expiresAtSeconds) - Date.now() / 1000;
  demand(life > 0 && life <= DAY_SECONDS + 1, `a place is kept for ${life} seconds`);
  for (const mark of ['106437', '324519'])
    demand(!textOf(await running.scan()).includes(mark), 'the exact point is in the table');
  await sealedUnderItsHour(running, me);
  await endsWithItsHour(running, me);
  const asked = await codeOf(me.api.location.settings({ version: 1, keepHistory: true }));
  demand(asked === 'CONSENT_REQUIRED', `a history without consent got ${asked}`);
  const until = new Date(Date.now() + 2000).toISOString();
  await me.api.location.settings({ version: 1, until });
  const off = () => me.api.location.current().then(({ on }) => !on);
  demand(await within(5000, off), 'the time that the person set has passed and the place is still there');
  return 'one sealed square of about 5 km by default, 24 hours at most, gone at the time the person set; under the key of its hour, which goes with one write that the retention chain tells of; no history without its own consent';
}

/** L3: both ways or not at all, in bands, the same however often one asks. */
export async function blurredNearby(running: Running): Promise<string> {
  const shown = async (name: string, change: object = {}) => {
    const one = await located(running, change);
    await agree(one, 'card-public');
    await giveMobile(one);
    const { cardId } = await one.api.cards.create({ name, idempotencyKey: await newIdempotencyKey() });
    await one.api.cards.setVisibility({ cardId, version: 1, visibility: { name: 'everyone' } });
    await one.api.location.update(point());
    return one;
  };
  const [me, you] = [await shown('近处甲'), await shown('近处乙')];
  const hidden = await shown('不愿被找到', { findable: 'nobody' });
  const seen = async (by: Person) => {
    const { people } = await by.api.location.nearby({ radiusKm: 1 });
    return people.map(({ card, within: band }) => `${card.name} ${band}`).join();
  };
  demand(
    await within(5000, async () => (await seen(me)).startsWith('近处乙')),
    'two who want to meet do not',
  );
  demand((await seen(you)).startsWith('近处甲'), 'the other side does not see');
  const hiddenCode = await codeOf(hidden.api.location.nearby());
  demand(hiddenCode === 'NOT_NOW', `somebody who hides got ${hiddenCode}`);
  const answers = new Set<string>();
  let refused = '';
  for (let asked = 0; asked < 25 && !refused; asked += 1) {
    const around = { latitude: exact.latitude + (asked % 5) * 0.0004, longitude: exact.longitude };
    await me.api.location.update(point(around));
    const code = await codeOf(seen(me).then((answer) => answers.add(answer)));
    if (code !== 'OK') refused = code;
  }
  demand(refused === 'TOO_MANY_ATTEMPTS', 'questions have no limit');
  demand(answers.size === 1, `moving within the square told more: ${[...answers]}`);
  const [met] = (await you.api.location.nearby({})).people;
  await you.api.cards.blockNearby({ handle: met?.handle ?? '' });
  demand((await seen(you)) === '', 'somebody blocked still appears');
  await you.api.location.stop();
  demand((await codeOf(you.api.location.nearby())) === 'LOCATION_OFF', 'somebody who is off may look');
  return `mutual only; ${[...answers][0]?.split(' ')[1]} from every place in the square; stopped after 20 questions an hour; blocked: gone`;
}

/** L4: one place in two systems is one square; the same numbers in two systems are two. */
export async function twoSystems(running: Running): Promise<string> {
  const me = await located(running, { precision: '100m' });
  const wgs84 = { latitude: 23.129112, longitude: 113.264385 };
  const gcj02 = { latitude: 23.126435336538538, longitude: 113.26971458288735 };
  const answers = [];
  for (const sent of [point(wgs84, 'wgs84'), point(gcj02), point(wgs84)])
    answers.push((await me.api.location.update(sent)).place);
  const [converted, direct, other] = answers.map(({ latitude, longitude }) => `${latitude},${longitude}`);
  demand(converted === direct, 'a converted point is in another square');
  demand(converted !== other, 'WGS-84 numbers are taken as GCJ-02');
  // In Hong Kong both systems are one.
  const harbour = { latitude: 22.279327, longitude: 114.162813 };
  const there = [];
  for (const system of ['wgs84', 'gcj02']) {
    const guest = await located(running, { precision: '100m' });
    there.push((await guest.api.location.update(point(harbour, system))).place);
  }
  const [a, b] = there.map(({ latitude, longitude }) => `${latitude},${longitude}`);
  demand(a === b, 'a point of Hong Kong was moved');
  const unknown = await codeOf(me.api.location.update(point(gcj02, 'bd09')));
  demand(unknown === 'INVALID_INPUT', `an unknown system got ${unknown}`);
  return 'a published pair of WGS-84 and GCJ-02 is one square of 100 m; the same numbers in the other system are another, and in Hong Kong the same; an unknown system is refused';
}
