import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { POLICY_FOLDER, policyFiles, toHtml } from '../../infra/commands/policy';
import { buildRegistry, type Registry } from '../../lib/policy/registry';
import { renderPolicy } from '../../lib/policy/render';

describe('the published files and the registry (K7)', () => {
  it.each(policyFiles())('agree on $name: after a change of the registry, run npm run policy', (file) => {
    expect(readFileSync(join(POLICY_FOLDER, `${file.name}.md`), 'utf8')).toBe(file.markdown);
    expect(readFileSync(join(POLICY_FOLDER, `${file.name}.html`), 'utf8')).toBe(toHtml(file));
  });

  it('load nothing and run nothing', () => {
    for (const file of policyFiles()) expect(toHtml(file)).not.toMatch(/<script|<link|<img|src=|http-equiv/i);
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
