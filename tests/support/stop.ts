import { rm } from 'node:fs/promises';

export default async function stop(): Promise<void> {
  await (globalThis as { stopDynamoDb?: () => Promise<void> }).stopDynamoDb?.();
  const folder = process.env.TEST_RUN_FOLDER;
  if (folder) await rm(folder, { recursive: true, force: true });
}
