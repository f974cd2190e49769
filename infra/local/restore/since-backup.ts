import { randomBytes } from 'node:crypto';
import { ApiError, newIdempotencyKey } from '../../../lib/client/client';
import { DAY_MS, systemClock, toInstant } from '../../../lib/clock';
import { receiptDigest } from '../../../lib/process/end-account/closing';
import { placeHold } from '../../../lib/process/hold-acts';
import { clearHold, holdKey } from '../../../lib/table/hold/hold';
import { itemsOfPerson } from '../../../lib/table/items-of-person';
import { keys } from '../../../lib/table/keys';
import { endOfAccount } from '../../../lib/table/person/end-of-account';
import { readPerson } from '../../../lib/table/person/person';
import { closeAgain } from '../../../lib/table/person/tombstone';
import { beginProcess, hasProcess, processKey } from '../../../lib/table/process/process';
import { endOneByOne, type Single, standing, whatStaysEnded } from './one-by-one';
import { agree, as, type Citizen, citizen, signIn } from './people';
import type { Region } from './region';

/** Who ends or keeps what after the backup: the whole of what a restore has to bring about again. */
export type Since = {
  goes: Citizen;
  withdraws: Citizen;
  erases: Citizen;
  isHeld: Citizen;
  single: Single;
  link: string;
  code: string;
  holdId: string;
  certificate: string;
};

const once = async () => ({ idempotencyKey: await newIdempotencyKey() });

/** Before the backup: everybody has a card, and somebody who stays has shown theirs by a link. */
export async function beforeBackup(region: Region, stays: Citizen) {
  const people = {
    withdraws: await citizen(region, '撤回同意的人'),
    erases: await citizen(region, '删除一部分的人'),
    isHeld: await citizen(region, '信息被封存的人'),
    single: await standing(region),
  };
  const api = as(region, stays.token);
  const { token: link } = await api.cards.share({
    cardId: stays.cardId,
    fields: ['name'],
    ...(await once()),
  });
  return { ...people, link };
}

type Before = Awaited<ReturnType<typeof beforeBackup>>;

/**
 * After the backup: an account ends, a consent is withdrawn, a part erased, somebody held and their account ended, a link revoked, and
 * one of each is ended by itself.
 */
export async function afterBackup(
  region: Region,
  before: Before,
  { goes, stays }: { goes: Citizen; stays: Citizen },
  until: (holds: () => Promise<boolean>) => Promise<void>,
): Promise<Since> {
  const { withdraws, erases, isHeld, single } = before;
  const { table } = region.deps();
  await agree(as(region, withdraws.token), 'cards', false);
  const erasing = as(region, erases.token);
  const { consents } = await erasing.consent.status();
  const seenEntry = consents.find(({ purpose }) => purpose === 'cards')?.seenEntry ?? 0;
  await erasing.rights.erasePart({ purpose: 'cards', seenEntry, ...(await once()) });
  const holdId = await holdSomebody(region, isHeld);
  await until(async () => clearHold((await table.getMany([holdKey(holdId)]))[0])?.state === 'held');
  await endAccount(region, isHeld);
  const { shares } = await as(region, stays.token).cards.shares({});
  for (const { shareId } of shares) await as(region, stays.token).cards.revoke({ shareId });
  const code = randomBytes(16).toString('base64url').slice(0, 22);
  await endAccount(region, goes, code);
  await until(async () => {
    const [one, other] = await table.getMany([goes, isHeld].map(endOf));
    const erased = await Promise.all(
      [withdraws, erases].map(({ subjectId }) => isErasing(region, subjectId)),
    );
    return one === undefined && other === undefined && !erased.includes(true);
  });
  await endOneByOne(region, single, until);
  const { certificate } = await as(region).rights.certificate({ receiptCode: code });
  return { ...before, goes, code, holdId, certificate };
}

const endOf = ({ subjectId }: Citizen) => processKey(endOfAccount(subjectId));
const isErasing = (region: Region, subjectId: string) =>
  hasProcess(region.deps().table, subjectId, 'erasure');

/** By right, without the cooling-off. */
async function endAccount(region: Region, { subjectId }: Citizen, code?: string): Promise<void> {
  const { table, queue, clock, ring } = region.deps();
  const ref = endOfAccount(subjectId);
  const receipt = code && (await receiptDigest(ring, code));
  const state = { cause: 1, count: 0, ...(receipt && { receipt }) };
  const begin = beginProcess(ref, 'hold-items', state, clock.now());
  const [self] = await table.getMany([keys.person(subjectId)]);
  await table.write(begin, ...(self ? closeAgain(readPerson(self), toInstant(clock.now())) : []));
  await queue.send([ref]);
}

async function holdSomebody(region: Region, { subjectId }: Citizen): Promise<string> {
  const deps = region.deps();
  const [self] = await deps.table.getMany([keys.person(subjectId)]);
  const holdId = 'H-0123456789AB';
  const nowMs = systemClock.now();
  const said = {
    reason: '演练：法院要求保存',
    document: '演练文书 1 号',
    documentHash: 'ab'.repeat(32),
    request: 'drill',
    placedBy: 'drill',
    owner: 'drill',
  };
  const when = { placedAt: toInstant(nowMs), dueAt: toInstant(nowMs + 30 * DAY_MS) };
  const scope = { holdId, subjectId, kinds: ['card-name'], state: 'freezing', count: 0 } as const;
  await placeHold(deps, { ...said, ...when, ...scope, kinds: [...scope.kinds] }, self && readPerson(self));
  return holdId;
}

/** Whether each of that is after the restore as it was before, in words. `stays` has signed in anew. */
export async function whatHolds(
  region: Region,
  since: Since,
  stays: { token: string },
): Promise<Record<string, boolean>> {
  const { table } = region.deps();
  const withdraws = as(region, (await signIn(region, since.withdraws.openid)).token);
  const erases = as(region, (await signIn(region, since.erases.openid)).token);
  const again = as(region, stays.token);
  const { consents } = await withdraws.consent.status();
  const frozen: string[] = [];
  for await (const { of } of itemsOfPerson(table, since.isHeld.subjectId, 'ended-too'))
    frozen.push(String(of));
  const held = clearHold((await table.getMany([holdKey(since.holdId)]))[0]);
  const { certificate } = await as(region).rights.certificate({ receiptCode: since.code });
  return {
    '备份之后撤回的同意，恢复之后仍是撤回': consents.every(
      ({ purpose, granted }) => purpose !== 'cards' || !granted,
    ),
    撤回之后删除的信息没有回来: (await restOf(region, since.withdraws)) === 0,
    '要求删除的一部分没有回来，同意不变': (await erases.cards.list({})).cards.length === 0,
    '备份之后依法封存的仍然封存，账号已删除': held?.state === 'held' && frozen.includes('card'),
    恢复之前的登录状态和分享链接都不能再用:
      (await codeOf(again.cards.open({ token: since.link }))) === 'NOT_FOUND' &&
      (await codeOf(as(region, since.erases.token).cards.list({}))) === 'SIGN_IN_REQUIRED',
    凭收据码取得的删除证明还是原来那一份: certificate === since.certificate,
    ...(await whatStaysEnded(region, since.single)),
  };
}

/** How much of somebody's cards lies in the table, once what was withdrawn is erased. */
async function restOf(region: Region, { subjectId }: Citizen): Promise<number> {
  while (await isErasing(region, subjectId)) await new Promise((resolve) => setTimeout(resolve, 500));
  let count = 0;
  for await (const { sk } of itemsOfPerson(region.deps().table, subjectId, 'ended-too'))
    if (sk.startsWith('DATA#cards#')) count += 1;
  return count;
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'OK',
    (error) => (error instanceof ApiError ? error.code : String(error)),
  );
}
