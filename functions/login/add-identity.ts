import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import { ConditionFailed } from '../../lib/table/client';
import { keys } from '../../lib/table/keys';
import { appendEntry } from '../../lib/table/ledger/append';
import type { Actor } from '../../lib/table/ledger/touched-key';
import { canSignIn, whileHere } from '../../lib/table/person/life';
import { keysOf, MAX_IDENTITIES_PER_PERSON, readPerson } from '../../lib/table/person/person';
import { openPerson } from '../../lib/table/person/person-key';
import { claimPointer } from '../../lib/table/person/pointer';
import {
  putWechatAccount,
  readWechatAccount,
  shortName,
  wechatAccountKey,
  withOpenids,
} from '../../lib/table/person/wechat-account';

type NewIdentity = {
  domain: 'openid' | 'unionid';
  digest: string;
  /** With an openid: as WeChat wants it back. */
  openid?: string;
  /** What showed that it is the same person. */
  way: 'openid' | 'unionid' | 'phone';
  /** The session it signed in to; absent where there is none yet. */
  by?: Actor;
};

/**
 * Lets one more identity lead to an account whose owner it is shown to be (promise A1). When the identity leads somewhere
 * already, nothing happens: two accounts are never merged here.
 * @throws AppError LIMIT_REACHED when the account has as many as it may have
 */
export async function addIdentity(
  deps: Deps,
  subjectId: string,
  { domain, digest, openid, way, by }: NewIdentity,
  requestId: string,
): Promise<void> {
  const [self, account] = await deps.table.getMany([keys.person(subjectId), wechatAccountKey(subjectId)]);
  if (!self) return;
  const person = readPerson(self);
  const { identities } = person;
  if (!canSignIn(person) || identities.some((one) => one.domain === domain && one.digest === digest)) return;
  if (identities.length >= MAX_IDENTITIES_PER_PERSON)
    throw new AppError('LIMIT_REACHED', {
      limit: 'MAX_IDENTITIES_PER_PERSON',
      max: MAX_IDENTITIES_PER_PERSON,
    });
  const sealer = await openPerson(deps, person);
  if (!sealer) return;
  const known = readWechatAccount(account, sealer);
  const at = toInstant(deps.clock.now());
  const entry = {
    at,
    act: 'identity.linked',
    actor: 'self',
    ...(by && { by }),
    purpose: 'account',
    kinds: ['wechat-identity', ...(openid ? (['wechat-openid'] as const) : [])],
    way,
    requestId,
  } as const;
  const writes = [
    claimPointer(domain, digest, subjectId),
    ...(openid && known
      ? [putWechatAccount(subjectId, withOpenids(known, { [shortName(digest)]: openid }), sealer, account)]
      : []),
  ];
  const change = {
    set: ['points = list_append(points, :added)'],
    condition: whileHere.condition,
    values: { ...whileHere.values, ':added': keysOf([{ domain, digest }]) },
  };
  try {
    await appendEntry(deps, person, entry, writes, { change });
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error; // it leads somewhere already
  }
}
