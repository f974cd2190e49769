import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { publishedSchema } from '../../lib/export/schema';
import { saysHelp } from './help';

/** The published form of the records in an export. */
export const EXPORT_SCHEMA_FILE = join(__dirname, '../../docs/export.schema.json');

const USAGE = '用法：npm run export-schema。按实体的声明重新写 docs/export.schema.json。';

async function main(): Promise<void> {
  if (saysHelp(USAGE)) return;
  const { text, sha256 } = publishedSchema();
  await writeFile(EXPORT_SCHEMA_FILE, text);
  console.log(`docs/export.schema.json ${sha256}`);
}

if (require.main === module) {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
