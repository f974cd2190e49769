import { randomBytes } from 'node:crypto';
import { type Api, newIdempotencyKey } from '../../../lib/client/client';
import { toInstant } from '../../../lib/clock';
import { ITEM_ENDS, readItemEnds } from '../../../lib/table/ends/item-end';
import { guardianKey, putGuardian, putWard, wardIdOf } from '../../../lib/table/real-name/minor';
import { ladenPictures } from '../promises/pictures';
import { as, type Citizen, citizen, exchangeCards, signIn } from './people';
import type { Region } from './region';

/** Who ends something while everything that it rests on stands: one of each. */
export type Single = {
  owner: Citizen;
  recalled: Citizen;
  returns: Citizen;
  parent: Citizen;
  child: Citizen;
  secondCard: string;
  /** The owner's card in the folder of whom it is recalled from, and of who gives it back. */
  inRecalled: string;
  inReturns: string;
  wardId: string;
};

const once = async () => ({ idempotencyKey: await newIdempotencyKey() });

/** Before the backup: two cards, one with a picture and in the hands of two, and a guardian who has answered for a child. */
export async function standing(region: Region): Promise<Single> {
  const owner = await citizen(region, '逐项删除的人');
  const recalled = await citizen(region, '名片被收回的人');
  const returns = await citizen(region, '退还名片的人');
  const api = as(region, owner.token);
  for (const one of [recalled, returns]) await exchangeCards(region, owner, one);
  const { cardId: secondCard } = await api.cards.create({
    name: owner.name,
    title: '另一张',
    ...(await once()),
  });
  const [[, picture] = ['', Buffer.alloc(0)] as const] = ladenPictures;
  const { version } = await api.cards.get({ cardId: owner.cardId });
  await api.cards.setLogo({ cardId: owner.cardId, version, picture: picture.toString('base64') });
  const [parent, child] = [await citizen(region, '监护人'), await citizen(region, '孩子')];
  const [inRecalled, inReturns] = [await firstIn(region, recalled), await firstIn(region, returns)];
  const wardId = await answered(region, parent, child);
  return { owner, recalled, returns, parent, child, secondCard, inRecalled, inReturns, wardId };
}

const folderOf = async (api: Api) => (await api.cards.folder({})).contacts;
const firstIn = async (region: Region, { token }: Citizen) =>
  (await folderOf(as(region, token)))[0]?.contactId ?? '';

/** A guardian's consent, as it lies there once it was given. */
async function answered(region: Region, parent: Citizen, child: Citizen): Promise<string> {
  const { table, clock } = region.deps();
  const now = toInstant(clock.now());
  const codeDigest = randomBytes(32).toString('base64url');
  const wardId = wardIdOf(codeDigest);
  const answer = {
    state: 'consented' as const,
    codeDigest,
    askedAt: now,
    decidedAt: now,
    guardianId: parent.subjectId,
  };
  const note = { wardId, childId: child.subjectId, consentedAt: now };
  await table.write(...putGuardian(child.subjectId, answer, undefined), putWard(parent.subjectId, note));
  return wardId;
}

/** After the backup: each of it ends. Waits until the last of it is noted outside of the table. */
export async function endOneByOne(
  region: Region,
  { owner, returns, parent, child, secondCard, inRecalled, inReturns, wardId }: Single,
  until: (holds: () => Promise<boolean>) => Promise<void>,
): Promise<void> {
  const api = as(region, owner.token);
  const { version: second } = await api.cards.get({ cardId: secondCard });
  await api.cards.delete({ cardId: secondCard, version: second });
  await as(region, returns.token).cards.removeContact({ contactId: inReturns });
  await api.cards.recall({ holderId: inRecalled });
  const [met] = await folderOf(api);
  await api.cards.block({ by: 'contact', id: met?.contactId ?? '' });
  const { version } = await api.cards.get({ cardId: owner.cardId });
  await api.cards.removeLogo({ cardId: owner.cardId, version });
  await as(region, parent.token).identity.guardianWithdraw({ wardId });
  const { sk } = guardianKey(child.subjectId);
  const { vault } = region.deps();
  await until(async () => {
    await region.timer();
    const { names } = await vault.names(ITEM_ENDS);
    const notes = await Promise.all(names.map((name) => vault.read(name)));
    const ends = notes.flatMap((note) => (note ? readItemEnds(note) : []));
    return ends.some((end) => end.subjectId === child.subjectId && end.sk === sk);
  });
}

/** Whether each of it has stayed ended, in words. */
export async function whatStaysEnded(region: Region, single: Single): Promise<Record<string, boolean>> {
  const anew = async ({ openid }: Citizen) => as(region, (await signIn(region, openid)).token);
  const [owner, recalled, returns] = [
    await anew(single.owner),
    await anew(single.recalled),
    await anew(single.returns),
  ];
  const { cards } = await owner.cards.list({});
  const shown = await folderOf(recalled);
  const { guardian } = await (await anew(single.child)).identity.status();
  const picture = await owner.cards.logo({ cardId: single.owner.cardId }).catch(() => undefined);
  return {
    '备份之后删除的一张名片没有回来，另一张还在':
      cards.every(({ cardId }) => cardId !== single.secondCard) && cards.length === 1,
    备份之后退还的名片没有回到名片夹: (await folderOf(returns)).length === 0,
    备份之后收回的名片仍然收回: shown.every((one) => one.recalled),
    备份之后屏蔽的人仍然屏蔽: (await owner.cards.blocked({})).blocked.length === 1,
    备份之后取下的图片没有回来: picture === undefined,
    备份之后监护人撤回的同意仍是撤回: guardian === 'withdrawn',
  };
}
