import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const root = join(__dirname, '../..');

/** Room -> rooms it may import from. `lib` alone means the files directly below lib/. Anything not listed is refused. */
const mayImport: Record<string, readonly string[]> = {
  'functions/*': [
    'functions/self',
    'lib',
    'lib/gate',
    'lib/host',
    'lib/card',
    'lib/picture',
    'lib/table',
    'lib/consent',
    'lib/crypto',
    'lib/policy',
    'lib/partner',
    'lib/process',
    'lib/notice',
    'lib/scope',
    'lib/trail',
    'lib/incident-report',
    'lib/export',
  ],
  'lib/host': ['lib', 'lib/gate', 'lib/door'],
  'lib/door': ['lib', 'lib/gate', 'lib/crypto', 'lib/policy'],
  'lib/gate': ['lib', 'lib/table', 'lib/crypto', 'lib/policy', 'lib/notice', 'lib/trail'],
  'lib/consent': ['lib', 'lib/table', 'lib/policy'],
  'lib/certificate': ['lib', 'lib/table', 'lib/crypto', 'lib/policy'],
  'lib/process': [
    'lib',
    'lib/certificate',
    'lib/consent',
    'lib/export',
    'lib/gate',
    'lib/table',
    'lib/crypto',
    'lib/policy',
    'lib/notice',
    'lib/scope',
  ],
  'lib/notice': ['lib', 'lib/crypto', 'lib/policy'],
  'lib/scope': ['lib/policy'],
  'lib/card': [],
  'lib/incident-report': ['lib', 'lib/policy'],
  'lib/export': ['lib', 'lib/card', 'lib/policy', 'lib/table'],
  'lib/picture': ['lib'],
  'lib/table': [
    'lib',
    'lib/card',
    'lib/crypto',
    'lib/incident-report',
    'lib/notice',
    'lib/policy',
    'lib/scope',
    'lib/trail',
  ],
  'lib/partner': ['lib', 'lib/policy', 'lib/notice'],
  'lib/crypto': ['lib', 'lib/policy'],
  'lib/policy': [],
  'lib/trail': ['lib', 'lib/crypto', 'lib/policy'],
  'lib/client': [],
  lib: ['lib', 'lib/table', 'lib/crypto', 'lib/policy', 'lib/partner', 'lib/notice', 'lib/trail'],
};

/** Types may also be named across these borders: they leave nothing in a bundle. */
const mayName: Record<string, readonly string[]> = {
  'lib/client': ['functions/*', 'lib', 'lib/gate'],
  'lib/gate': ['lib/partner'],
  'lib/card': ['lib/policy'],
  'lib/notice': ['lib/table', 'lib/trail'],
  'lib/partner': ['lib/table'],
  'lib/scope': ['lib/table'],
  'lib/table': ['lib/partner'],
};

type Import = { from: string; to: string; typeOnly: boolean };

/** By path, what a file says: nearly every test here reads all of them. */
const texts = new Map<string, string>();
function textOf(file: string): string {
  const text = texts.get(file) ?? readFileSync(join(root, file), 'utf8');
  texts.set(file, text);
  return text;
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file));
}

const statement =
  /^(import|export)\s+(type\s)?[^;]*?from\s+'([^']+)'|import\('([^']+)'\)|require\('([^']+)'\)/gms;

/** What is found in each, once. */
const importsByFile = new Map<string, Import[]>();
function importsOf(file: string): Import[] {
  const imports = importsByFile.get(file) ?? importsIn(file);
  importsByFile.set(file, imports);
  return imports;
}

function importsIn(file: string): Import[] {
  return [...textOf(file).matchAll(statement)].flatMap(([, , type, ...targets]) => {
    const target = targets.find(Boolean) ?? '';
    if (!target.startsWith('.')) return [];
    const to = relative(root, resolve(root, dirname(file), target));
    return [{ from: file, to, typeOnly: Boolean(type) }];
  });
}

function roomOf(path: string): string {
  const [top = '', second = '', third] = path.split('/');
  if (top === 'functions') return 'functions/*';
  if (top === 'lib') return third === undefined ? 'lib' : `lib/${second}`;
  return top;
}

function isAllowed({ from, to, typeOnly }: Import): boolean {
  const [room, target] = [roomOf(from), roomOf(to)];
  if (room === target && room !== 'functions/*') return true;
  if (room === 'functions/*' && target === room) return from.split('/')[1] === to.split('/')[1];
  return Boolean(mayImport[room]?.includes(target) || (typeOnly && mayName[room]?.includes(target)));
}

/**
 * The imports that are left when those from files that nobody imports, and those of files that import nobody, are taken
 * away again and again: each leads round in a circle, or from one circle to another.
 */
function circles(imports: Import[]): string[] {
  const importers = new Set(imports.map(({ from }) => from));
  const imported = new Set(imports.map(({ to }) => `${to}.ts`));
  const left = imports.filter(({ from, to }) => imported.has(from) && importers.has(`${to}.ts`));
  return left.length < imports.length ? circles(left) : left.map(({ from, to }) => `${from} -> ${to}.ts`);
}

const files = [...sources('functions'), ...sources('lib')];

describe('who may import whom', () => {
  it('finds the imports it judges', () => {
    const all = files.flatMap(importsOf);
    expect(all.length).toBeGreaterThan(150);
    expect(all.some(({ typeOnly }) => typeOnly)).toBe(true);
  });

  it('keeps every file to its room', () => {
    expect(files.flatMap(importsOf).filter((one) => !isAllowed(one))).toEqual([]);
  });

  it('lends a partner through disclose alone: nobody else opens what holds them, and no use case names a client (D1)', () => {
    const client = /export type (\w+) = \{(?:[^}]*?\n {2}\w+\??\([^)]*\): Promise)/g;
    const clients = sources('lib/partner')
      .filter((file) => !/objects|queue|staff-identity/.test(file))
      .flatMap((file) => [...textOf(file).matchAll(client)].map(([, name = '']) => name));
    expect(clients).toEqual(
      expect.arrayContaining(['Wechat', 'WechatPhone', 'WechatText', 'FaceId', 'NetworkIdentity']),
    );
    const named = new RegExp(`\\b(${[...clients, 'Clients', 'partnerOf', 'holdPartners'].join('|')})\\b`);
    const statements = (file: string) => [...textOf(file).matchAll(statement)].map(([whole]) => whole);
    expect(sources('functions').filter((file) => statements(file).some((one) => named.test(one)))).toEqual(
      [],
    );
    const naming = (name: RegExp) => files.filter((file) => statements(file).some((one) => name.test(one)));
    expect(naming(/\bpartnerOf\b/)).toEqual(['lib/gate/disclose.ts']);
    // The table that asks nobody is for the register of what was sent.
    expect(naming(/\btableOfRegister\b/)).toEqual(['lib/gate/disclose.ts']);
  });

  it('opens data keys by a trail alone: who wires the service hands them to it, and nobody else names them (B3)', () => {
    const names = (file: string) => /\bDataKeys\b|\bdataKeys\b/.test(textOf(file));
    expect([...files, ...sources('infra')].filter(names).sort()).toEqual([
      'lib/crypto/key-ring.ts',
      'lib/deps.ts',
      'lib/trail/trail.ts',
    ]);
  });

  it('makes what opens a person’s data in one place', () => {
    const makes = (file: string) => /\bcreateSealer\b/.test(textOf(file));
    expect([...files, ...sources('infra')].filter(makes).sort()).toEqual([
      'functions/login/web-code.ts', // under a code, and nobody's
      'lib/table/export/export.ts', // of an export, whose pieces end with its key
      'lib/table/location/place-keys.ts', // of an hour, and beneath it a person's own
      'lib/table/own-key.ts', // of an incident, a hold or a disclosure, and nobody's
      'lib/table/person/person-key.ts',
      'lib/table/sealer.ts',
    ]);
  });

  it('decides by a consent in force alone: what is recorded is read where it is shown, acted on or ended (K3, K4)', () => {
    const reads = (file: string) => /\bconsentOf\b|\bconsents\[/.test(textOf(file));
    expect([...files, ...sources('infra')].filter(reads).sort()).toEqual(
      [
        // The one reader, and what is recorded.
        'lib/table/person/consents.ts',
        'functions/audit/minors.ts',
        'lib/table/person/person.ts',
        // Acts of consent: each is made on what was recorded before.
        'functions/consent/act.ts',
        'lib/consent/write-act.ts',
        'lib/process/authorisation.ts',
        'lib/process/re-erase/consent.ts',
        'lib/table/person/end-consents.ts',
        // It is shown to the person, or they are to be asked.
        'functions/consent/own-lists.ts',
        'functions/consent/prompts.ts',
        'functions/consent/status.ts',
        'functions/login/join.ts',
        'lib/process/audience/policy.ts',
        'functions/profile/list-services.ts',
        'lib/consent/prompts-due.ts',
        'lib/table/readers/after-end.ts',
        // What may be taken elsewhere: a right, whatever the account's life allows besides.
        'lib/export/transfer.ts',
        // What may be there to be deleted.
        'functions/location/settings.ts',
        // What a check of a promise plants, to see that nobody obeys it.
        'infra/local/promises/acts.ts',
      ].sort(),
    );
  });

  it('lets the judge see with its own eyes: it imports nothing of ours, and the tests of it no declaration and no count', () => {
    const own = ['judge', 'open', 'what-is-what'].map((name) => `tests/judge/${name}`);
    const imports = sources('tests/judge').flatMap(importsOf);
    expect(imports.filter(({ from }) => own.includes(from.replace(/\.ts$/, ''))).length).toBeGreaterThan(1);
    const seenThrough = imports.filter(
      ({ from, to }) => own.includes(from.replace(/\.ts$/, '')) && !own.includes(to),
    );
    const borrowed = imports.filter(({ to }) => /^lib\/table\/(entit|gauge|replace|attribute)/.test(to));
    expect([...seenThrough, ...borrowed]).toEqual([]);
  });

  it('certifies an erasure by code that the eraser has no part in (R3)', () => {
    const reached = (from: readonly string[]): string[] => {
      const next = from.flatMap((file) =>
        importsOf(file).flatMap(({ to, typeOnly }) => (typeOnly ? [] : [`${to}.ts`])),
      );
      const all = [...new Set([...from, ...next])];
      return all.length === from.length ? all : reached(all);
    };
    const verifier = [
      ...sources('lib/certificate'),
      'lib/process/end-account/survey.ts',
      'lib/process/end-account/certify.ts',
    ];
    expect(reached(['lib/process/erasure.ts'])).toContain('lib/table/readers/erase.ts');
    expect(reached(verifier)).not.toContain('lib/table/readers/erase.ts');
    expect(verifier.flatMap(importsOf).filter(({ to }) => to.startsWith('lib/table/replace'))).toEqual([]);
  });

  it('goes round in no circle, in types or in values', () => {
    expect(circles([...files, ...sources('infra')].flatMap(importsOf))).toEqual([]);
  });

  it('would find a circle, and who is in it', () => {
    const of = (from: string, to: string) => ({ from: `lib/${from}.ts`, to: `lib/${to}`, typeOnly: true });
    const straight = [of('a', 'b'), of('b', 'c'), of('a', 'c')];
    expect(circles(straight)).toEqual([]);
    expect(circles([...straight, of('c', 'd'), of('d', 'b')])).toEqual([
      'lib/b.ts -> lib/c.ts',
      'lib/c.ts -> lib/d.ts',
      'lib/d.ts -> lib/b.ts',
    ]);
  });

  it('would refuse a function that imports another, and a policy that imports anything', () => {
    expect(isAllowed({ from: 'functions/cards/a.ts', to: 'functions/login/b', typeOnly: true })).toBe(false);
    expect(isAllowed({ from: 'lib/policy/a.ts', to: 'lib/errors', typeOnly: true })).toBe(false);
    expect(isAllowed({ from: 'lib/table/a.ts', to: 'lib/gate/b', typeOnly: false })).toBe(false);
    expect(isAllowed({ from: 'lib/client/a.ts', to: 'functions/login/index', typeOnly: false })).toBe(false);
    expect(isAllowed({ from: 'functions/cards/a.ts', to: 'infra/build', typeOnly: false })).toBe(false);
  });
});

/** What only one place may touch, by the text that gives it away. */
const onlyIn: [what: string, pattern: RegExp, allowed: RegExp][] = [
  ['the clock', /\bDate\.now\(|new Date\(\)|performance\.now\(/, /^lib\/clock\.ts$/],
  ['randomness', /Math\.random|randomBytes|randomUUID|getRandomValues/, /^lib\/(crypto|client)\//],
  ['the environment', /process\.env/, /^lib\/(host|door)\/serve\.ts$/],
  ['DynamoDB', /@aws-sdk\/(client-dynamodb|lib-dynamodb|util-dynamodb)/, /^lib\/table\//],
  ['raw writes', /\b(Update|Condition)Expression\b|\b(Put|Delete|ConditionCheck): \{/, /^lib\/table\//],
  [
    'patterns, which no host may run over what it has not measured',
    /\.(match(All)?|test|exec|search)\(|\.(replace(All)?|split)\(\//,
    /^(functions|lib\/(?!host\/))/,
  ],
  ['the console', /console\./, /^$/],
];

describe('what only one place may touch', () => {
  it.each(onlyIn)('%s', (_, pattern, allowed) => {
    const users = files.filter((file) => pattern.test(textOf(file)));
    expect(users.filter((file) => !allowed.test(file))).toEqual([]);
    if (!allowed.test('')) expect(users).not.toEqual([]);
  });
});

describe('habits', () => {
  const MAX_LINES = 260;
  /** Plain lists, read row by row. */
  const registries = ['lib/policy/kinds.ts', 'lib/policy/purposes.ts'];
  it('every file is short enough to read at one sitting', () => {
    const long = files.filter(
      (file) => !registries.includes(file) && textOf(file).split('\n').length > MAX_LINES,
    );
    expect(long).toEqual([]);
  });

  it('speaks of nothing outside the project', () => {
    const everything = [...files, ...sources('infra'), ...sources('tests')];
    const outside = new RegExp(
      ['\\.\\./sha' + 'red', '/wo' + 'rk/', '/ro' + 'ot/', 'registry\\.npm' + 'js', 'deb\\.deb' + 'ian'].join(
        '|',
      ),
    );
    expect(everything.filter((file) => outside.test(textOf(file)))).toEqual([]);
  });
});
