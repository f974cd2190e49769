import { readdirSync, readFileSync } from 'node:fs';
import { processOf } from '../../functions/consent/receipt';
import { choiceFlaws, choiceOf, separateArticles } from '../../lib/policy/choice';
import { clauses, clausesIn } from '../../lib/policy/clauses';
import { promises } from '../../lib/policy/promises';
import { noticeOf } from '../../lib/policy/purpose-notice';
import { consentPurposeIds, type Purpose, purposeIds, purposes } from '../../lib/policy/purposes';
import { buildRegistry, flawsOf, kindIdsFor, withChanges } from '../../lib/policy/registry';
import { choices, renderPolicy } from '../../lib/policy/render';
import { rights } from '../../lib/policy/rights';
import { firstVersion } from '../../lib/policy/version';
import { languages, preferences } from '../../lib/table/profile/preferences';
import { functions } from '../support/world';

const version = firstVersion();
const lines = version.text.split('\n');
const headings = lines.filter((line) => /^#{2,4} /.test(line));
/** What stands under a heading of the rendered policy, up to the next one. */
function under(heading: string): string[] {
  const at = lines.indexOf(heading);
  const end = lines.findIndex((line, index) => index > at && line.startsWith('#'));
  return lines.slice(at + 1, end);
}
const registryOf = (id: string, changes: Partial<Purpose>) =>
  withChanges(buildRegistry, {
    purposes: { [id]: { ...buildRegistry.purposes[id], ...changes } as Purpose },
  });

describe('heading, ground, question and receipt of a purpose say the same (K2, K7)', () => {
  it.each(purposeIds)('%s', (id) => {
    const { name, ground, basis } = purposes[id];
    const choice = choiceOf(buildRegistry, id);
    const separate = /您的单独同意/.test(ground);
    expect(choice).toBe(
      { CONSENT: separate ? 'separate' : 'consent', CONTRACT: 'contract', LEGAL_DUTY: 'duty' }[basis],
    );
    expect(under(`#### ${name}（${choices[choice]}）`)).toContain(`- 依据：${ground}`);
    expect(noticeOf(version, id)).toMatchObject({ ground, separate });
    const receipt = processOf({ purpose: id, textHash: version.textHash }, version);
    if (basis === 'CONSENT')
      expect(receipt).toMatchObject({ 'dpv:hasLegalBasis': { 'dct:description': ground } });
    else expect(receipt).not.toHaveProperty('dpv:hasLegalBasis');
  });

  it('a consent that the law wants separate says so and names the article, or is not published', () => {
    expect(choiceFlaws(buildRegistry)).toEqual([]);
    for (const id of consentPurposeIds) {
      const asks = separateArticles(buildRegistry, id).length > 0;
      const flaws = choiceFlaws(registryOf(id, { ground: '第十三条（您的同意）' }));
      expect({ id, flaws: flaws.map(({ field }) => field) }).toEqual({
        id,
        flaws: asks ? [`purposes.${id}.ground`] : [],
      });
    }
    expect(choiceFlaws(registryOf('profile', { ground: '第二十五条（您的同意）' }))).toHaveLength(1);
  });
});

describe('the sentences agree with the kinds (K7)', () => {
  it('what can be opened is nowhere called irreversible, and what is a digest is not called encrypted', () => {
    for (const { name, storage } of Object.values(buildRegistry.kinds)) {
      if (storage !== 'digest') expect(name).not.toMatch(/不可逆|不能还原/);
      if (storage === 'digest') expect(name).not.toMatch(/加密/);
    }
  });

  it('who says that a digest is kept has one, and says so of what is sealed beside it', () => {
    for (const id of purposeIds) {
      const { method } = purposes[id];
      if (!/不可逆/.test(method)) continue;
      const stored = kindIdsFor(buildRegistry, id).map((kind) => buildRegistry.kinds[kind]?.storage);
      const words = { id, method };
      if (stored.includes('sealed'))
        expect(words).toEqual({ id, method: expect.stringMatching(/加密保存|加密后|遮挡/) });
    }
  });

  it('every rule of how long has a reason of its own law, and no two purposes share one that names another', () => {
    for (const [id, { basis }] of Object.entries(buildRegistry.retention))
      expect({ id, basis }).toEqual({ id, basis: expect.stringMatching(/^《.+》第.+条.*：.+/) });
    const signIn = Object.entries(buildRegistry.kinds).filter(([, { retention }]) =>
      /登录/.test(buildRegistry.retention[retention]?.basis ?? ''),
    );
    for (const [id, { purpose }] of signIn)
      expect({ id, of: ['account', 'security'].includes(purpose) }).toEqual({ id, of: true });
    const keys = Object.values(buildRegistry.kinds).filter(({ retention }) => retention === 'key-life');
    for (const { name } of keys) expect(name).toMatch(/密钥/);
  });
});

describe('the policy can be looked up (K7)', () => {
  it.each(purposeIds)('every clause of %s is a heading, and it stands under the first', (id) => {
    const [first = '', ...others] = clausesIn(purposes[id].clause);
    for (const clause of [first, ...others])
      expect(headings.filter((line) => line.split(' ')[1] === clause)).toHaveLength(1);
    const own = lines.indexOf(`#### ${purposes[id].name}（${choices[choiceOf(buildRegistry, id)]}）`);
    const numbered = lines.slice(0, own).filter((line) => /^#{2,4} \d/.test(line));
    expect(numbered.at(-1)?.split(' ')[1]).toBe(first);
  });

  it('every clause that a promise names is a heading', () => {
    const named = Object.values(promises).flatMap(({ clause }) => clause.match(/\d+(\.\d+)+/g) ?? []);
    expect(named.filter((clause) => !Object.hasOwn(clauses, clause))).toEqual([]);
  });

  it('numbers go up, and a clause that is none is not published', () => {
    const numbers = headings.flatMap((line) => line.match(/ ([\d.]+) /)?.[1] ?? []);
    expect([...numbers].sort()).toEqual(Object.keys(clauses).sort());
    const parts = numbers.map((number) =>
      number
        .split('.')
        .map((part) => part.padStart(2, '0'))
        .join('.'),
    );
    expect(parts).toEqual([...parts].sort());
    expect(flawsOf(registryOf('cards', { clause: '2.1、11' }))).toMatchObject([
      { field: 'purposes.cards.clause' },
    ]);
  });

  it('every table is introduced by a sentence, and none is spoken of that is not there', () => {
    for (const [index, line] of lines.entries())
      if (/^\| ---/.test(line)) expect(lines[index - 3]).toMatch(/：$/);
    expect(version.text).not.toMatch(/上表|下表/);
  });

  it('says how the person responsible for personal information is reached', () => {
    const { protectionOfficer } = buildRegistry.operator;
    expect(under('## 10 联系我们').join()).toContain(`个人信息保护负责人：${protectionOfficer}`);
  });
});

describe('every right that is promised is given (K7, R1–R4)', () => {
  const callers = new Map(
    Object.entries(functions).flatMap(([name, operations]) =>
      Object.entries(operations).map(([operation, { caller }]) => [`${name}/${operation}`, caller] as const),
    ),
  );

  it.each(rights.map((right) => [right.says, right] as const))('%s', (says, { operations, how, clause }) => {
    expect(operations.filter((operation) => !callers.has(operation))).toEqual([]);
    // The person's own; what the staff does in their place is named beside it, and never alone.
    const own = operations.filter((operation) => callers.get(operation) === 'subject');
    const byStaff = operations.filter((operation) => callers.get(operation) === 'staff');
    expect(byStaff.filter((operation) => !operation.endsWith('For'))).toEqual([]);
    expect(own.length).toBeGreaterThan(0);
    const text = renderPolicy(buildRegistry, { version: 1, effectiveAt: version.effectiveAt });
    expect(text).toContain(`- ${says}行使方式：${how}`);
    expect(headings.some((line) => line.startsWith(`### ${clause} `))).toBe(true);
  });

  it.each([
    '查阅',
    '复制',
    '转移',
    '更正、补充',
    '删除',
    '限制处理',
    '拒绝',
    '解释处理规则',
    '撤回同意',
    '注销账号',
    '由人工复核',
    '身后',
  ])('the law’s right is among them: %s', (right) => {
    expect(rights.filter(({ says }) => says.includes(right)).length).toBeGreaterThan(0);
  });

  it('and the chapter of rights promises nothing besides', () => {
    const chapter = lines.slice(lines.indexOf('## 8 您的权利'), lines.indexOf('## 9 本政策的变更'));
    const promised = chapter.filter((line) => line && !line.startsWith('#'));
    const bullets = promised.filter((line) => line.startsWith('- ') && line.includes('行使方式：'));
    expect(bullets).toHaveLength(rights.length);
  });
});

/** What each preference governs. What governs nothing is said to, and where that changes its reader has to be named here. */
describe('a preference is read by what it governs, or said to govern nothing (O3, K7)', () => {
  const { why } = purposes.preferences;
  const sources = ['lib', 'functions'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `${folder}/${file}`),
  );
  /** Where it is kept, asked, shown and taken away. */
  const room = [
    'functions/profile/preferences-operations.ts',
    'functions/profile/preferences.ts',
    'lib/export/value-words.ts',
    'lib/table/profile/preferences.ts',
  ];
  const readersOf = (name: string) =>
    sources
      .filter((file) => !room.includes(file) && new RegExp(`\\b${name}\\b`).test(readFileSync(file, 'utf8')))
      .sort();

  const governed: Record<string, () => void> = {
    // Read when its audience is found and again in the write that sends it: tests/notice/survey.test.ts switches it off at every trip.
    surveyInvitations: () => expect(readersOf('surveyInvitations')).toEqual(['lib/process/notice/wish.ts']),
    personalisation: () => {
      expect(readersOf('personalisation')).toEqual([]);
      expect(why).toContain('目前没有任何个性化');
    },
    language: () => {
      expect(languages).toEqual(['zh-CN']);
      expect(why).toContain('目前只有简体中文');
    },
  };
  const { version: _version, updatedAt: _updatedAt, ...declared } = preferences.attributes;

  it('each that there is', () => expect(Object.keys(governed).sort()).toEqual(Object.keys(declared).sort()));
  it.each(Object.entries(governed))('%s', (_, holds) => holds());
});
