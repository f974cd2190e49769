import type { Deps } from '../../deps';
import type { Next, StepInput } from '../kind';

/** Goes on at once: nothing of the person is held. */
export async function holdItems(_deps: Deps, { process: { state } }: StepInput): Promise<Next> {
  return { to: 'bury', state };
}
