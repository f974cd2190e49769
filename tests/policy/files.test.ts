import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { POLICY_FOLDER, policyFiles } from '../../infra/commands/policy';
import { toHtml } from '../../infra/commands/policy-page';
import { buildRegistry, isSensitive, nameOfKind, type Registry } from '../../lib/policy/registry';
import { renderPolicy } from '../../lib/policy/render';

describe('the published files and the registry (K7)', () => {
  it.each(policyFiles())('agree on $name: after a change of the registry, run npm run policy', (file) => {
    expect(readFileSync(join(POLICY_FOLDER, `${file.name}.md`), 'utf8')).toBe(file.markdown);
    expect(readFileSync(join(POLICY_FOLDER, `${file.name}.html`), 'utf8')).toBe(toHtml(file));
  });

  it('load nothing and run nothing', () => {
    for (const file of policyFiles()) expect(toHtml(file)).not.toMatch(/<script|<link|<img|src=|http-equiv/i);
  });

  it('have contents that lead to every numbered heading, and nothing twice', () => {
    const [policy] = policyFiles();
    const page = toHtml(policy ?? { title: '', markdown: '' });
    const numbered = policy?.markdown.match(/^#{2,4} [\d.]+ .*$/gm) ?? [];
    expect(numbered.length).toBeGreaterThan(25);
    expect(page.match(/<li class="level\d"><a href="#c[\d.]+">.*?<\/a>/g)).toHaveLength(numbered.length);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, led] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(led);
  });

  it('mark the row of every sensitive kind and no other, and each of their names in a purpose', () => {
    const collected = policyFiles().find(({ name }) => name === 'collected');
    const rows = toHtml(collected ?? { title: '', markdown: '' }).match(/<tr.*<\/tr>/g) ?? [];
    const marked = rows.filter((row) => row.startsWith('<tr class="sensitive">'));
    const kinds = Object.keys(buildRegistry.kinds);
    const sensitive = kinds.filter((id) => isSensitive(buildRegistry, id));
    expect([rows.length, marked.length]).toEqual([kinds.length + 1, sensitive.length]);
    for (const row of marked) expect(row).toMatch(/敏感/);
    const plain = '- 信息：昵称；甲 & 乙\n';
    expect(toHtml({ title: '', markdown: plain })).toContain('<li>信息：昵称；甲 &amp; 乙</li>');
    const [first = ''] = sensitive;
    const named = nameOfKind(buildRegistry, first);
    expect(toHtml({ title: '', markdown: `- 信息：昵称；${named}\n` })).toContain(
      `<li>信息：昵称；<strong class="sensitive">${named}</strong></li>`,
    );
  });

  it('move with the registry: a kind more or a recipient less is a row more or less', () => {
    const heading = { version: 1, effectiveAt: '2026-12-01T00:00:00.000Z' };
    const rows = (registry: Registry) =>
      renderPolicy(registry, heading)
        .split('\n')
        .filter((line) => line.startsWith('| '));
    const { cloud: _, ...recipients } = buildRegistry.recipients;
    const before = rows(buildRegistry).length;
    expect(
      rows({
        ...buildRegistry,
        kinds: {
          ...buildRegistry.kinds,
          more: { ...buildRegistry.kinds['card-name'], name: '多一种' } as Registry['kinds'][string],
        },
      }),
    ).toHaveLength(before + 1);
    expect(rows({ ...buildRegistry, recipients })).toHaveLength(before - 1);
  });
});
