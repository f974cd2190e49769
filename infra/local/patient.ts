import { timeLimits } from '../../lib/time-limits';

/** Of one client; for partners by whom asks them, since some have to be given up on in time. */
export const patient = { attemptMs: 60_000, totalMs: 120_000 };

/**
 * How long checks and drills wait for what they do by their own hands, beside a service that keeps the machine busy: where
 * a person is told BUSY and tries again, they wait.
 */
export const patientLimits = {
  ...timeLimits,
  ...{ callMs: 180_000, connectMs: 30_000, table: patient, rootKey: patient, queue: patient },
};
