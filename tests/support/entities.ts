import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Codec, codecOf } from '../../lib/table/attribute';
import type { Entity as Declared } from '../../lib/table/entity';

/** An entity, or a record inside one, as it is sealed. */
type Entity = Codec<Declared['attributes']> & {
  name: string;
  outlives?: Declared['declaration']['outlives'];
};

const tables = join(__dirname, '../../lib/table');
const files = readdirSync(tables, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => join(tables, file));

const isEntity = (one: unknown): one is Entity | Declared =>
  typeof one === 'object' && one !== null && 'attributes' in one && ('encode' in one || 'declaration' in one);
const toEntity = (one: Entity | Declared): Entity =>
  // The seal alone: whether what opens a door is as the service wrote it is tested by itself (tests/table/bound.test.ts).
  'encode' in one
    ? { name: one.name, ...codecOf(one.name, one.attributes) }
    : { name: one.name, outlives: one.declaration.outlives, ...codecOf(one.name, one.attributes) };

/** Every entity that lib/table exports, by itself or in a map of them, by name. */
export const entities: Map<string, Entity> = new Map(
  files
    .flatMap((file) => Object.values(require(file) as Record<string, unknown>))
    .flatMap((one) =>
      typeof one === 'object' && one !== null && !isEntity(one) ? Object.values(one) : [one],
    )
    .filter(isEntity)
    .map(toEntity)
    .map((entity) => [entity.name, entity]),
);

/** The first argument of every declaration of an entity in the sources: its name, or what the name is computed from. */
export const declared: string[] = files.flatMap((file) =>
  [
    ...readFileSync(file, 'utf8').matchAll(/(?<!function )\b(?:declareEntity|defineRecord)\(\s*'?([\w-]+)/g),
  ].map(([, first = '']) => first),
);
