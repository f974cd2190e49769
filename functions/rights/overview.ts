import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import { buildRegistry, nameOfKind } from '../../lib/policy/registry';
import { type Key, partition } from '../../lib/table/keys';
import { overviewReader } from '../../lib/table/readers/overview';

/** Pages of a partition that one answer reads, of up to 1 MB each; who has more takes the export. */
export const MAX_OVERVIEW_PAGES = 12;

/**
 * What is held of the caller, why, until when, and who has got something, by purpose (PIPL art. 45; promise R1): one trip
 * behind the front door, which brings the place along, for whoever has less than a megabyte.
 */
export async function overview(deps: Deps, { caller }: Run<'subject', Record<string, never>>) {
  const reader = overviewReader(deps.clock.now());
  if (caller.alsoRead) reader.take(caller.alsoRead);
  let after: Key | undefined;
  for (let page = 0; page < MAX_OVERVIEW_PAGES; page += 1) {
    const query = {
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': partition(caller.person.subjectId) },
      ...(after && { ExclusiveStartKey: after }),
    };
    const { items, lastKey } = await deps.table.query(query, 'ended-too');
    for (const item of items) reader.take(item);
    after = lastKey;
    if (!after) break;
  }
  return {
    purposes: reader.answer().map((one) => ({ ...one, given: one.given.map(named) })),
    // Those who store for us hold it all.
    stores: Object.values(buildRegistry.recipients).flatMap(({ kinds, name, why, contact }) =>
      kinds === 'all' ? [{ name, why, contact }] : [],
    ),
    complete: after === undefined,
  };
}

type Given = ReturnType<ReturnType<typeof overviewReader>['answer']>[number]['given'][number];

function named({ recipient, kinds, times, lastAt }: Given) {
  const { name = recipient, why = '', contact = '' } = buildRegistry.recipients[recipient] ?? {};
  return {
    recipient,
    name,
    why,
    contact,
    kinds: kinds.map((kind) => nameOfKind(buildRegistry, kind)),
    times,
    lastAt,
  };
}
