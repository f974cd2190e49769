import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { localPeriodsIn } from './local-periods';

const root = join(__dirname, '../..');

/** Lengths of time beside an end that are no period of a rule, by file and name, and what they are. */
const limits: Record<string, string> = {
  'functions/profile/request-avatar-upload.ts: UPLOAD_SECONDS':
    'how long an address takes a file; the file ends by upload-life',
  'lib/card/signed-card.ts: MAX_SIGNED_CARD_LIFETIME_MS':
    'how long a signed card holds that is shown; nobody keeps it',
  'lib/process/rotation.ts: KEEP_RETIRED_MS':
    'a replaced key, until no backup is left that needs it; an event ends it (key-life)',
  'lib/table/entity.ts: DUE_STEP_SECONDS': 'the index says an end by the hour; the item ends by the second',
  'lib/table/incident/containment.ts: FORGET_RELEASED_MS':
    'until no token of the staff is older than the release',
  'lib/table/location/place-key.ts: DAY_MS': 'the day itself that a key is of',
  'lib/table/location/place-key.ts: FRESH_MS':
    'until nobody is found by it; places end by location-day before',
};

describe('how long something is kept says a rule, and no constant beside it (S2)', () => {
  const files = ['functions', 'lib'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !join(folder, file).startsWith('lib/policy/'))
      .map((file) => join(folder, file)),
  );

  it('in every function, entity and process, but for limits that are named here', () => {
    const found = files.flatMap((file) =>
      localPeriodsIn(readFileSync(join(root, file), 'utf8')).map((period) => `${file}: ${period}`),
    );
    expect(found.sort()).toEqual(Object.keys(limits).sort());
  });

  it.each([
    ['const KEPT_DAYS = 40; const made = { expiresAtSeconds: nowMs + KEPT_DAYS * DAY_MS };', ['KEPT_DAYS']],
    ['const made = { expiresAtSeconds: toEpochSeconds(nowMs + 3 * DAY_MS) };', ['DAY_MS']],
    ['const made = { ttlSeconds: secondOf(nowMs) + 86_400 };', ['86400']],
    ["const values = { ':expires': now + LIFE_SECONDS };", ['LIFE_SECONDS']],
    ["import { LIFE_MS } from './life'; const endsAtMs = nowMs + LIFE_MS;", ['LIFE_MS']],
    ['const life = 2 * HOUR_MS; function thingEndsAt(nowMs: number) { return nowMs + life; }', ['HOUR_MS']],
    ['function endOfThing(nowMs: number) { const ends = nowMs + 90_000; return ends; }', ['90000']],
    ["const LIFE_MS = retentionMs('offer-life') + 3 * DAY_MS; const endsAtMs = nowMs + LIFE_MS;", ['DAY_MS']],
    ['const FORGET_AFTER_DAYS = 7;', ['FORGET_AFTER_DAYS']],
  ])('finds a period that is planted: %s', (text, periods) => {
    expect(localPeriodsIn(text)).toEqual(periods);
  });

  it.each([
    "const LIFE_MS = retentionMs('offer-life'); const made = { expiresAtSeconds: toEpochSeconds(nowMs + LIFE_MS) };",
    "const endsAtMs = endOfRetention('share-life', nowMs);",
    "import { LIFE_DAYS } from '../../lib/policy/closing'; const endsAtMs = nowMs + LIFE_DAYS * DAY_MS;",
    'const made = { expiresAtSeconds: toEpochSeconds(nowMs + input.lifeHours * HOUR_MS) };',
    'const RUN_MS = 40_000; const stopAtMs = nowMs + RUN_MS;',
  ])('lets be what a rule or whoever asks says, and what ends nothing: %s', (text) => {
    expect(localPeriodsIn(text)).toEqual([]);
  });
});
