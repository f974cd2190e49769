import { parseToken } from '../../lib/crypto/token';
import { beijingDay } from '../../lib/policy/working-days';
import { personOf } from '../consent/support';
import { onceKey, type World } from '../support/world';
import { noticeRows } from './notice-rows';

type Prepare = () => Promise<{ input?: unknown; by?: object }>;
type Known = { incidentId: string; duties: { id: string }[] };

export const responder = { token: 'staff:ling:responder' };
export const officer = { token: 'staff:wu:officer' };

/** Somebody who has just signed in, and today. */
export async function somebody(world: World) {
  const { token } = await world.signIn(`trailed-${onceKey()}`);
  const subjectId = parseToken(token)?.subjectId ?? '';
  return { subjectId, day: beijingDay(world.deps.clock.now()) };
}

async function aTurnBack(world: World) {
  const { subjectId, day } = await somebody(world);
  const cipher = await world.deps.ring.dayCipher(day);
  return { day, pseudonyms: [cipher?.of(subjectId)] };
}

/** How the operations on incidents are brought to their usual case, for the budgets. */
export function breachRows(theWorld: () => World): Record<string, Prepare> {
  const now = () => new Date(theWorld().deps.clock.now()).toISOString();
  const declaration = () => ({ title: '导出接口未校验权限', learnedAt: now(), idempotencyKey: onceKey() });
  const declared = () => theWorld().ok<Known>('breach/declare', declaration(), responder);
  const ofOne = async () => ({ incidentId: (await declared()).incidentId });
  const harm = { persons: 1_000_000, sensitivePersons: 10, minors: 0, reason: '按接口日志估算' };
  const ended = () => ({ endedAt: now(), words: '漏洞已修复，未再发现异常' });
  const learned = { words: '上线前未做权限测试', improvements: ['接口上线必须有越权测试'] };
  const handled = async () => {
    const input = await ofOne();
    await theWorld().ok('breach/endHandling', { ...input, ...ended() }, officer);
    return input;
  };
  const everyHolder = () => [
    { allOf: [{ by: 'held', kinds: ['device'], from: '2026-01-01T00:00:00.000Z', until: now() }] },
  ];
  /** One for all rows that look at a scope: what it begins is as many processes as everybody has parts, which all end later. */
  let begun: Promise<{ scopeId: string }> | undefined;
  const started = () => {
    begun ??= ofOne().then((incident) => {
      const input = { ...incident, anyOf: everyHolder(), idempotencyKey: onceKey() };
      return theWorld().ok<{ scopeId: string }>('breach/startScope', input, responder);
    });
    return begun;
  };
  const partOf = (list: string) => ({ list, part: 0 });
  const newcomer = async () => personOf(theWorld(), await theWorld().signIn(onceKey()));
  const digestOfSomebody = async () => {
    const { domain, digest } = (await newcomer()).identities[0] ?? { domain: 'openid', digest: '' };
    return { domain, digest };
  };
  const openedSomebody = async () => ({ subjectId: (await newcomer()).subjectId, kinds: ['device'] });
  const first = {
    ...{ kind: 'initial', authority: 'provincial-cyberspace' },
    items: { entity: '广东省政务服务数据管理局，乐聊名片小程序', event: '接口越权，已下线' },
  };
  const drafted = async () => {
    const { incidentId } = await ofOne();
    type Drafted = { number: number; fingerprint: string };
    const made = await theWorld().ok<Drafted>('breach/draftReport', { incidentId, ...first }, officer);
    return { incidentId, number: made.number, fingerprint: made.fingerprint };
  };
  const pick = ({ incidentId, number }: { incidentId: string; number: number }) => ({ incidentId, number });
  return {
    ...noticeRows(theWorld),
    'breach/declare': async () => ({ input: declaration(), by: responder }),
    'breach/list': async () => {
      await declared();
      return { by: responder };
    },
    'breach/startScope': async () => ({
      input: { ...(await ofOne()), anyOf: everyHolder(), idempotencyKey: onceKey() },
      by: responder,
    }),
    'breach/scope': async () => ({ input: { scopeId: (await started()).scopeId }, by: responder }),
    'breach/scopes': async () => {
      const { scopeId } = await started();
      return { input: { incidentId: scopeId.replace(/-s1$/, '') }, by: responder };
    },
    'breach/uploadDigests': async () => ({
      input: {
        ...(await ofOne()),
        ...partOf('seen'),
        kinds: ['phone-number'],
        digests: [await digestOfSomebody()],
      },
      by: responder,
    }),
    'breach/uploadOpened': async () => ({
      input: { ...(await ofOne()), ...partOf('opened'), opened: [await openedSomebody()] },
      by: responder,
    }),
    'breach/turnBack': async () => ({
      input: { ...(await ofOne()), ...(await aTurnBack(theWorld())) },
      by: responder,
    }),
    'breach/pseudonymsOf': async () => {
      const { subjectId, day } = await somebody(theWorld());
      return { input: { ...(await ofOne()), subjectId, from: day, to: day }, by: responder };
    },
    'breach/show': async () => ({ input: await ofOne(), by: responder }),
    'breach/learn': async () => ({
      input: { ...(await ofOne()), words: '日志显示接口被逐页抓取', idempotencyKey: onceKey() },
      by: responder,
    }),
    'breach/check': async () => ({ input: { ...(await ofOne()), step: 'assemble' }, by: responder }),
    'breach/timeline': async () => ({ input: await ofOne(), by: responder }),
    'breach/grade': async () => ({ input: { ...(await ofOne()), ...harm }, by: responder }),
    'breach/confirmGrade': async () => {
      const input = await ofOne();
      await theWorld().ok('breach/grade', { ...input, ...harm }, responder);
      return { input: { ...input, grade: 'III' }, by: officer };
    },
    'breach/fulfil': async () => ({
      input: { ...(await ofOne()), duty: 'tell-persons', doneAt: now(), way: '订阅消息、短信' },
      by: officer,
    }),
    'breach/endHandling': async () => ({ input: { ...(await ofOne()), ...ended() }, by: officer }),
    'breach/lessons': async () => ({ input: { ...(await handled()), ...learned }, by: officer }),
    'breach/close': async () => {
      const input = await handled();
      await theWorld().ok('breach/lessons', { ...input, ...learned }, officer);
      await theWorld().ok('breach/grade', { ...input, ...harm, persons: 10 }, officer);
      const confirmed = { ...input, grade: 'IV', seriousThreat: false };
      const { duties } = await theWorld().ok<Known>('breach/confirmGrade', confirmed, officer);
      for (const { id } of duties)
        await theWorld().ok('breach/fulfil', { ...input, duty: id, doneAt: now(), way: '电话' }, officer);
      return { input, by: officer };
    },
    'breach/draftReport': async () => ({ input: { ...(await ofOne()), ...first }, by: officer }),
    'breach/report': async () => ({ input: pick(await drafted()), by: officer }),
    'breach/reports': async () => ({ input: { incidentId: (await drafted()).incidentId }, by: officer }),
    'breach/fileReport': async () => {
      const { fingerprint, ...one } = await drafted();
      return { input: { ...one, fingerprint, filedAt: now(), way: '12387 网站' }, by: officer };
    },
    'breach/contain': async () => ({
      input: { ...(await ofOne()), measure: 'staff', target: 'mallory', idempotencyKey: onceKey() },
      by: responder,
    }),
    'breach/release': async () => {
      const input = await ofOne();
      const measure = { measure: 'staff', target: 'mallory', idempotencyKey: onceKey() };
      await theWorld().ok('breach/contain', { ...input, ...measure }, responder);
      return { input: { ...input, measureId: 'm1', words: '账号已重置' }, by: responder };
    },
  };
}
