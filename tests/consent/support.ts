import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { keys } from '../../lib/table/keys';
import { boundConsents, consent, type Person, readPerson } from '../../lib/table/person/person';
import { subjectIdOf } from '../identity/support';
import { shortClient } from '../support/short-way';
import { ticketOf } from '../support/ticket';
import { type Caller, onceKey, type World } from '../support/world';

export const officer = { token: 'staff:o-1:officer' };

/** What an officer (`o-1`, unless said) sends to record a paper about somebody. */
export async function paper(
  world: World,
  subject: Caller,
  change: Record<string, unknown> = {},
  officerId = 'o-1',
): Promise<Record<string, unknown>> {
  return {
    subjectId: subjectIdOf(subject),
    purpose: 'cards',
    reason: 'complaint',
    ticket: await ticketOf(world, subjectIdOf(subject), officerId),
    document: 'PAPER-1',
    idempotencyKey: onceKey(),
    ...change,
  };
}

export function rawTable(world: World): DynamoDBDocument {
  return DynamoDBDocument.from(shortClient({ region: 'cn-north-1', endpoint: world.config.TABLE_ENDPOINT }));
}

export async function personOf(world: World, by: Caller): Promise<Person> {
  const [item] = await world.deps.table.getMany([keys.person(subjectIdOf(by))]);
  if (!item) throw new Error('no such person');
  return readPerson(item);
}

/** As if the registry had changed since: this person agreed to a version that did not reach as far. */
export async function agreedToSomethingElse(world: World, by: Caller, purpose = 'cards'): Promise<void> {
  const { subjectId, consents } = await personOf(world, by);
  const before = consent.decode(consents[purpose] ?? {}, purpose);
  const older = consent.encode({ ...before, policyVersion: 0 }, purpose);
  const bound = boundConsents({ ...consents, [purpose]: older });
  await world.deps.table.update({
    Key: keys.person(subjectId),
    UpdateExpression: `SET #consents.#purpose = :older, ${bound.set}`,
    ExpressionAttributeNames: { '#consents': 'consents', '#purpose': purpose },
    ExpressionAttributeValues: { ':older': older, ...bound.values },
  });
}
