import { MINUTE_MS } from '../../clock';
import type { Deps } from '../../deps';
import { freezingOf } from '../../table/hold/freezing';
import type { Next, StepInput } from '../kind';

/** How soon it is looked again whether a hold has done with freezing. */
const LOOK_EVERY_MS = MINUTE_MS;

/**
 * Waits while a hold is at freezing what it names: it reseals that under its own key, and the person's goes with the next step
 * (promise S3). The write that takes it is refused as long (`moveTo`), so a hold that comes between is in time as well.
 */
export async function holdItems({ clock }: Deps, { process: { state }, self }: StepInput): Promise<Next> {
  if (freezingOf(self).length > 0) return { waitUntilMs: clock.now() + LOOK_EVERY_MS };
  return { to: 'bury', state };
}
