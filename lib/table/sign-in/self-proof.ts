import * as z from 'zod/mini';
import { toEpochSeconds, toInstant } from '../../clock';
import { bytes, digest, type ValueOf } from '../attribute';
import { MAC } from '../bound';
import type { Write } from '../client';
import { declareEntity } from '../entity';
import { inPersonAt } from '../place';

/** A fresh proof of self, bound to one operation and its target, used once, minutes long (promise A6). */
export const selfProof = declareEntity('self-proof', {
  place: inPersonAt('security', (id: string) => `PROOF#${id}`),
  life: { rule: 'proof-life', from: 'provedAt' },
  /** Used up by a write that does not read, which can make the checksum anew from what is presented. */
  guarded: ['secretDigest', 'act'],
  attributes: {
    secretDigest: digest('self-proof', bytes),
    /** `<function>/<operation>|<target>`. */
    act: digest('self-proof', z.string()),
    provedAt: digest('self-proof', z.string()),
  },
});
export type SelfProof = ValueOf<typeof selfProof>;

export function putProof(
  subjectId: string,
  id: string,
  value: Omit<SelfProof, 'provedAt'>,
  nowMs: number,
): Write {
  return { Put: { Item: selfProof.make(subjectId, id, { ...value, provedAt: toInstant(nowMs) }) } };
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
      Key: selfProof.key(subjectId, id),
      ConditionExpression: `${sameSecret} AND ${sameAct} AND ${inTime} AND ${MAC} = :mac`,
      ExpressionAttributeValues: {
        ':digest': secretDigest,
        ':act': act,
        ':now': toEpochSeconds(nowMs),
        ':mac': selfProof.bind({ secretDigest, act }),
      },
    },
  };
}
