import { join } from 'node:path';
import { type BuildOptions, build as bundle } from 'esbuild';
import { type Bundle, build } from '../../infra/build/build';
import { aSwitch, choice } from '../../infra/command-line/options';
import { program, start } from '../../infra/command-line/program';
import { words } from '../../infra/command-line/words';
import { startDynamoDb } from '../../infra/local/dynamodb';
import { assertJava } from '../../infra/local/java';
import startRun from '../support/start';
import stopRun from '../support/stop';
import { cityFigures, type Figure } from './city';
import { tripsEach, UnequalTrips } from './compare';
import { doorStart } from './door';
import { fanoutFigures } from './fanout';
import { startKms } from './kms';
import { type Bare, cardRead, coldStart, type Measured, type Place } from './measure';
import { newcomerFigures } from './newcomer';
import { kmsSettings, localSettings, makePerson } from './person';
import { sweptFigures } from './swept';

type Row = Figure;

const projectRoot = join(__dirname, '..', '..');
const CLIENT_AIM = '< 15';
const COLD_START_AIM = '<= 1.3';
const CARD_READ_AIM = '<= 1.5';

const parts = ['start', 'newcomer', 'location', 'notices', 'sweep'] as const;
type Part = (typeof parts)[number];

async function measure(only: Part | undefined): Promise<Row[]> {
  const has = (part: Part) => only === undefined || only === part;
  return [
    ...(has('start') ? await starts() : []),
    ...(has('newcomer') ? await newcomerFigures() : []),
    ...(has('location') ? await inWorlds(cityFigures) : []),
    ...(has('notices') ? await inWorlds(fanoutFigures) : []),
    ...(has('sweep') ? await inWorlds(sweptFigures) : []),
  ];
}

/** What needs a service over a table of its own. */
async function inWorlds(figures: () => Promise<Row[]>): Promise<Row[]> {
  await startRun();
  try {
    Object.assign(process.env, localSettings(process.env.TEST_TABLE_ENDPOINT ?? ''));
    return await figures();
  } finally {
    await stopRun();
  }
}

async function starts(): Promise<Row[]> {
  const { functions, door, client } = await build();
  const bare = await bundleBare('bare');
  const sizes = [...functions, door].map((bundle) => size(bundle));
  if (client) sizes.push(size(client, CLIENT_AIM));
  const database = await startDynamoDb();
  const kms = await startKms();
  try {
    const local = localSettings(database.endpoint);
    const here = { settings: local, person: await makePerson(local), bare };
    const cloudlike = kmsSettings(database.endpoint, kms.endpoint);
    const person = await makePerson(cloudlike);
    const there = {
      settings: cloudlike,
      person,
      bare: await bundleBare('bare-kms'),
      bareInput: { wrapped: 'AAAA' },
    };
    const doors = compared('cold start of the door', await doorStart(door.file), 'ms', '');
    return [...sizes, ...(await times(functions, here, there)), ...doors];
  } finally {
    kms.stop();
    await database.stop();
  }
}

async function times(functions: Bundle[], here: Place, withKms: Place): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { name, file } of functions) {
    const figures = await coldStart({ name, bundle: file }, here);
    rows.push(...compared(`cold start ${name}`, figures, 'ms', COLD_START_AIM));
  }
  const cards = { name: 'cards', bundle: fileOf(functions, 'cards') };
  const start = await coldStart(cards, withKms);
  rows.push(...compared('cold start cards with KMS', start, 'ms', COLD_START_AIM));
  const read = await cardRead(cards, here);
  return [...rows, ...compared('processor time of a card read', read, 'µs', CARD_READ_AIM)];
}

/**
 * A bare handler twice: bundled and minified as anybody would, which leaves the SDK its native import(); and by our own
 * build, so that what the build saves is not taken for a virtue of our code.
 */
async function bundleBare(name: string): Promise<Bare[]> {
  const root = join(__dirname, 'bare');
  const outDir = join(projectRoot, 'dist', 'bench');
  const native = join(outDir, 'native-import', `${name}.js`);
  const entry = join(root, 'functions', name, 'index.ts');
  await bundle({ ...plainOptions, entryPoints: [entry], outfile: native });
  const { functions } = await build({ root, outDir });
  return [
    { name: 'bare, native import', file: native },
    { name: 'bare, built as ours', file: fileOf(functions, name) },
  ];
}

const plainOptions: BuildOptions = {
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  mainFields: ['module', 'main'],
};

function fileOf(bundles: Bundle[], wanted: string): string {
  const found = bundles.find(({ name }) => name === wanted);
  if (!found) throw new Error(`There is no function ${wanted} to measure.`);
  return found.file;
}

function size({ name, bytes }: Bundle, aim = ''): Row {
  return { name: `bundle ${name}`, value: rounded(bytes / 1024), unit: 'KB', aim };
}

/** The ratios, which have an aim, and the plain time, which says more of the machine than of us. */
function compared(name: string, { plain, against }: Measured, unit: string, aim: string): Row[] {
  const ratios = against.map(({ name: other, ratio, trips }) => ({
    name: `${name} ÷ ${other}`,
    value: rounded(ratio),
    unit: `times, ${tripsEach(trips)}`,
    aim,
    trips,
  }));
  return [...ratios, { name: `${name}, plain`, value: rounded(plain), unit, aim: '' }];
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function describe({ name, value, unit, aim }: Row): string {
  const mark = aim && (isMet(value, aim) ? `✓ aim ${aim}` : `✗ misses its aim ${aim}`);
  return `${name.padEnd(60)}${value.toFixed(2).padStart(9)} ${unit.padEnd(22)} ${mark}`.trimEnd();
}

function isMet(value: number, aim: string): boolean {
  const [sign, limit] = aim.split(' ');
  if (sign === '>=') return value >= Number(limit);
  return sign === '<' ? value < Number(limit) : value <= Number(limit);
}

/**
 * Times are ratios to bare handlers, or to a small town, on the same machine at the same time and with as many trips: of unequal
 * trips no ratio is printed, and the bench fails. A figure that misses its aim fails nothing.
 */
export const bench = program({
  script: 'bench',
  does: words(
    '量一量包的大小，新来的人多久得到第一张名片，以及冷启动、读名片、附近的人、逐人告知、到期清理与最简做法的时间之比',
    'bundle sizes, how long a newcomer waits, and starts, reads, people nearby, notices and sweeps beside bare handlers',
  ),
  options: {
    only: choice(
      parts,
      'start 大小和启动；newcomer 从 npm start 到第一张名片；location 十万人的城市；notices 告知；sweep 清理',
      'start: sizes and starts; newcomer: from npm start to a first card; location: a city of 100 000; notices; sweep',
    ),
    json: aSwitch('数字以 JSON 写出', 'the figures as JSON'),
  },
  knows: [UnequalTrips],
  run: async ({ only, json }, { print }) => {
    await assertJava();
    const rows = await measure(only);
    print(json ? JSON.stringify(rows, null, 2) : rows.map(describe).join('\n'));
    return 'ok';
  },
});

if (require.main === module) void start(bench);
