import * as z from 'zod/mini';
import { HOUR_MS, toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError, invalidInput } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { type ServiceId, services } from '../../lib/policy/services';
import {
  type Attributes,
  putService,
  readService,
  type ServiceRecord,
} from '../../lib/table/profile/service-attributes';
import { conflictingItem, consentEpoch } from './consent-epoch';
import { ethnicities } from './ethnicities';

const place = z.optional(z.string().check(z.trim(), z.minLength(1), z.maxLength(128)));
const forms = {
  sex: z.optional(z.enum(['male', 'female'])),
  birthDate: z.optional(z.iso.date()),
  birthPlace: place,
  householdPlace: place,
  ethnicity: z.optional(z.enum(ethnicities)),
};
type Forms = typeof forms;
type AskedBy<S extends ServiceId> = Pick<Forms, (typeof services)[S]['asks'][number]>;

/** What a service asks, and nothing else: anything more is refused by its name (promise O1). */
export function askedBy<S extends ServiceId>(service: S): AskedBy<S> {
  const asked = services[service].asks.map((name) => [name, forms[name]]);
  return Object.fromEntries(asked) as AskedBy<S>;
}

type Set = { version: number; attributes: Attributes };
const EARLIEST_BIRTH = '1900-01-01';
const BEIJING_AHEAD_MS = 8 * HOUR_MS;

/** What the service was told; version 0 where that is nothing yet. */
export async function getAttributes(service: ServiceId, { caller }: Run<'subject', unknown>) {
  return readService(service, caller.alsoRead, consentEpoch(caller, service), caller.sealer);
}

/**
 * Replaces what a service is told; what is left out is forgotten. The version sent must be the one stored. A repeat of a
 * change that went through answers as the first time.
 */
export async function setAttributes(
  deps: Deps,
  service: ServiceId,
  { caller, input }: Run<'subject', Set>,
): Promise<ServiceRecord> {
  const { person, sealer, alsoRead } = caller;
  refuseStrangeBirth(input.attributes.birthDate, deps.clock.now());
  const epoch = consentEpoch(caller, service);
  const before = readService(service, alsoRead, epoch, sealer);
  if (isRepeat(before, input)) return before;
  if (before.version !== input.version) throw conflict(before);
  const after: ServiceRecord = {
    epoch,
    version: input.version + 1,
    updatedAt: toInstant(deps.clock.now()),
    attributes: input.attributes,
  };
  try {
    await deps.table.write(...putService(person.subjectId, service, after, alsoRead, sealer));
    return after;
  } catch (error) {
    const now = readService(service, conflictingItem(error), epoch, sealer);
    if (isRepeat(now, input)) return now;
    throw conflict(now);
  }
}

function isRepeat(stored: ServiceRecord, { version, attributes }: Set): boolean {
  const names = Object.keys(forms) as (keyof Forms)[];
  return (
    stored.version === version + 1 && names.every((name) => stored.attributes[name] === attributes[name])
  );
}

function conflict({ version }: ServiceRecord): AppError {
  return new AppError('VERSION_CONFLICT', { version });
}

function refuseStrangeBirth(birthDate: string | undefined, nowMs: number): void {
  if (birthDate === undefined) return;
  const today = toInstant(nowMs + BEIJING_AHEAD_MS).slice(0, 10);
  if (birthDate < EARLIEST_BIRTH || birthDate > today)
    throw invalidInput('attributes.birthDate', '不是可能的出生日期');
}
