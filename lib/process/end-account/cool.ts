import type { Deps } from '../../deps';
import type { Next, StepInput } from '../kind';

/** Goes on at once: nothing has been promised to wait for. */
export async function cool(_deps: Deps, { process: { state } }: StepInput): Promise<Next> {
  return { to: 'hold-items', state };
}
