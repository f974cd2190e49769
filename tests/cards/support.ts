import { parseToken } from '../../lib/crypto/token';
import { type Caller, consentAct, onceKey, type World } from '../support/world';

export const fullCard = {
  name: '林晓',
  familyName: '林',
  givenName: '晓',
  organisation: '数据局',
  department: '平台处',
  title: '工程师',
  phones: [{ number: '13800138000', label: 'mobile' }],
  mails: [{ address: 'lin@example.cn', label: 'work' }],
  addresses: [{ text: '广州市越秀区东风中路 305 号', city: '广州' }],
  sites: ['https://example.cn/lin'],
  wechatId: 'lin-xiao',
  note: '工作日 9:00–17:00',
  otherLanguages: [{ language: 'en', name: 'Lin Xiao', title: 'Engineer' }],
  kept: ['X-CAMCARD-ID:7'],
};

export type Shown = { cardId: string; version: number; verdicts: Record<string, string> } & Record<
  string,
  unknown
>;

export type Holder = Caller & { subjectId: string };

/** A person who has agreed to cards and to these purposes besides. */
export async function holder(world: World, openid: string, ...purposes: string[]): Promise<Holder> {
  const caller = await world.cardHolder(openid);
  for (const purpose of purposes) await agree(world, caller, purpose);
  await world.ok('consent/status', {}, caller); // the hourly note of the session's use
  return { ...caller, subjectId: parseToken(caller.token)?.subjectId ?? '' };
}

/** Grants or withdraws, at whatever version the consent is. */
export async function agree(world: World, caller: Caller, purpose: string, granted = true): Promise<void> {
  const { consents } = await world.ok<{ consents: { purpose: string; version: number }[] }>(
    'consent/status',
    {},
    caller,
  );
  const version = consents.find((one) => one.purpose === purpose)?.version ?? 0;
  const act = await consentAct(world.ok, { purpose, version });
  await world.ok(`consent/${granted ? 'grant' : 'withdraw'}`, act, caller);
}

export function newCard(world: World, caller: Caller, content: object = fullCard): Promise<Shown> {
  return world.ok<Shown>('cards/create', { ...content, idempotencyKey: onceKey() }, caller);
}

/** Does what the queue asks for until nothing is asked. */
export async function erase(world: World): Promise<void> {
  for (let next = world.queued.shift(); next; next = world.queued.shift())
    await world.ok('retention/eraseDuty', next, { trigger: 'queue' });
}

/** The raw items in a person's partition that rest on the consent to a purpose. */
export async function resting(world: World, subjectId: string, purpose = 'cards') {
  const items = await world.scan();
  return items.filter(
    ({ pk, sk }) =>
      (pk as { S: string }).S === `P#${subjectId}` && (sk as { S: string }).S.startsWith(`DATA#${purpose}#`),
  );
}
