import type { ExportPart } from './part';
import { recordOf } from './record';
import { publishedSchema, SCHEMA_ID } from './schema';

/** Every record, for machines: JSON by the published schema, whose hash each file names. */
export const dataPart: ExportPart = {
  id: 'data',
  name: '全部记录（JSON，供程序读取）',

  chunks({ exported }) {
    return exported ? [{ content: Buffer.from(`${JSON.stringify(recordOf(exported))},\n`) }] : [];
  },

  files(chunks, number, { exportId, askedAt }) {
    const head = { schema: SCHEMA_ID, schemaSha256: publishedSchema().sha256, exportId, askedAt, number };
    const records = Buffer.concat(chunks.map(({ content }) => content));
    const listed = records.subarray(0, Math.max(0, records.length - 2)); // without the last comma
    const opening = Buffer.from(`${JSON.stringify(head).slice(0, -1)},"records":[\n`);
    return [
      { name: `数据/记录-${number}.json`, content: Buffer.concat([opening, listed, Buffer.from('\n]}\n')]) },
    ];
  },
};
