import { consent } from '../../../functions/consent/index';
import { newIdempotencyKey } from '../../../lib/client/client';
import { toInstant } from '../../../lib/clock';
import type { Deps } from '../../../lib/deps';
import { AppError } from '../../../lib/errors';
import { dispatch } from '../../../lib/gate/dispatch';
import { keys } from '../../../lib/table/keys';
import { readPerson } from '../../../lib/table/person/person';
import { closeAgain } from '../../../lib/table/person/tombstone';
import { eraseSteps } from '../../../lib/table/readers/erase';
import { inTurn, patiently } from './in-turn';
import type { Somebody, Text } from './people';

const AT_ONCE = 2;

/** What happens to people between a leak and its discovery: some withdraw the consent to their phone, some are erased. */
export type After = { erased: ReadonlySet<string>; withdrawn: ReadonlySet<string> };

const withdraws = (n: number) => n % 25 === 1;
const isErased = (n: number) => n % 25 === 3;

/** Lets time pass over people, by their number. What a withdrawal ends is erased by the queue, as ever. */
export async function lifeGoesOn(deps: Deps, people: Somebody[], text: Text): Promise<After> {
  const leaving = people.filter((one, n) => withdraws(n) && one.phone !== undefined);
  await inTurn(leaving, AT_ONCE, (one) => patiently(() => withdraw(deps, one, text)));
  const gone = people.filter((one, n) => isErased(n) && !one.minor);
  await inTurn(gone, AT_ONCE, ({ subjectId }) => erase(deps, subjectId));
  const idsOf = (some: Somebody[]) => new Set(some.map(({ subjectId }) => subjectId));
  return { erased: idsOf(gone), withdrawn: idsOf(leaving) };
}

async function withdraw(
  deps: Deps,
  { token, entries }: Somebody,
  { version, textHash }: Text,
): Promise<void> {
  const evidence = { control: 'consent.withdraw', defaultState: 'unchecked', dwellMs: 1000 };
  const shown = { policyVersion: version, textHash, language: 'zh-CN', evidence };
  const input = {
    purpose: 'phone',
    seenEntry: entries.phone,
    ...shown,
    idempotencyKey: await newIdempotencyKey(),
  };
  const call = {
    operation: 'withdraw',
    input,
    token,
    requestId: 'drill',
    host: 'test',
    trigger: 'client',
  } as const;
  const reply = await dispatch(deps, 'consent', consent, call);
  if (!reply.ok) throw new AppError(reply.error.code as AppError['code']);
}

async function erase({ table, clock }: Deps, subjectId: string): Promise<void> {
  const at = toInstant(clock.now());
  const [self] = await table.getMany([keys.person(subjectId)]);
  for (const write of self ? closeAgain(readPerson(self), at) : []) await table.write(write);
  for await (const { writes } of eraseSteps(table, subjectId, { at }))
    await patiently(() => table.write(...writes));
}
