import { toInstant } from '../../lib/clock';
import { issueToken } from '../../lib/crypto/token';
import type { Deps } from '../../lib/deps';
import { AppError, invalidInput } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import type { EntryId } from '../../lib/policy/sign-in-entries';
import { ConditionFailed } from '../../lib/table/client';
import { keys } from '../../lib/table/keys';
import {
  type EntryPointer,
  entryPointerKey,
  pointerHolds,
  readEntryPointer,
} from '../../lib/table/person/linked-entry';
import {
  addSession,
  consentOf,
  expiryOf,
  type Person,
  readPerson,
  sessionToEvictIfFull,
} from '../../lib/table/person/person';
import { limitCounterKey, readCount } from '../../lib/table/sign-in/limit-counter';
import { demandFewFailures, exchangeCode } from './sign-in';
import { newSession, purposesToAsk, type SignedIn } from './start-session';

/** Races with sessions that begin or end at the same moment, before we ask to try again. */
const RACES = 4;

/**
 * Signs in through another entry that the person has linked (promise A4). It never opens an account, and a link that is
 * undone or no longer agreed to at the very moment of the write lets nobody in.
 * @throws AppError LINK_REQUIRED | LOGIN_CODE_INVALID | BUSY
 */
export async function signInByEntry(
  deps: Deps,
  { input, address }: Run<'anyone', { entry: EntryId; code: string }>,
): Promise<SignedIn> {
  const source = await deps.ring.digest('address', address ?? 'unknown');
  const offered = deps.entries[input.entry];
  if (!offered) throw invalidInput('entry', '这个入口暂未开放');
  const { openid } = await exchangeCode(deps, source, offered.wechat, input.code);
  const digest = await deps.ring.digest('openid', `${offered.appid}:${openid}`);
  const [failures, found] = await deps.table.getMany([
    limitCounterKey(source, deps.clock.now()),
    entryPointerKey(digest),
  ]);
  demandFewFailures(deps, readCount(failures));
  const pointer = readEntryPointer(found);
  if (!pointer) throw new AppError('LINK_REQUIRED');
  for (let race = 0; race < RACES; race += 1) {
    const reply = await startLinkedSession(deps, pointer, digest, input.entry);
    if (reply) return reply;
  }
  throw new AppError('BUSY');
}

async function startLinkedSession(
  deps: Deps,
  { subjectId, epoch }: EntryPointer,
  digest: string,
  entry: EntryId,
) {
  const [self] = await deps.table.getMany([keys.person(subjectId)]);
  const person = self && readPerson(self);
  if (!person || !linkingAgreed(person, epoch)) throw new AppError('LINK_REQUIRED');
  const { token, sessionId, secretDigest } = issueToken(subjectId, deps.random);
  const value = newSession(deps, secretDigest, { link: `${entry}:${epoch}` });
  const terms = { linkEpoch: epoch, ends: sessionToEvictIfFull(person, deps.clock.now()) };
  try {
    const Update = addSession(subjectId, sessionId, value, terms);
    await deps.table.write({ Update }, pointerHolds(digest, subjectId));
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    if (error.found[1]) throw new AppError('LINK_REQUIRED');
    return undefined;
  }
  return {
    token,
    sessionId,
    expiresAt: toInstant(expiryOf(value)),
    newAccount: false,
    asks: purposesToAsk(deps, person),
  };
}

function linkingAgreed(person: Person, epoch: number): boolean {
  const linking = consentOf(person, 'account-link');
  return linking?.granted === true && linking.epoch === epoch;
}
