import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, toInstant } from '../../../lib/clock';
import { systemRandom } from '../../../lib/crypto/random';
import { rootKeys } from '../../../lib/crypto/root-key';
import { retentionMs } from '../../../lib/policy/retention';
import { faceSessionKey, putFaceStart } from '../../../lib/table/real-name/face-session';
import { startRotation } from '../../commands/rotate-keys';
import { MEMORY_ROOT_KEY } from '../services';
import { refusedPaths, whatCameBack } from './look';
import { as, type Citizen, citizen, exchangeCards, signIn, wearPicture } from './people';
import { copy, destroyTable, type Region, startRegion } from './region';
import { afterBackup, beforeBackup, type Since, whatHolds } from './since-backup';

/** The root key of the second region, worthless on purpose like that of the first. */
const SECOND_ROOT_KEY = `local:${createHash('sha256').update('leliao: second region').digest('base64')}`;
/** What ends by its period between backup and restore ends this long after it was made. */
const PERIOD_LEFT_MS = 5_000;
/** The drill gives up after this long: whatever it waits for does not come. */
const PATIENCE_MS = 180_000;
const LOOK_EVERY_MS = 500;

/** Whatever is checked is said, with whether it holds. */
export type Tell = (what: string, holds?: boolean) => void;

/**
 * The whole of promise S7 on this machine: a backup by a process of its own, people erased and a period over after it, the
 * original destroyed, and the service opened again from the backup alone, which brings nobody back. Then once more with the first
 * region gone, from what lay in the second: table, pictures, locked bucket, and the keys under that region's own root key. Needs the bundles in dist/.
 */
export async function runRestoreDrill(tell: Tell): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'leliao-restore-'));
  const at = (name: string) => join(folder, name);
  try {
    const first = await openFirst(at);
    let people: People;
    try {
      people = await live(first, at('backup'), tell);
      await restoreInPlace(first, at('backup'), people, tell);
      await copyToSecond(at);
    } finally {
      await first.stop();
    }
    await rm(at('first'), { recursive: true, force: true });
    tell('第一个地域不复存在：表、文件、存证和根密钥都已销毁');
    await restoreElsewhere(at, people, tell);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type People = { goes: Citizen; stays: Citizen; since: Since };
type At = (name: string) => string;

async function openFirst(at: At): Promise<Region> {
  const folders = { objects: at('first/objects'), vault: at('first/vault') };
  for (const one of Object.values(folders)) await mkdir(one, { recursive: true });
  const region = await startRegion({ folders, rootKey: MEMORY_ROOT_KEY });
  const { table, clock, queue } = region.deps();
  const roots = rootKeys(`${MEMORY_ROOT_KEY},${SECOND_ROOT_KEY}`, 'cn-north-1', systemRandom);
  await startRotation({ table, clock, queue, roots, suite: 'aes', random: systemRandom });
  return region;
}

/** A service in use, its backup, and what ends after that. */
async function live(region: Region, backup: string, tell: Tell): Promise<People> {
  await as(region).consent.policy(); // the first call of a new service publishes its policy
  const [goes, stays] = [await citizen(region, '将被删除的人'), await citizen(region, '留下的人')];
  await exchangeCards(region, goes, stays);
  await wearPicture(as(region, stays.token));
  await endSoon(region, stays);
  const before = await beforeBackup(region, stays);
  const items = await copy('out', region.services.environment, backup);
  tell(`另一个进程备份了整张表：${items} 条`);
  const since = await afterBackup(region, before, { goes, stays }, until);
  tell(
    '备份之后：账号删除、撤回同意、删除一部分、依法封存、收回链接、逐项删除和屏蔽，又有一项记录的保存期限届满',
  );
  tell('账号删除之后什么都没有留下', (await whatCameBack(region, goes)).length === 0);
  return { goes, stays, since };
}

const FACE_SESSION = 'drill';

async function endSoon(region: Region, { subjectId }: Citizen): Promise<void> {
  const nowMs = systemClock.now();
  const startedAt = toInstant(nowMs - retentionMs('face-session-life') + PERIOD_LEFT_MS);
  const start = { epoch: 0, wayEpoch: 0, content: '', isOver: false, startedAt };
  await region.deps().table.write(...putFaceStart(subjectId, FACE_SESSION, start, nowMs));
}

/** The original is destroyed, and another table stands in its place, made from the backup alone. */
async function restoreInPlace(region: Region, backup: string, people: People, tell: Tell): Promise<void> {
  const { environment } = region.services;
  await region.stopFunctions();
  await destroyTable(environment);
  const items = await copy('in', environment, backup);
  tell(`原表已销毁，只用备份恢复出另一张表：${items} 条`);
  await region.startFunctions();
  await openAgain(region, people, tell);
}

/** What S3 and AWS Backup copy into the other region. */
async function copyToSecond(at: At): Promise<void> {
  await cp(at('first'), at('second'), { recursive: true });
}

async function restoreElsewhere(at: At, people: People, tell: Tell): Promise<void> {
  const region = await startRegion({
    region: 'cn-northwest-1',
    rootKey: SECOND_ROOT_KEY,
    folders: { objects: at('second/objects'), vault: at('second/vault') },
    fill: (environment) => copy('in', environment, at('backup')),
  });
  try {
    tell('第二个地域用自己的根密钥和副本启动');
    await openAgain(region, people, tell);
  } finally {
    await region.stop();
  }
}

/** From a restored table that nobody has said anything about to a service that serves, and has brought nobody back. */
async function openAgain(region: Region, { goes, stays, since }: People, tell: Tell): Promise<void> {
  const found = await whatCameBack(region, goes);
  tell(`恢复出的表里又有了被删除的人的信息：${found.length} 处`, found.length > 0);
  const { refused, served } = await refusedPaths(region, stays.token);
  tell(
    `重新清除之前，${refused} 个接口全部拒绝服务${served.length > 0 ? `，除了 ${served.join()}` : ''}`,
    served.length === 0,
  );
  const startedMs = systemClock.now();
  await until(async () => {
    await region.timer();
    return (await refusedPaths(region, stays.token, 1)).served.length > 0;
  });
  tell(`没有人下令，${Math.round((systemClock.now() - startedMs) / 1000)} 秒后自行重新开放`, true);
  const left = await whatCameBack(region, goes);
  tell(`被删除的人没有回来${left.length > 0 ? `：${left.join('；')}` : ''}`, left.length === 0);
  const [ended] = await region
    .deps()
    .table.getMany([faceSessionKey(stays.subjectId, FACE_SESSION)], 'ended-too');
  tell('期满的记录没有回来', ended === undefined);
  const anew = await signIn(region, stays.openid);
  for (const [what, holds] of Object.entries(await whatHolds(region, since, anew))) tell(what, holds);
  const api = as(region, anew.token);
  const { name } = await api.cards.get({ cardId: stays.cardId });
  const { base64 = '' } = await api.profile.getAvatar({});
  tell('留下的人的名片和头像都在，打得开', name === stays.name && base64.length > 0);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = systemClock.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (systemClock.now() > deadline) throw new Error('what the drill waits for does not come');
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
