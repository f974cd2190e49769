import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { some } from '../proof/sample';
import type { World } from '../support/world';
import type * as Support from './support';

/** A field that nobody has made, added to a copy of the project: to its declaration, and where the compiler asks. */
const MAX_MOTTO_CHARACTERS = 20;
const row = `  motto: {
    ...usual,
    parts: {
      motto: {
        title: '座右铭',
        kind: 'card-motto',
        one: { maxCharacters: ${MAX_MOTTO_CHARACTERS}, words: 'all' },
        vCard: { property: 'X-MOTTO' },
        phoneContact: 'in-remark',
      },
    },
  },
`;

/** Each edit of a file: what it puts before which text. */
const edits = {
  row: ['lib/card/fields.ts', '  wechatId: {\n    ...usual', row],
  kind: ['lib/policy/kinds.ts', "  'card-wechat': {", "  'card-motto': { name: '座右铭', ...card },\n"],
  recipient: ['lib/policy/recipients.ts', "      'card-wechat',\n", "      'card-motto',\n"],
  fixture: ['tests/support/full-card.ts', "  wechatId: 'lin-xiao',\n", "  motto: '学而不厌',\n"],
} as const;

let copy: string;
const root = join(__dirname, '../..');
const inCopy = (path: string) => join(copy, path);

async function edit([file, before, added]: (typeof edits)[keyof typeof edits]): Promise<void> {
  const text = await readFile(inCopy(file), 'utf8');
  expect(text.split(before).length).toBe(2);
  await writeFile(inCopy(file), text.replace(before, `${added}${before}`));
}

/** The files in which the compiler finds something, with what it says. */
async function compile(): Promise<{ files: string[]; says: string }> {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  // From the second time on it looks only at what has changed.
  const args = [compiler, '--singleThreaded', '--incremental', '--tsBuildInfoFile', 'compiled.json'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: copy }).catch((error) => error);
  const files = [...stdout.matchAll(/^([\w./-]+)\(\d+,\d+\): error/gm)].map(([, file]) => file);
  return { files: [...new Set(files)], says: stdout };
}

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'leliao-field-'));
  const needed = ['functions', 'lib', 'infra', 'package.json', 'tsconfig.json'];
  const tests = ['tests/support', 'tests/cards/support.ts', 'tests/identity/support.ts'];
  for (const path of [...needed, ...tests]) await cp(join(root, path), inCopy(path), { recursive: true });
  await symlink(join(root, 'node_modules'), inCopy('node_modules'));
});
afterAll(() => rm(copy, { recursive: true }));

describe('a field that is added to the declaration', () => {
  it('does not compile before its kind is in the policy, the content check is said to get it, and tests have one (K7, D1)', async () => {
    const looked = some(['before its kind', 'before the recipient and the tests', 'in the end'] as const, 1);
    await edit(edits.row);
    if (looked.includes('before its kind')) {
      const bare = await compile();
      expect(bare.files).toContain('lib/card/fields.ts');
      expect(bare.says).toContain('"card-motto"');
    }
    await edit(edits.kind);
    if (looked.includes('before the recipient and the tests')) {
      const unsaid = await compile();
      expect(unsaid.files).toEqual(['lib/card/fields.ts', 'tests/support/full-card.ts']);
      expect(unsaid.says).toContain("'JudgedKind'");
      expect(unsaid.says).toContain("'motto' is missing");
    }
    await edit(edits.recipient);
    await edit(edits.fixture);
    if (looked.includes('in the end')) expect(await compile()).toEqual({ files: [], says: '' });
  }, 300_000);

  it('is limited, sealed, shown to whom its owner says once its words have passed, and exported (C1, C2, C5, S5)', async () => {
    const { createWorld, onceKey } = require(
      inCopy('tests/support/world'),
    ) as typeof import('../support/world');
    const { holder, newCard } = require(inCopy('tests/cards/support')) as typeof Support;
    const { fullCard } = require(inCopy('tests/support/full-card')) as typeof import('../support/full-card');
    const { verifySignedCard } = require(
      inCopy('lib/card/signed-card-verify'),
    ) as typeof import('../../lib/card/signed-card-verify');
    const world: World = await createWorld();
    const [me, reader] = [await holder(world, 'writer', 'card-public'), await holder(world, 'reader')];
    const motto = '学而不厌';

    const long = { ...fullCard, motto: '长'.repeat(MAX_MOTTO_CHARACTERS + 1), idempotencyKey: onceKey() };
    expect(await world.call('cards/create', long, me)).toMatchObject({
      error: { code: 'INVALID_INPUT', details: { fields: [{ field: 'motto' }] } },
    });

    const { cardId } = await newCard(world, me);
    const raw = JSON.stringify(await world.scan(), (_, value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
    );
    for (const form of [motto, Buffer.from(motto).toString('latin1')]) expect(raw).not.toContain(form);
    expect(await world.ok('cards/get', { cardId }, me)).toMatchObject({ motto, visibility: {} });

    const set = (version: number, audience: string) =>
      world.ok('cards/setVisibility', { cardId, version, visibility: { name: 'link', motto: audience } }, me);
    expect(await set(1, 'link')).toMatchObject({ verdicts: { motto: 'passed' } });
    const link = { cardId, fields: ['name', 'motto'], idempotencyKey: onceKey() };
    const { token } = await world.ok<{ token: string }>('cards/share', link, me);
    const seen = async () => (await world.ok<{ card: object }>('cards/open', { token }, reader)).card;
    expect(await seen()).toMatchObject({ motto });
    const history = await world.ok<{ entries: { kinds?: string[] }[] }>('consent/history', {}, me);
    expect(history.entries.flatMap(({ kinds = [] }) => kinds)).toContain('card-motto');

    const signed = await world.ok<{ text: string }>('cards/signCard', { cardId, fields: ['motto'] }, me);
    const { keys } = await world.ok<{ keys: [] }>('consent/jwks');
    const checked = await verifySignedCard(signed.text, { keys, nowMs: world.deps.clock.now() });
    expect(checked.content).toEqual({ motto });

    const file = async (format: string) =>
      (await world.ok<{ text: string }>('cards/exportVCard', { cardIds: [cardId], format }, me)).text;
    for (const version of ['4.0', '3.0']) expect(await file(version)).toContain(`X-MOTTO:${motto}\r\n`);
    expect(await file('jcard')).toContain(`["x-motto",{},"text","${motto}"]`);
    const back = { file: Buffer.from(await file('4.0')).toString('base64'), idempotencyKey: onceKey() };
    const { cards } = await world.ok<{ cards: [{ cardId: string }] }>('cards/importVCard', back, me);
    expect(await world.ok('cards/get', { cardId: cards[0].cardId }, me)).toMatchObject({ motto });
    const { contact } = await world.ok<{ contact: { remark: string } }>('cards/phoneContact', { cardId }, me);
    expect(contact.remark).toContain(`座右铭：${motto}`);

    await set(2, 'nobody');
    expect(await seen()).not.toHaveProperty('motto');
    await set(3, 'link');
    await world.ok('cards/update', { ...fullCard, motto: '标记违规', cardId, version: 4 }, me);
    expect(await seen()).not.toHaveProperty('motto');
    expect(await seen()).toHaveProperty('name');
  });
});
