import type { Deps } from '../deps';
import { phoneGoneWording } from '../notice/text/phone-gone';
import type { Write } from '../table/client';
import { canSignIn } from '../table/person/life';
import { readPerson } from '../table/person/person';
import { beginProcess, type ProcessRef } from '../table/process/process';
import { tellOne } from './audience/one-person';
import type { Next, ProcessKind, StepInput } from './kind';
import { noticeProcess } from './notice/spread';

/**
 * Whose bound number has turned out to be somebody else's is told so, by mail and in the inbox: it may be theirs after all, and
 * was taken from them (promises A1, A5, A7). It begins in the transaction that takes the number.
 */
export const phoneGone: ProcessKind = { tell, ask };

/** `at`: when the number went, ISO 8601 in UTC. */
export function beginTellingOfPhone(subjectId: string, at: string): { ref: ProcessRef; write: Write } {
  const ref = { kind: 'phone-gone', id: at.replace(/\D/g, ''), subjectId };
  return { ref, write: beginProcess(ref, 'tell', { at }, Date.parse(at)) };
}

async function tell(deps: Deps, { process, self }: StepInput): Promise<Next> {
  const { id, subjectId = '', state } = process;
  if (!self || !canSignIn(readPerson(self))) return { to: 'end' }; // nobody reads it
  const said = phoneGoneWording(String(state.at));
  const told = { about: id, subjectId, kinds: ['phone-number'] as const, said };
  const { noticeId, writes } = await tellOne(deps, told, deps.clock.now());
  return { to: 'ask', state: { noticeId }, writes };
}

/** The worker of notices has a queue of its own; its timer finds the notice as well. */
async function ask({ noticeQueue }: Deps, { process: { state } }: StepInput): Promise<Next> {
  await noticeQueue.send([noticeProcess(String(state.noticeId))]);
  return { to: 'end', count: 1 };
}
