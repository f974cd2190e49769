import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { entities } from '../../lib/table/entities';
import type { Declaration } from '../../lib/table/entity';
import type { AnyEntity } from '../../lib/table/readers/any-entity';
import { mayWait } from '../../lib/table/retention/waiting';
import { start } from '../command-line/program';
import { words } from '../command-line/words';
import { writer } from './writer';

/** The document with the chart of all entities, between two marks. */
const ENTITIES_PATH = 'lib/table/README.md';
export const ENTITIES_FILE = join(__dirname, '../..', ENTITIES_PATH);
const FROM = '<!-- chart: written by npm run entities -->';
const TO = '<!-- end of chart -->';

type Listed = AnyEntity & { key(owner: string, id: unknown): { pk: string; sk: string } };
type AnyDeclaration = Declaration<Record<string, never>, never, never>;

/** The chart of every entity, from the declarations and nothing else. */
export function entitiesChart(listed: readonly AnyEntity[] = Object.values(entities) as never): string {
  const rows = [...listed].sort((a, b) => a.name.localeCompare(b.name)).map((one) => rowOf(one as Listed));
  return [
    '| entity | partition | sort key | rests on | lives | outlives its person | sealed | led to by | in an index |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function rowOf(one: Listed): string {
  const { name, attributes, declaration, key } = one;
  const { place, outlives, pointers = [], files, queue, indexes = [] } = declaration as AnyDeclaration;
  const { pk, sk } = key(place.owner === 'person' ? '<person>' : '<owner>', anyId());
  const sealed = Object.entries(attributes).flatMap(([attribute, { storage }]) =>
    storage === 'sealed' ? [attribute] : [],
  );
  const cells = [
    name,
    `${code(pk)}${place.table === 'places' ? ' in places' : ''}`,
    code(sk.replace(/0+(<|NaN)/, '<').replace(/<$/, '<number>')),
    place.purpose,
    `${lifeOf(declaration as AnyDeclaration)}${isLeftToBroom(one) ? ', by the broom' : ''}`,
    outlives ?? '–',
    sealed.join(', ') || '–',
    pointers.join(', ') || '–',
    [...(queue === undefined ? [] : [`due (${queue})`]), ...indexes].join(', ') || '–',
  ];
  return `| ${cells.join(' | ')}${files ? ' (has files)' : ''} |`;
}

/** Whether the database's own time to live alone ends an item of it: it ends by the clock, and nothing depends on it. */
export function isLeftToBroom(entity: AnyEntity): boolean {
  const { from, until } = entity.declaration.life;
  return (from ?? until) !== undefined && !mayWait(entity);
}

function lifeOf({ life: { rule, until, from } }: AnyDeclaration): string {
  if (until) return `${rule}, until \`${until}\``;
  return from ? `${rule}, from \`${from}\`` : rule;
}

const code = (text: string) => `\`${text}\``;

/** Stands for an id of any shape: as text its own name in angle brackets, and each of its parts likewise. */
export function anyId(): unknown {
  const methods: Record<string | symbol, unknown> = Object.getOwnPropertyDescriptors(String.prototype);
  const get = (_: object, part: string | symbol) => {
    if (part === Symbol.toPrimitive || part === 'toString') return () => '<id>';
    return part in methods ? String.prototype[part as 'slice'] : `<${String(part)}>`;
  };
  return new Proxy({}, { get });
}

/** The document with its chart as it ought to be. */
export function withChart(document: string): string {
  const [before, rest = ''] = document.split(FROM);
  const after = rest.split(TO)[1] ?? '';
  return `${before}${FROM}\n\n${entitiesChart()}\n\n${TO}${after}`;
}

const entitiesProgram = writer({
  script: 'entities',
  does: words(
    '按实体的声明重新写 lib/table/README.md 中的表',
    'write the chart of lib/table/README.md anew from the declarations of entities',
  ),
  files: async () => ({ [ENTITIES_PATH]: withChart(await readFile(ENTITIES_FILE, 'utf8')) }),
});

if (require.main === module) void start(entitiesProgram);
