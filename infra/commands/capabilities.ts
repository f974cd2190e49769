import { capabilityFiles } from '../capabilities/files';
import { start } from '../command-line/program';
import { words } from '../command-line/words';
import { writer } from './writer';

/** What is deployed for each function, from the table of what it may. */
const capabilities = writer({
  script: 'capabilities',
  does: words(
    '按 lib/capabilities.ts 重新写各函数的环境变量、角色、告警和入口',
    'write environments, roles, alarms and doors of all functions anew from lib/capabilities.ts',
  ),
  files: capabilityFiles,
});

if (require.main === module) void start(capabilities);
