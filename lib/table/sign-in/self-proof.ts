import * as z from 'zod/mini';
import { toEpochSeconds, toInstant } from '../../clock';
import { retentionMs } from '../../policy/retention';
import type { Write } from '../client';
import { bytes, defineEntity, digest, type ValueOf } from '../entity';
import { keys } from '../keys';

/** A fresh proof of self, bound to one operation and its target, used once, minutes long (promise A6). */
export const selfProof = defineEntity('self-proof', {
  secretDigest: digest('self-proof', bytes),
  /** `<function>/<operation>|<target>`. */
  act: digest('self-proof', z.string()),
  provedAt: digest('self-proof', z.string()),
});
export type SelfProof = ValueOf<typeof selfProof>;

export function putProof(
  subjectId: string,
  id: string,
  value: Omit<SelfProof, 'provedAt'>,
  nowMs: number,
): Write {
  const expiresAtSeconds = toEpochSeconds(nowMs + retentionMs('proof-life'));
  const encoded = selfProof.encode({ ...value, provedAt: toInstant(nowMs) }, id);
  return {
    Put: { Item: { ...keys.proof(subjectId, id), entity: selfProof.name, ...encoded, expiresAtSeconds } },
  };
}

/** Uses a proof up. Refused unless it is there, still good, and for exactly this act; of two uses at once, one wins. */
export function useProof(
  subjectId: string,
  id: string,
  { secretDigest, act }: Omit<SelfProof, 'provedAt'>,
  nowMs: number,
): Write {
  const sameSecret = 'secretDigest = :digest';
  const sameAct = 'act = :act';
  const inTime = 'expiresAtSeconds > :now';
  return {
    Delete: {
      Key: keys.proof(subjectId, id),
      ConditionExpression: `${sameSecret} AND ${sameAct} AND ${inTime}`,
      ExpressionAttributeValues: { ':digest': secretDigest, ':act': act, ':now': toEpochSeconds(nowMs) },
    },
  };
}
