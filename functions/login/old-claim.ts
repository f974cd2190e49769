import { DAY_MS, toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { endWays } from '../../lib/process/end-ways';
import { beginTellingOfPhone } from '../../lib/process/phone-gone';
import { ConditionFailed, type Item } from '../../lib/table/client';
import { keys } from '../../lib/table/keys';
import { epochOf } from '../../lib/table/person/consents';
import { restingOnPhone } from '../../lib/table/person/end-ways';
import { type Person, readPerson } from '../../lib/table/person/person';
import {
  isPhoneOf,
  phoneKey,
  phonePointerKey,
  readPhonePointer,
  releasePhone,
  removePhonePointer,
} from '../../lib/table/person/phone';

const kinds = ['phone-number', 'phone-state', 'phone-digest', 'wechat-identity', 'wechat-openid'] as const;

/**
 * Frees a number that WeChat has just shown to be somebody else's: a number that is given up goes to another person after
 * some months, who must neither be shut out by the account of the one before nor come into it (promises A1, A7). A claim is
 * old when its consent is over, or when it was last shown for `PHONE_RECOVERY_DAYS`; one shown since then gives way only to
 * somebody who says that the account is not theirs. The account before loses this way in with all that came by it, and
 * nothing else: its data stay where they are and nobody sees them, its ledger says what happened, a notice tells them, and
 * the next sign-in does.
 * Answers whether the number is free.
 */
export async function releaseOldClaim(
  deps: Deps,
  digest: string,
  isSaidToBeOthers: boolean,
  requestId: string,
): Promise<boolean> {
  const [pointer] = await deps.table.getMany([phonePointerKey(digest)]);
  const subjectId = readPhonePointer(pointer);
  if (!subjectId) return true;
  const [self, item] = await deps.table.getMany([keys.person(subjectId), phoneKey(subjectId)]);
  try {
    if (!self || !isPhoneOf(item, digest)) {
      await deps.table.write(removePhonePointer(digest, subjectId));
      return true;
    }
    const person = readPerson(self);
    if (!isOld(deps, person, item) && !isSaidToBeOthers) return false;
    await release(deps, person, item, requestId);
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed) return false; // shown anew meanwhile, or kept by a hold
    throw error;
  }
}

function isOld({ clock, phoneRecoveryDays }: Deps, person: Person, { epoch, provedAt }: Item): boolean {
  if (epoch !== epochOf(person, 'phone')) return true;
  return !(clock.now() - Date.parse(String(provedAt)) <= phoneRecoveryDays * DAY_MS);
}

async function release(deps: Deps, person: Person, item: Item, requestId: string): Promise<void> {
  const at = toInstant(deps.clock.now());
  const telling = beginTellingOfPhone(person.subjectId, at);
  await endWays(deps, person, {
    which: restingOnPhone,
    also: [...releasePhone(item), telling.write],
    phoneEnds: true,
    change: { set: ['phoneGoneAt = :phoneGoneAt'], values: { ':phoneGoneAt': at } },
    entry: {
      at,
      act: 'phone.unbound',
      actor: 'service',
      by: 'operation:login/bindPhone',
      purpose: 'phone',
      kinds,
      way: 'number-of-somebody-else',
      requestId,
    },
  });
  await deps.queue.send([telling.ref]);
}
