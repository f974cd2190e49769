import { readFileSync } from 'node:fs';
import { ENTITIES_FILE, entitiesChart, withChart } from '../../infra/commands/entities';
import { entities } from '../../lib/table/entities';

describe('lib/table/README.md and the declarations of entities (K7)', () => {
  it('agree: after a change of a declaration, run npm run entities', () => {
    const document = readFileSync(ENTITIES_FILE, 'utf8');
    expect(document).toBe(withChart(document));
  });

  it('every entity has one line that says where it lies, what it rests on and how long it lives', () => {
    const lines = entitiesChart().split('\n');
    for (const { name, declaration } of Object.values(entities)) {
      const own = lines.filter((line) => line.startsWith(`| ${name} |`));
      expect(own).toHaveLength(1);
      expect(own[0]).toContain(`| ${declaration.place.purpose} | ${declaration.life.rule}`);
      expect(own[0]).not.toMatch(/undefined|NaN|object/);
    }
  });
});
