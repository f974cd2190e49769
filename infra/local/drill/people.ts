import { DAY_MS, toEpochSeconds, toInstant } from '../../../lib/clock';
import { randomId } from '../../../lib/crypto/random';
import { issueToken } from '../../../lib/crypto/token';
import type { Deps } from '../../../lib/deps';
import type { ConsentPurposeId } from '../../../lib/policy/purposes';
import { putCard } from '../../../lib/table/card/card';
import { ConditionFailed, type Write } from '../../../lib/table/client';
import { type ChainHead, emptyHead } from '../../../lib/table/ledger/chain';
import { type NewEntry, nextEntry } from '../../../lib/table/ledger/ledger';
import { consent, putPerson, session, wayIn } from '../../../lib/table/person/person';
import { newPersonKey } from '../../../lib/table/person/person-key';
import { bindPhone } from '../../../lib/table/person/phone';
import { claimPointer, openidDigest } from '../../../lib/table/person/pointer';
import { putWechatAccount, shortName } from '../../../lib/table/person/wechat-account';
import { putContactMail } from '../../../lib/table/profile/contact-mail';
import { hear, putAcceptance } from '../../../lib/table/profile/message-acceptance';
import { markMinor, putGuardian, putWard, wardIdOf } from '../../../lib/table/real-name/minor';
import type { Sealer } from '../../../lib/table/sealer';
import { inTurn, patiently } from './in-turn';

/** Somebody who does not exist, as the service knows them. */
export type Somebody = {
  subjectId: string;
  token: string;
  /** All that anything could be sent to. */
  contacts: string[];
  phone: string | undefined;
  minor: boolean;
  /** Who answers for them, where they are a minor and somebody does. */
  guardianId: string | undefined;
  /** Numbers of the acts of consent that brought each purpose. */
  entries: Partial<Record<ConsentPurposeId, number>>;
};

/** What the policy in force is called in an act of consent. */
export type Text = { version: number; textHash: string };

/** People were here for so long before anything happened. */
const HERE_FOR_MS = 60 * DAY_MS;
/** People who are made side by side: more only meet at the head-counts. */
const AT_ONCE = 3;

/** Each run in one process has telephone numbers of its own. */
let runs = 0;

/**
 * Who of them has what, by their number: most a phone, some a mailbox and messages they accept, every twentieth is a minor, half
 * of those with a guardian, who is the one before them.
 */
const has = {
  phone: (n: number) => n % 5 !== 4,
  mail: (n: number) => n % 5 < 2,
  messages: (n: number) => n % 2 === 0,
  minor: (n: number) => n % 20 === 7,
  guardian: (n: number) => n % 40 === 7,
};

/** Puts people into the table as the service would have left them, through its own makers, each in one transaction. */
export async function settle(
  deps: Deps,
  count: number,
  text: Text,
  done: (made: number) => void,
): Promise<Somebody[]> {
  runs += 1;
  const run = String(runs).padStart(2, '0');
  const ids = Array.from({ length: count }, () => randomId(deps.random));
  const people = await inTurn(ids, AT_ONCE, (subjectId, n) => make(deps, { subjectId, n, run, text }), done);
  const wards = people.filter((_, n) => has.guardian(n));
  await inTurn(wards, AT_ONCE, async (one) => {
    one.guardianId = ids[ids.indexOf(one.subjectId) - 1] ?? '';
    const writes = await guardianOf(deps, one.subjectId, one.guardianId);
    await patiently(() => deps.table.write(...writes));
  });
  return people;
}

type Wanted = { subjectId: string; n: number; run: string; text: Text };

async function make(deps: Deps, { subjectId, n, run, text }: Wanted): Promise<Somebody> {
  const atMs = deps.clock.now() - HERE_FOR_MS;
  const at = toInstant(atMs);
  const openid = `drill-${run}-${n}`;
  const number = `+8619${run}${String(n).padStart(7, '0')}`;
  const phone = has.phone(n) ? number : undefined;
  const mail = has.mail(n) ? `${openid}@drill.example.cn` : undefined;
  const minor = has.minor(n);
  const { wrappedKey, sealer } = await newPersonKey(deps, subjectId);
  const { token, sessionId, secretDigest } = issueToken(subjectId, deps.random);
  const digest = await openidDigest(deps, openid);
  const identity = shortName(digest);

  const said: Said[] = [
    { act: 'account.opened', purpose: 'account', kinds: ['wechat-identity', 'wechat-openid'] },
  ];
  const purposes: ConsentPurposeId[] = [
    'cards',
    ...(phone ? (['phone'] as const) : []),
    ...(mail ? (['email'] as const) : []),
  ];
  const evidence = { control: 'consent.agree', defaultState: 'unchecked', dwellMs: 5000 };
  const agreed = {
    trueAt: at,
    policyVersion: text.version,
    textHash: text.textHash,
    language: 'zh-CN',
    evidence,
  };
  for (const purpose of purposes) said.push({ act: 'consent.granted', purpose, ...agreed });
  const { head, writes: entries } = await chained(deps, subjectId, sealer, { said, at, sessionId });

  const state = { granted: true, policyVersion: text.version, atSeconds: toEpochSeconds(atMs), epoch: 0 };
  const consents = purposes.map((purpose, index) => {
    const entry = index + 2;
    return [purpose, consent.encode({ ...state, entry, request: `drill-${entry}` }, purpose)] as const;
  });
  const cardId = randomId(deps.random);
  const [card] = putCard(subjectId, cardOf(cardId, n, number, at), sealer);
  const now = toEpochSeconds(deps.clock.now());
  const signedIn = { secretDigest, startedAtSeconds: now, usedAtSeconds: now, identity };
  const person = putPerson({
    ...{ subjectId, createdAt: at, wrappedKey, lifeState: 'active', noticedAt: at },
    identities: [{ domain: 'openid', digest }],
    ways: { [identity]: wayIn.encode({ came: 'first' }, identity) },
    sessions: { [sessionId]: session.encode(signedIn, sessionId, sealer) },
    consents: Object.fromEntries(consents),
    ...{ cardCount: 1, defaultCard: cardId, ledgerSeq: head.seq, ledgerHash: head.hash },
  });
  await writeOnce(deps, subjectId, [
    person,
    claimPointer('openid', digest, subjectId),
    putWechatAccount(subjectId, { identity, openid }, sealer),
    ...entries,
    card,
    ...(phone
      ? bindPhone(
          subjectId,
          { boundAt: at, provedAt: at, number: phone, epoch: 0 },
          await deps.ring.digest('phone', phone),
          undefined,
          sealer,
        )
      : []),
    ...(mail
      ? putContactMail(subjectId, { confirmedAt: at, address: mail, epoch: 0 }, undefined, sealer)
      : []),
    ...(has.messages(n) ? accepting(deps, subjectId, atMs) : []),
    ...(minor ? markMinor(subjectId, undefined, { band: 'under-18', way: 'id' }, at) : []),
  ]);
  return {
    ...{ subjectId, token, phone, minor, guardianId: undefined },
    contacts: [openid, number, ...(mail ? [mail] : [])],
    entries: Object.fromEntries(purposes.map((purpose, index) => [purpose, index + 2])),
  };
}

/** After BUSY nobody knows whether it was written: then the person is there already, and the same. */
async function writeOnce(
  { table }: Deps,
  subjectId: string,
  [first, ...others]: [Write, ...Write[]],
): Promise<void> {
  let isAgain = false;
  await patiently(async () => {
    const again = isAgain;
    isAgain = true;
    await table.write(first, ...others).catch((error) => {
      const found = error instanceof ConditionFailed ? error.found[0]?.item : undefined;
      if (!again || found?.subjectId !== subjectId) throw error;
    });
  });
}

type Said = NewEntry extends infer E
  ? E extends NewEntry
    ? Omit<E, 'at' | 'actor' | 'requestId'>
    : never
  : never;

async function chained(
  { ring }: Deps,
  subjectId: string,
  sealer: Sealer,
  { said, at, sessionId }: { said: Said[]; at: string; sessionId: string },
): Promise<{ head: ChainHead; writes: Write[] }> {
  let head = emptyHead;
  const writes: Write[] = [];
  for (const one of said) {
    const entry = { ...one, at, actor: 'self', by: `session:${sessionId}`, requestId: 'drill' } as NewEntry;
    const next = await nextEntry(ring, subjectId, head, entry, sealer);
    head = next.head;
    writes.push(next.write);
  }
  return { head, writes };
}

function cardOf(cardId: string, n: number, number: string, at: string) {
  const content = {
    name: `演练${n}`,
    phones: [{ number }],
    mails: [],
    addresses: [],
    sites: [],
    otherLanguages: [],
    kept: [],
  };
  const state = { version: 1, createdAt: at, updatedAt: at, epoch: 0, request: 'drill', ownTags: [] };
  return { cardId, ...content, ...state, visibility: {}, verdicts: { name: 'passed' as const } };
}

function accepting({ templates }: Deps, subjectId: string, atMs: number): Write[] {
  const [template] = templates;
  if (!template) return [];
  const accepted = hear(undefined, { word: 'accept', by: 'toldBySelf', atMs });
  return putAcceptance(subjectId, template.id, accepted, undefined);
}

async function guardianOf({ ring, clock }: Deps, subjectId: string, guardianId: string) {
  const at = toInstant(clock.now() - HERE_FOR_MS);
  const codeDigest = await ring.digest('request', `drill-guardian|${subjectId}`);
  const consented = { state: 'consented' as const, codeDigest, askedAt: at, decidedAt: at, guardianId };
  const note = { wardId: wardIdOf(codeDigest), childId: subjectId, consentedAt: at };
  return [...putGuardian(subjectId, consented, undefined), putWard(guardianId, note)] as const;
}
