import { DAY_MS, toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run, Subject } from '../../lib/gate/operation';
import { entryIds } from '../../lib/policy/sign-in-entries';
import { beijingDay } from '../../lib/policy/working-days';
import { endWays } from '../../lib/process/end-ways';
import { ConditionFailed } from '../../lib/table/client';
import { appendEntry } from '../../lib/table/ledger/append';
import { consentInForce } from '../../lib/table/person/consents';
import { PHONE_WAY_WAIT_DAYS } from '../../lib/table/person/end-ways';
import { waysInKinds } from '../../lib/table/person/join';
import { readLinkedEntry } from '../../lib/table/person/linked-entry';
import { type Person, wayIn } from '../../lib/table/person/person';
import { readPhone } from '../../lib/table/person/phone';
import { liveAt, liveSessions } from '../../lib/table/person/sessions';
import { identitiesOf, livingWays, type Way, wayOf } from '../../lib/table/person/ways';
import { untilWon } from '../../lib/table/races';
import { mask } from './phone';

type Id = { wayId: string };

/**
 * Everything that leads into the account: each WeChat, the phone, each linked entry; since when, how it came and what it rests
 * on (promise A5). The sessions that came by them, and approvals that wait, are in `login/listSessions`.
 */
export async function listWays(deps: Deps, { caller }: Run<'subject', unknown>) {
  const { person, session } = caller;
  const current = wayOf(person, session.identity)?.of;
  const sessions = liveSessions(person, liveAt(deps)).map(([, { identity }]) => wayOf(person, identity)?.of);
  const wechats = wechatsOf(person).map(([wayId, { came, sinceSeconds, phoneEpoch }]) => ({
    wayId,
    came,
    since: toInstant(sinceSeconds * 1000),
    restsOnPhone: phoneEpoch !== undefined,
    current: wayId === current,
    sessions: sessions.filter((of) => of === wayId).length,
  }));
  const { phoneGoneAt } = person;
  return { wechats, ...besides(deps, caller), ...(phoneGoneAt !== undefined && { phoneGoneAt }) };
}

/** The first identity of each WeChat stands for it. */
function wechatsOf(person: Person): [of: string, way: Way][] {
  const all = livingWays(person).sort(([, a], [, b]) => a.sinceSeconds - b.sinceSeconds);
  return [...new Map(all.map(([, way]) => [way.of, way] as const).reverse())].reverse();
}

/** What rests on a consent of its own is shown while that is in force. */
function besides({ policy }: Deps, { person, alsoRead, furtherRead, sealer }: Subject) {
  const { reachVersions } = policy.inForce();
  const agreed = consentInForce(reachVersions, person, 'phone');
  const phone = agreed && readPhone(alsoRead, agreed.epoch, sealer);
  const linking = consentInForce(reachVersions, person, 'account-link');
  const entries = entryIds.flatMap((_, index) => {
    const linked = linking && readLinkedEntry(furtherRead[index], linking.epoch);
    return linked ? [{ entry: linked.entry, since: linked.linkedAt }] : [];
  });
  return {
    ...(phone && { phone: { number: mask(phone.number), since: phone.boundAt, provedAt: phone.provedAt } }),
    entries,
  };
}

/**
 * Ends a WeChat as a way in, with all its identities: in the very write nobody signs in by it any more, and its sessions and
 * proofs, approvals and browsers are over. The last one that stands by itself stays, so that nobody is locked out; and what
 * came by a phone ends none that does not until `PHONE_WAY_WAIT_DAYS` after it came, so that who has got hold of a number does
 * not put its owner out. A repeat finds none and says so again.
 * @throws AppError NOT_NOW
 */
export async function endWay(deps: Deps, { caller, input: { wayId }, requestId }: Run<'subject', Id>) {
  const { person, sealer } = caller;
  const ended = { ended: true } as const;
  const names = identitiesOf(person, wayId);
  if (names.length === 0) return ended;
  const at = toInstant(deps.clock.now());
  const entry = {
    at,
    act: 'identity.unlinked',
    actor: 'self',
    purpose: 'account',
    kinds: waysInKinds,
    requestId,
  } as const;
  const which = (now: Person) => {
    demandMayEnd(deps, now, caller, wayId);
    return identitiesOf(now, wayId);
  };
  await endWays(deps, person, { which, entry, sealer });
  return ended;
}

function demandMayEnd(deps: Deps, person: Person, { session }: Subject, wayId: string): void {
  const own = ownWay(person, session.identity);
  const others = livingWays(person).filter(
    ([, { of, phoneEpoch }]) => of !== wayId && !rests({ phoneEpoch }),
  );
  if (others.length === 0)
    throw new AppError('NOT_NOW', { why: '这是最后一个不依靠手机号的登录方式，结束以后您就进不来了。' });
  const ended = livingWays(person).find(([, { of }]) => of === wayId)?.[1];
  if (ended && own.of !== wayId && rests(own) && !rests(ended)) demandWaited(deps, own);
}

/**
 * Makes a WeChat that came by a phone stand by itself, so that it stays when the phone goes. A WeChat that stands by itself may
 * say so of another one; of itself only `PHONE_WAY_WAIT_DAYS` after it came.
 * @throws AppError NOT_FOUND | NOT_NOW
 */
export async function keepWay(deps: Deps, { caller, input: { wayId }, requestId }: Run<'subject', Id>) {
  const kept = { kept: true } as const;
  let { person } = caller;
  return untilWon(async () => {
    const names = identitiesOf(person, wayId);
    if (names.length === 0) throw new AppError('NOT_FOUND');
    const own = ownWay(person, caller.session.identity);
    if (!names.some((name) => rests(wayOf(person, name)))) return kept;
    if (rests(own)) {
      if (own.of !== wayId) throw new AppError('NOT_NOW', { why: ONLY_ITSELF });
      demandWaited(deps, own);
    }
    const entry = {
      at: toInstant(deps.clock.now()),
      act: 'identity.linked',
      actor: 'self',
      purpose: 'account',
      kinds: waysInKinds,
      way: 'kept',
      requestId,
    } as const;
    const change = {
      set: names.map((_, index) => `#kept_ways.#kept${index} = :kept${index}`),
      condition: names.map((_, index) => `attribute_exists(#kept_ways.#kept${index})`).join(' AND '),
      names: {
        '#kept_ways': 'ways',
        ...Object.fromEntries(names.map((name, index) => [`#kept${index}`, name])),
      },
      values: Object.fromEntries(names.map((name, index) => [`:kept${index}`, byItself(person, name)])),
    };
    try {
      await appendEntry(deps, person, entry, [], {
        change,
        stillAllowed: (now) => {
          person = now;
          throw new ConditionFailed([]); // the phone may have gone meanwhile: look again
        },
      });
      return kept;
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      return undefined;
    }
  });
}

const ONLY_ITSELF = '您是凭手机号进入这个账号的，不能替别的微信办理这件事。';

/** The record of an identity that rests on nothing any more. */
function byItself(person: Person, name: string): Record<string, unknown> {
  const { phoneEpoch: _, ...way } = wayOf(person, name) as Way;
  return wayIn.encode(way, name);
}

const rests = (way: Pick<Way, 'phoneEpoch'> | undefined): boolean => way?.phoneEpoch !== undefined;

/** The WeChat at hand. @throws AppError NOT_NOW in a session of another entry */
function ownWay(person: Person, identity: string | undefined): Way {
  const own = wayOf(person, identity);
  if (!own) throw new AppError('NOT_NOW', { why: '请先在乐聊名片小程序里用微信登录，再管理登录方式。' });
  return own;
}

function demandWaited({ clock }: Deps, { sinceSeconds }: Way): void {
  const fromMs = sinceSeconds * 1000 + PHONE_WAY_WAIT_DAYS * DAY_MS;
  if (clock.now() >= fromMs) return;
  const why = `您是凭手机号进入这个账号的，为了不让别人借手机号夺走账号，进入满 ${PHONE_WAY_WAIT_DAYS} 天（${beijingDay(fromMs)}）以后才能这样做。`;
  throw new AppError('NOT_NOW', { why });
}
