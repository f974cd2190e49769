import * as z from 'zod/mini';
import { consent } from '../../../functions/consent/index';
import { readConfig } from '../../../lib/config';
import { buildDeps } from '../../../lib/deps';
import { AppError } from '../../../lib/errors';
import { dispatch } from '../../../lib/gate/dispatch';
import { type Operations, operation } from '../../../lib/gate/operation';
import { createLog } from '../../../lib/log';
import { card, cardKey } from '../../../lib/table/card/card';
import { keys } from '../../../lib/table/keys';
import { readPerson } from '../../../lib/table/person/person';
import { openPerson } from '../../../lib/table/person/person-key';
import { phone, phoneKey } from '../../../lib/table/person/phone';
import { patientLimits } from '../patient';

/** What the hole gives away of anybody. */
export const LEAKED_KINDS = ['phone-number', 'card-name', 'card-phone'] as const;

/**
 * The hole that a drill plants: it answers anybody about anybody, and asks for no permission. Nobody but the drill serves it.
 * Like every operation it can open data by the trail alone, so the log has named whom it opened: that is the evidence.
 */
const hole = {
  peek: operation({
    summary: '演练专用的漏洞：不校验权限，任何人都能读到任何人的信息。',
    caller: 'anyone',
    purpose: null,
    ground: 'served by a drill alone, about people who do not exist',
    kinds: { in: [], out: LEAKED_KINDS },
    input: z.strictObject({ subjectId: z.string() }),
    output: z.object({ name: z.optional(z.string()), phone: z.optional(z.string()) }),
    ledger: 'none',
    budget: { trips: 2, readUnits: 4, writeUnits: 0 },
    async run(deps, { input: { subjectId } }) {
      const [item] = await deps.table.getMany([keys.person(subjectId)]);
      const person = item && readPerson(item);
      const sealer = person && (await openPerson(deps, person));
      if (!sealer) throw new AppError('NOT_FOUND');
      const found = await deps.table.getMany([
        phoneKey(subjectId),
        cardKey(subjectId, person.defaultCard ?? ''),
      ]);
      return { name: card.read(found[1], { sealer })?.name, phone: phone.read(found[0], { sealer })?.number };
    },
  }),
};

/** Serves one function in this process, with its own log, as Lambda would write it. */
export type Served = {
  lines: string[];
  /** Answers the code it was refused with, or OK with the data. */
  call(operation: string, input: object): Promise<{ code: string; data?: unknown }>;
};

type Serving = { name: string; operations: Operations; nowMs?: () => number; staffId?: string };

function serve(environment: Record<string, string>, { name, operations, nowMs, staffId }: Serving): Served {
  const lines: string[] = [];
  const staff = {
    verify: async () => ({ staffId: staffId ?? '', roles: ['officer' as const], issuedAtMs: 0 }),
  };
  const built = buildDeps(readConfig(environment), {
    log: createLog((line) => lines.push(line)),
    limits: patientLimits,
    staff,
  });
  // The log keeps the time of today, whose pseudonyms it needs.
  const deps = { ...built, clock: { now: nowMs ?? built.clock.now } };
  let calls = 0;
  return {
    lines,
    async call(operation, input) {
      calls += 1;
      const requestId = `drill-${name}-${calls}`;
      lines.push(`START RequestId: ${requestId} Version: $LATEST`);
      const call = { operation, input, requestId, host: 'test', trigger: 'client', token: staffId } as const;
      const reply = await dispatch(deps, name, operations, call);
      return reply.ok ? { code: 'OK', data: reply.data } : { code: reply.error.code };
    },
  };
}

export const serveHole = (environment: Record<string, string>): Served =>
  serve(environment, { name: 'hole', operations: hole });

/** What officers read people by, for one who reads at other times than now. */
export const serveOfficer = (
  environment: Record<string, string>,
  officer: { staffId: string; nowMs(): number },
): Served => serve(environment, { name: 'consent', operations: consent, ...officer });
