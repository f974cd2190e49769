import { type Api, ApiError } from '../../../lib/client/client';
import { staffClient } from '../promises/registers';
import type { Running } from '../promises/running';
import { patiently } from './in-turn';

/** Who runs the plan: one who handles, and two officers, who both have to approve. */
export type Team = { responder: Api; officer: Api; second: Api };

export async function gather(running: Running): Promise<Team> {
  const [responder, officer, second] = await Promise.all(
    ['responder', 'officer', 'second-officer'].map((role) => staffClient(running, role)),
  );
  if (!responder || !officer || !second) throw new Error('a member of the staff is missing');
  return { responder: patient(responder), officer: patient(officer), second: patient(second) };
}

/** As people of the staff are: they do again what was BUSY. What they do twice counts once. */
function patient(api: Api): Api {
  const wrapped = <O extends object>(inner: O, wrap: (value: never) => unknown): O =>
    new Proxy(inner, { get: (_, name) => wrap(Reflect.get(inner, name) as never) });
  return wrapped(api, (operations: object) =>
    wrapped(
      operations,
      (call: (...given: unknown[]) => Promise<unknown>) =>
        (...given: unknown[]) =>
          patiently(() => call(...given)),
    ),
  );
}

/** The code that a call is refused with and the fields that the refusal names, or OK. */
export async function answerTo(call: Promise<unknown>): Promise<{ code: string; fields: string[] }> {
  try {
    await call;
    return { code: 'OK', fields: [] };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { fields = [] } = (error.details ?? {}) as { fields?: { field: string }[] };
    return { code: error.code, fields: fields.map(({ field }) => field) };
  }
}

export const now = () => new Date().toISOString();

/** Nothing has changed for so long: it is given up and said so. */
const STALLED_MS = 180_000;
const LOOK_EVERY_MS = 250;

/** Looks until it is over, or until nothing has changed for three minutes. Answers what was seen last. */
export async function watch<T>(look: () => Promise<T>, isOver: (seen: T) => boolean): Promise<T> {
  let seen = await look();
  let changedAtMs = Date.now();
  while (!isOver(seen) && Date.now() - changedAtMs < STALLED_MS) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    const next = await look();
    if (JSON.stringify(next) !== JSON.stringify(seen)) changedAtMs = Date.now();
    seen = next;
  }
  return seen;
}
