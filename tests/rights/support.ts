import { proofFor } from '../login/support';
import { type Caller, onceKey, type World } from '../support/world';

export type Closing = { since: string; endsAt: string; receiptCode: string };
export type Status = Partial<Closing> & {
  closing: boolean;
  canCancel?: boolean;
  goes: { name: string; kinds: string[] }[];
  stays: { kinds: string[]; period: string; basis: string }[];
};

/** An act of closing, with the proof of self that the mini-program makes for it. */
export async function closeBy(
  world: World,
  me: Caller,
  openid: string,
  act: 'close' | 'closeNow' = 'close',
): Promise<Closing> {
  const proof = await proofFor(world, me, openid, `rights/${act}`, 'account');
  return world.ok<Closing>(`rights/${act}`, {}, { ...me, proof });
}

export const statusOf = (world: World, me: Caller) => world.ok<Status>('rights/closing', {}, me);

/** Somebody new who has agreed to cards. */
export async function newcomer(world: World): Promise<{ me: Caller; openid: string }> {
  const openid = `closer-${onceKey()}`;
  return { me: await world.cardHolder(openid), openid };
}
