import { citizens, filedFor, staffClient } from './registers';
import { agree, codeOf, demand, once, type Running, within } from './running';

/** So long the service may take to find who is to be told, in milliseconds. */
const SOON_MS = 30_000;

/** R2: corrected by the person, or through a ticket; who was given it, and nobody else, is told, and confirms. */
export async function corrected(running: Running): Promise<string> {
  const me = await running.cardHolder();
  const { cardId, version } = await me.api.cards.create({ name: '错名', ...(await once()) });
  await me.api.cards.update({ cardId, version, name: '正名' });
  demand((await me.api.cards.get({ cardId })).name === '正名', 'a card cannot be corrected');
  await agree(me, 'real-name');
  const { name, idNumber } = await citizens(running)();
  await me.api.identity.verify({ name, idNumber, ...(await once()) });
  const support = await staffClient(running, 'support');
  const subjectId = me.subjectId();
  const wrong = { subjectId, what: 'real-name', document: 'GZ-1' } as const;
  const ticket = await filedFor(support, me);
  const nobodys = await codeOf(
    support.rights.correctFor({ ...wrong, ticket: 'A'.repeat(22), ...(await once()) }),
  );
  demand(nobodys === 'NOT_FOUND', `a correction under no ticket got ${nobodys}`);
  await support.rights.correctFor({ ...wrong, ticket, ...(await once()) });
  demand(!(await me.api.identity.status()).verified, 'a wrong result is still shown');
  await me.api.rights.tellCorrection({ kind: 'card-note', ...(await once()) });
  const asked = async () => {
    const { waiting } = await support.rights.ticketQueue();
    return waiting.filter((one) => one.subjectId === subjectId && one.sort === 'recipient');
  };
  const isTold = await within(SOON_MS, async () => (await asked()).length > 0);
  const [one, ...others] = await asked();
  demand(isTold && one !== undefined && others.length === 0, 'not exactly who was given it is told');
  const days = (Date.parse(one.dueAt) - Date.parse(one.since ?? '')) / 86_400_000;
  demand(days === 15, `they have ${days} days`);
  const { id, correction } = one;
  const confirms = { subjectId, recipient: id as 'tencent-faceid', document: 'H-1' };
  await support.retention.confirmRecipient({ ...confirms, ...(correction && { correction }) });
  demand((await asked()).length === 0, 'who has confirmed is still asked');
  return `a card corrected by its owner; a wrong verification ended by a paper under a ticket; ${id} alone had been given it, is told with a date 15 days on, and has confirmed`;
}
