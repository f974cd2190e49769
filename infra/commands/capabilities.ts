import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { capabilityFiles } from '../capabilities/files';
import { saysHelp } from './help';

const root = join(__dirname, '../..');

const USAGE =
  'Usage: npm run capabilities. Writes environments, roles, alarms and doors of all functions from lib/capabilities.ts.';

/** `npm run capabilities`: what is deployed for each function, from the table of what it may. */
async function main(): Promise<void> {
  if (saysHelp(USAGE)) return;
  for (const [path, text] of Object.entries(capabilityFiles())) {
    await writeFile(join(root, path), text);
    console.log(path);
  }
}

if (require.main === module) {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
