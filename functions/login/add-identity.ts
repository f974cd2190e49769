import { toEpochSeconds, toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import { clearEndedWays } from '../../lib/process/end-ways';
import { ConditionFailed } from '../../lib/table/client';
import { keys } from '../../lib/table/keys';
import { appendEntry } from '../../lib/table/ledger/append';
import type { Actor } from '../../lib/table/ledger/touched-key';
import { epochOf } from '../../lib/table/person/consents';
import { canSignIn, whileHere } from '../../lib/table/person/life';
import {
  keysOf,
  MAX_IDENTITIES_PER_PERSON,
  type Person,
  readPerson,
  type WayIn,
  wayIn,
} from '../../lib/table/person/person';
import { openPerson } from '../../lib/table/person/person-key';
import { type Phone, stillBound } from '../../lib/table/person/phone';
import { claimPointer } from '../../lib/table/person/pointer';
import { noRests, wayOf, whileRests } from '../../lib/table/person/ways';
import {
  readWechatAccount,
  rewriteWechatAccount,
  shortName,
  wechatAccountKey,
  withOpenids,
} from '../../lib/table/person/wechat-account';
import { untilWon } from '../../lib/table/races';

type NewIdentity = {
  domain: 'openid' | 'unionid';
  digest: string;
  /** With an openid: as WeChat wants it back. */
  openid?: string;
  /** What showed that it is the same person: another identity of the same WeChat, by its digest, or their bound phone. */
  shown: { by: 'openid' | 'unionid'; digest: string } | { by: 'phone'; bound: Phone };
  /** The session it signed in to; absent where there is none yet. */
  by?: Actor;
};

/**
 * Lets one more identity lead to an account whose owner it is shown to be (promise A1), for as long as what has shown it
 * leads there. When the identity leads somewhere already, nothing happens: two accounts are never merged here.
 * @throws AppError LIMIT_REACHED when the account has as many as it may have
 */
export async function addIdentity(
  deps: Deps,
  subjectId: string,
  identity: NewIdentity,
  requestId: string,
): Promise<void> {
  await untilWon(() => tryToAdd(deps, subjectId, identity, requestId));
}

/** Answers undefined when the account has changed meanwhile and must be looked at again. */
async function tryToAdd(
  deps: Deps,
  subjectId: string,
  { domain, digest, openid, shown, by }: NewIdentity,
  requestId: string,
): Promise<true | undefined> {
  const [self, account] = await deps.table.getMany([keys.person(subjectId), wechatAccountKey(subjectId)]);
  if (!self) return true;
  const person = readPerson(self);
  if (await clearEndedWays(deps, person, requestId)) return undefined;
  const { identities } = person;
  const name = shortName(digest);
  const nowMs = deps.clock.now();
  const way = wayShownBy(person, name, shown, nowMs);
  if (!canSignIn(person) || !way || wayOf(person, name)) return true;
  if (identities.length >= MAX_IDENTITIES_PER_PERSON)
    throw new AppError('LIMIT_REACHED', {
      limit: 'MAX_IDENTITIES_PER_PERSON',
      max: MAX_IDENTITIES_PER_PERSON,
    });
  const sealer = await openPerson(deps, person);
  if (!sealer) return true;
  const known = readWechatAccount(account, sealer);
  const entry = {
    at: toInstant(nowMs),
    act: 'identity.linked',
    actor: 'self',
    ...(by && { by }),
    purpose: 'account',
    kinds: ['wechat-identity', ...(openid ? (['wechat-openid'] as const) : [])],
    way: shown.by,
    requestId,
  } as const;
  const writes = [
    claimPointer(domain, digest, subjectId),
    ...(openid && account && known
      ? [rewriteWechatAccount(subjectId, withOpenids(known, { [name]: openid }), sealer, account)]
      : []),
    ...(shown.by === 'phone' ? [stillBound(subjectId, shown.bound)] : []),
  ];
  const rests = shown.by === 'phone' ? noRests : whileRests({ identity: shortName(shown.digest) });
  const change = {
    set: ['points = list_append(points, :added)', '#added_ways.#added_way = :way'],
    condition: [whileHere.condition, ...rests.conditions].join(' AND '),
    names: { '#added_ways': 'ways', '#added_way': name, ...rests.names },
    values: {
      ...whileHere.values,
      ':added': keysOf([{ domain, digest }]),
      ':way': wayIn.encode(way, name),
    },
  };
  try {
    await appendEntry(deps, person, entry, writes, { change });
    return true;
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    return error.found[0] ? true : undefined; // it leads somewhere already
  }
}

/** What the identity rests on: what has shown it, and what that rests on in turn. */
function wayShownBy(
  person: Person,
  name: string,
  shown: NewIdentity['shown'],
  nowMs: number,
): WayIn | undefined {
  const sinceSeconds = toEpochSeconds(nowMs);
  if (shown.by === 'phone') {
    const { epoch } = shown.bound;
    return epoch === epochOf(person, 'phone')
      ? { of: name, sinceSeconds, came: 'phone', phoneEpoch: epoch }
      : undefined;
  }
  const before = wayOf(person, shortName(shown.digest));
  return before && { ...before, sinceSeconds, came: shown.by };
}
