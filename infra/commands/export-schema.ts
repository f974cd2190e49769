import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { publishedSchema } from '../../lib/export/schema';
import { program, start } from '../command-line/program';
import { words } from '../command-line/words';

/** The published form of the records in an export. */
export const EXPORT_SCHEMA_FILE = join(__dirname, '../../docs/export.schema.json');

const exportSchema = program({
  script: 'export-schema',
  does: words(
    '按实体的声明重新写 docs/export.schema.json',
    'write docs/export.schema.json anew from the declarations of entities',
  ),
  run: async (_, { print }) => {
    const { text, sha256 } = publishedSchema();
    await writeFile(EXPORT_SCHEMA_FILE, text);
    print(`docs/export.schema.json ${sha256}`);
    return 'ok';
  },
});

if (require.main === module) void start(exportSchema);
