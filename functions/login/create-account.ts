import { toInstant } from '../../lib/clock';
import { randomId } from '../../lib/crypto/random';
import { issueToken } from '../../lib/crypto/token';
import type { Deps } from '../../lib/deps';
import { emptyHead } from '../../lib/table/ledger/chain';
import { nextEntry } from '../../lib/table/ledger/ledger';
import { type Person, putPerson, session, wayIn } from '../../lib/table/person/person';
import { newPersonKey } from '../../lib/table/person/person-key';
import { claimPointer } from '../../lib/table/person/pointer';
import { expiryOf } from '../../lib/table/person/sessions';
import { putWechatAccount, shortName } from '../../lib/table/person/wechat-account';
import { lostRaceOrBusy } from '../../lib/table/races';
import { newSession, purposesToAsk, type SignedIn } from './start-session';

/** Who WeChat says arrives, by the keyed digests that lead to an account. */
export type Arrival = { openid: string; digest: string; unionDigest: string | undefined };

/**
 * The account of a new person: pointers, person and first ledger entry in one transaction. Of two first sign-ins at
 * once, one finds a pointer taken and signs in to the account the other has made. Answers undefined then.
 */
export async function createAccount(
  deps: Deps,
  { openid, digest, unionDigest }: Arrival,
  requestId: string,
): Promise<SignedIn | undefined> {
  const subjectId = randomId(deps.random);
  const now = toInstant(deps.clock.now());
  const { wrappedKey, sealer } = await newPersonKey(deps, subjectId);
  const { token, sessionId, secretDigest } = issueToken(subjectId, deps.random);
  const opened = {
    at: now,
    act: 'account.opened',
    actor: 'self',
    by: `session:${sessionId}`,
    purpose: 'account',
    kinds: ['wechat-identity', 'wechat-openid'],
    requestId,
  } as const;
  const { write, head } = await nextEntry(deps.ring, subjectId, emptyHead, opened);
  const identity = shortName(digest);
  const value = newSession(deps, secretDigest, { identity });
  const identities = [
    { domain: 'openid' as const, digest },
    ...(unionDigest ? [{ domain: 'unionid' as const, digest: unionDigest }] : []),
  ];
  const person: Person = {
    subjectId,
    createdAt: now,
    wrappedKey,
    lifeState: 'active',
    identities,
    ways: waysOf(identities),
    sessions: { [sessionId]: session.encode(value, sessionId) },
    consents: {},
    cardCount: 0,
    ledgerSeq: head.seq,
    ledgerHash: head.hash,
  };
  try {
    await deps.table.write(
      putPerson(person),
      ...identities.map((one) => claimPointer(one.domain, one.digest, subjectId)),
      write,
      putWechatAccount(subjectId, { identity, openid }, sealer),
    );
    const expiresAt = toInstant(expiryOf(value));
    return { token, sessionId, expiresAt, newAccount: true, asks: purposesToAsk(deps, person) };
  } catch (error) {
    return lostRaceOrBusy(error);
  }
}

/** One WeChat, by every identity that it came with. */
function waysOf(identities: { digest: string }[]): Person['ways'] {
  const [of = '', ...others] = identities.map(({ digest }) => shortName(digest));
  return {
    [of]: wayIn.encode({ came: 'first' }, of),
    ...Object.fromEntries(others.map((name) => [name, wayIn.encode({ of, came: 'first' }, name)])),
  };
}
