import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');

/**
 * What modules of the service keep from one call to the next. A function runs in an instance that lives for hours, and our
 * tests run in one too (tests/support/kept-modules.cjs): whatever is kept says why the next caller may meet it. What an entry
 * point builds on its first call (lib/host/serve.ts) is kept as well; no test calls one but in a process of its own.
 */
const mayBeKept: Record<string, string> = {
  'functions/events/note-receipts.ts: askedAtMs': 'by the instance that it belongs to, and gone with it',
  'functions/login/web-page-script.ts: now': 'in the browser: this is the text of its script',
  'lib/export/schema.ts: published': 'made from the declarations, the same each time',
  'lib/partners.ts: held': 'by the instance that it belongs to, and gone with it',
  'lib/picture/codecs.ts: compiled': 'by the bytes it is compiled from',
  'lib/policy/period.ts: lengths': 'reckoned from the calendar, the same each time',
  'lib/policy/revoked-scopes.ts: nothingHeld': 'stays empty',
  'lib/table/bound.ts: entities': 'filled once, by the declarations',
  'lib/table/bound.ts: whole': 'by the items that were read, and gone with them',
  'lib/table/consent/ends-with.ts: nothingElse': 'stays empty',
  'lib/table/entity.ts: fencedNames': 'filled once, by the declarations',
  'lib/table/permission.ts: unbound': 'by the table that it belongs to, and gone with it',
  'lib/table/readers/scope.ts: known': 'by the entities that it is made from',
};

/** Names at the top of a module that can change, and collections there that begin empty, to be filled by calls. */
function keptIn(text: string): string[] {
  const variables = /^(?:export )?(?:let|var) (\w+)/gm;
  const collections = /^(?:export )?const (\w+).* = (?:new (?:Weak)?(?:Map|Set)\b.*\(\)|\[\]|\{\});$/gm;
  return [variables, collections].flatMap((kind) => [...text.matchAll(kind)].map(([, name = '']) => name));
}

describe('no module of the service keeps anything from one call to the next', () => {
  it('but for what is named here, with the reason', () => {
    const found = ['functions', 'lib'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => join(folder, file))
        .flatMap((file) => keptIn(readFileSync(join(root, file), 'utf8')).map((name) => `${file}: ${name}`)),
    );
    expect(found.sort()).toEqual(Object.keys(mayBeKept));
  });

  it.each([
    ['let last: string | undefined;', ['last']],
    ['export let count = 0;', ['count']],
    ['const cache = new Map<string, { at: number }>();', ['cache']],
    ['const cache: ReadonlyMap<string, () => void> = new Map();', ['cache']],
    ['export const seen = new WeakSet();', ['seen']],
    ['const queue: string[] = [];', ['queue']],
    ['const byName: Record<string, number> = {};', ['byName']],
  ])('finds what is planted: %s', (text, names) => {
    expect(keptIn(text)).toEqual(names);
  });

  it.each([
    'const never = new Set(["BEGIN", "END"]);',
    'const byName = new Map(all.map((one) => [one.name, one]));',
    'function count() {\n  let sum = 0;\n  const seen = new Set<string>();\n}',
  ])('lets be what is complete where it stands, and what ends with its call: %s', (text) => {
    expect(keptIn(text)).toEqual([]);
  });
});
