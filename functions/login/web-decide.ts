import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { ConditionFailed, type Item, type Write } from '../../lib/table/client';
import {
  approveWebSignIn,
  denyWebSignIn,
  readWebSignIn,
  showWebSignIn,
} from '../../lib/table/sign-in/web-sign-in';
import { codeDigest, codeSealer, readCode } from './web-code';

type Coded = Run<'subject', { code: string }>;

/** Shows a person which browser asks, on which page, from where and since when; only then can they decide. */
export async function webShow(deps: Deps, { caller, input }: Coded) {
  const { code, digest } = await find(deps, input.code);
  const item = await move(deps, showWebSignIn(digest, caller.person.subjectId, deps.clock.now()));
  const { site, device, place, askedAt, expiresAtSeconds } = readWebSignIn(
    item,
    await codeSealer(deps, code),
  );
  return { site, device, place, askedAt, expiresAt: toInstant(expiresAtSeconds * 1000) };
}

/** Approves what this person has been shown. Sent twice, it answers twice the same. */
export async function webApprove(deps: Deps, { caller, input }: Coded) {
  const { subjectId } = caller.person;
  const { digest } = await find(deps, input.code);
  const repeated = ['approved', 'used'];
  await move(deps, approveWebSignIn(digest, subjectId, deps.clock.now()), { digest, subjectId, repeated });
  return { approved: true as const };
}

/** Denies what this person has been shown, also after an approval that the browser has not picked up yet. */
export async function webDeny(deps: Deps, { caller, input }: Coded) {
  const { subjectId } = caller.person;
  const { digest } = await find(deps, input.code);
  const repeated = ['denied'];
  await move(deps, denyWebSignIn(digest, subjectId, deps.clock.now()), { digest, subjectId, repeated });
  return { denied: true as const };
}

async function find(deps: Deps, text: string): Promise<{ code: string; digest: string }> {
  const code = readCode(text);
  if (!code) throw new AppError('NOT_FOUND');
  return { code, digest: await codeDigest(deps, code) };
}

type Before = { digest: string; subjectId: string; repeated: string[] };

/** Moves a request on. Absent, expired, decided and somebody else's all look the same; one's own repeat does not. */
async function move(deps: Deps, update: NonNullable<Write['Update']>, before?: Before): Promise<Item> {
  try {
    return await deps.table.update(update);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const met = error.found[0]?.item;
    if (met && before) {
      const { state, subjectId } = readWebSignIn(met);
      if (subjectId === before.subjectId && before.repeated.includes(state)) return met;
    }
    throw new AppError('NOT_FOUND');
  }
}
