import * as z from 'zod/mini';
import { toEpochSeconds, toInstant } from '../../clock';
import { bytes, digest, type ValueOf } from '../attribute';
import { isWhole, MAC } from '../bound';
import type { Item, Write } from '../client';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
import { inPersonAt } from '../place';

/** A fresh proof of self, bound to its session, one operation and its target, used once, minutes long (promise A6). */
export const selfProof = declareEntity('self-proof', {
  place: inPersonAt('security', (id: string) => `PROOF#${id}`),
  life: { rule: 'proof-life', from: 'provedAt' },
  guarded: ['secretDigest', 'act', 'sessionId', 'provedAt'],
  attributes: {
    secretDigest: digest('self-proof', bytes),
    /** `<function>/<operation>|<target>`. */
    act: digest('self-proof', z.string()),
    /** The session that it was given to: it is over with that. */
    sessionId: digest('self-proof', z.string()),
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

export const proofKey = (subjectId: string, id: string): Key => selfProof.key(subjectId, id);

/** The session that a proof was given to. */
export function sessionOfProof(item: Item | undefined): string | undefined {
  return selfProof.read(item)?.sessionId;
}

/**
 * Uses a proof up as it was seen. Refused unless it is still good, of this session and for exactly this act; of two uses at once, one
 * wins. Undefined where none was seen that the service wrote.
 */
export function useProof(
  subjectId: string,
  id: string,
  { secretDigest, act, sessionId }: Omit<SelfProof, 'provedAt'>,
  seen: Item | undefined,
  nowMs: number,
): Write | undefined {
  if (!seen || !isWhole(seen)) return undefined;
  const sameSecret = 'secretDigest = :digest';
  const sameAct = 'act = :act';
  const sameSession = 'sessionId = :session';
  const inTime = 'expiresAtSeconds > :now';
  return {
    Delete: {
      Key: selfProof.key(subjectId, id),
      ConditionExpression: `${sameSecret} AND ${sameAct} AND ${sameSession} AND ${inTime} AND ${MAC} = :mac`,
      ExpressionAttributeValues: {
        ':digest': secretDigest,
        ':act': act,
        ':session': sessionId,
        ':now': toEpochSeconds(nowMs),
        ':mac': seen[MAC],
      },
    },
  };
}
