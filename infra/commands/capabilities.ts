import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { capabilityFiles } from '../capabilities/files';
import { program, start } from '../command-line/program';
import { words } from '../command-line/words';

const root = join(__dirname, '../..');

/** What is deployed for each function, from the table of what it may. */
const capabilities = program({
  script: 'capabilities',
  does: words(
    '按 lib/capabilities.ts 重新写各函数的环境变量、角色、告警和入口',
    'write environments, roles, alarms and doors of all functions anew from lib/capabilities.ts',
  ),
  run: async (_, { print }) => {
    for (const [path, text] of Object.entries(capabilityFiles())) {
      await writeFile(join(root, path), text);
      print(path);
    }
    return 'ok';
  },
});

if (require.main === module) void start(capabilities);
