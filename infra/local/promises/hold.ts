import { type ClearHold, clearHold, holdKey } from '../../../lib/table/hold/hold';
import { filedFor, staffClient } from './registers';
import { agree, codeOf, demand, once, partitionOf, type Running, textOf, within } from './running';

const DAY_MS = 86_400_000;
/** How long the queue may take. */
const LIMIT_MS = 20_000;

/** S3: a hold keeps exactly what it names through a withdrawal, frozen, tells its person why, and what should have gone goes at its release. */
export async function heldByLaw(running: Running): Promise<string> {
  const [wu, zhao] = await Promise.all(
    ['officer', 'second-officer'].map((role) => staffClient(running, role)),
  );
  demand(wu !== undefined && zhao !== undefined, 'there are not two officers');
  const person = await running.cardHolder();
  const { api } = person;
  const { cardId } = await api.cards.create({
    name: '封存甲',
    phones: [{ number: '13800138001' }],
    ...(await once()),
  });
  await agree(person, 'profile');
  await api.profile.update({ nickname: '留下的昵称', version: 0 });

  const reviewAt = new Date(Date.now() + 30 * DAY_MS).toISOString();
  const paper = { reason: '法院要求保存', document: '云01民初1号', documentHash: 'ab'.repeat(32), reviewAt };
  const asked = {
    ...paper,
    subjectId: person.subjectId(),
    ticket: await filedFor(wu, person),
    kinds: ['card-name' as const],
  };
  const { holdId } = await wu.retention.hold({ ...asked, ...(await once()) });
  const isIn = (state: ClearHold['state']) => async () => {
    const [item] = await running.deps.table.getMany([holdKey(holdId)]);
    return clearHold(item)?.state === state;
  };
  demand(await within(LIMIT_MS, isIn('held')), 'what a hold names is not frozen');
  const seen = await codeOf(api.cards.get({ cardId }));
  demand(seen === 'NOT_FOUND', `a frozen card got ${seen}`);
  const { nickname } = await api.profile.get();
  demand(nickname === '留下的昵称', 'a hold stops more than it names');
  const { holds } = await api.rights.held();
  demand(
    holds[0]?.reason === paper.reason && holds[0]?.records === 1,
    'the person is not told what stays and why',
  );

  await agree(person, 'cards', false);
  const rest = async () =>
    (await partitionOf(running, person)).filter(({ sk }) => String(sk).startsWith('DATA#cards#'));
  const onlyHeld = async () =>
    (await rest()).every(({ heldBy, ended }) => heldBy !== undefined && ended === true);
  demand(await within(LIMIT_MS, onlyHeld), 'a withdrawal does not end while something is held, or takes it');
  demand((await rest()).length === 1, 'what is held has gone');
  demand(!textOf(await rest()).includes('封存甲'), 'what is held lies in the clear');

  const alone = await codeOf(wu.retention.releaseHold({ holdId }));
  demand(alone === 'CALLER_NOT_ALLOWED', `who placed a hold released it: ${alone}`);
  await zhao.retention.releaseHold({ holdId });
  demand(await within(LIMIT_MS, isIn('released')), 'a hold is not released');
  demand((await rest()).length === 0, 'what should have ended while it was held is still there');
  return 'one card held of a card and a nickname, frozen, told to its person, kept through a withdrawal and gone with the release by another officer';
}
