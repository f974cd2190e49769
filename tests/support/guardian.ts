import { newCitizen } from '../identity/support';
import { giveBoundPhone } from './bound-phone';
import { grant } from './consent';
import { type Caller, onceKey, type World } from './world';

export const evidence = { control: 'guardian.agree', defaultState: 'unchecked', dwellMs: 12_000 };

/** Makes somebody an adult who may answer for a child: verified by a bank card, with a phone of their own. */
export async function makeGuardian(world: World, by: Caller, citizen = newCitizen()): Promise<Caller> {
  await grant(world, by, 'real-name', 'real-name-bank');
  const { name, idNumber, phone, bankCard } = citizen;
  await world.ok('identity/verify', { name, idNumber, phone, bankCard, idempotencyKey: onceKey() }, by);
  await giveBoundPhone(world, by);
  return by;
}

/** What a guardian sends to answer a child who has asked. */
export async function answerFor(world: World, child: Caller, decision = 'consent') {
  const { code } = await world.ok<{ code: string }>('identity/askGuardian', {}, child);
  const { textHash } = await world.ok<{ textHash: string }>('identity/guardianNotice');
  return { code, decision, textHash, evidence };
}

/** A child asks and somebody answers for them; the number by which the guardian knows the child. */
export async function guarded(world: World, child: Caller, guardian: Caller): Promise<string> {
  const answer = await answerFor(world, child);
  return (await world.ok<{ wardId: string }>('identity/guardianRespond', answer, guardian)).wardId;
}
