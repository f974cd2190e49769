import { readFileSync } from 'node:fs';
import { ENTITIES_FILE, entitiesChart, isLeftToBroom, withChart } from '../../infra/commands/entities';
import { entities } from '../../lib/table/entities';
import type { AnyEntity } from '../../lib/table/readers/any-entity';

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

  it('leaves to the database’s broom what nothing depends on, and nothing else (S2)', () => {
    const all = Object.values(entities) as unknown as AnyEntity[];
    const broom = all.filter(isLeftToBroom);
    // One more is somebody's decision: what goes by it is told of in no chain (ADR 35).
    expect(broom.map(({ name }) => name).sort()).toEqual([
      'audience-head',
      'card-views',
      'certificate',
      'deleted-card',
      'delivery',
      'disclosure',
      'ended-delivery',
      'ended-location',
      'ended-real-name',
      'export',
      'export-piece',
      'guardian-code',
      'hold',
      'limit-counter',
      'mail-code',
      'notice',
      'notice-audience',
      'notice-plan',
      'risk-pass',
      'self-proof',
      'share-pointer',
      'spent-nonce',
      'web-sign-in',
    ]);
    for (const { declaration } of broom) {
      const { pointers, files, counts, outlives } = declaration;
      expect({ pointers, files, counts, outlives }).toEqual({});
    }
    // Two lead to something that has an end of its own, and that takes them along if it goes first.
    const led = all.flatMap(({ declaration }) => declaration.pointers ?? []);
    expect(broom.filter(({ name }) => led.includes(name)).map(({ name }) => name)).toEqual([
      'guardian-code',
      'share-pointer',
    ]);
    const chart = entitiesChart().split('\n');
    const told = chart.filter((line) => line.includes(', by the broom'));
    expect(told).toHaveLength(broom.length);
  });
});
