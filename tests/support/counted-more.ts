import { counted } from '../../lib/gate/limit';
import { limitCounterKey } from '../../lib/table/sign-in/limit-counter';
import type { World } from './world';

/** As if a limit had counted so many more for a source. It fails where the service counts somewhere else. */
export async function countedMore(
  { deps }: World,
  limit: Parameters<typeof counted>[1] & { windowMs: number },
  source: string,
  many: number,
): Promise<void> {
  const digest = await counted(deps, limit, source);
  await deps.table.update({
    Key: limitCounterKey(digest, deps.clock.now(), limit.windowMs),
    UpdateExpression: 'ADD #count :many',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeNames: { '#count': 'count' },
    ExpressionAttributeValues: { ':many': many },
  });
}
