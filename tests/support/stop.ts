export default async function stop(): Promise<void> {
  await (globalThis as { stopDynamoDb?: () => Promise<void> }).stopDynamoDb?.();
}
