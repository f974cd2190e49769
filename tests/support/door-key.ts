import { generateKeyPairSync } from 'node:crypto';

export type DoorKey = { kid: string; d: string; x: string };

/** A new key of the door: what CloudBase and what the API is told of it. */
export function newDoorKey(kid: string): DoorKey {
  const { d = '', x = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return { kid, d, x };
}
export const publicHalf = ({ kid, x }: DoorKey): string => `${kid}=${x}`;

/** Of every world that brings none of its own. */
export const DOOR_KEY = newDoorKey('door-1');
