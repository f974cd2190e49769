import { ledgerLines } from '../../functions/rights/usage/ledger-lines';
import { dispatch } from '../../lib/gate/dispatch';
import type { LogFields } from '../../lib/log';
import { type Clients, holdPartners, partnersIn } from '../../lib/partners';
import { keys as personKeys } from '../../lib/table/keys';
import { ledgerEntry } from '../../lib/table/ledger/ledger';
import { everyOperation, operationAt } from '../gate/every-operation';
import { agreeingPartners } from '../identity/agreeing-partners';
import { some } from '../proof/sample';
import { type Caller, createWorld, functions, onceKey, type World } from '../support/world';

/**
 * Who has used a person's data, judged by what the service cannot help doing: the log names whoever is opened before they are,
 * and a partner that is called knows that it was. Each has exactly one line in the register of the person (promise D6).
 */
let world: World;
let me: Caller;
let openid: string;
beforeAll(async () => {
  world = await createWorld({ partners: agreeingPartners });
});
beforeEach(async () => {
  openid = `read-${onceKey()}`;
  me = await world.cardHolder(openid);
});

const rows = everyOperation(
  () => world,
  () => me,
  () => openid,
);
const ofStaff = Object.keys(rows).filter((path) => operationAt(path)?.caller === 'staff');
const ofPeople = Object.keys(rows).filter((path) => operationAt(path)?.caller === 'subject');

type Called = { opened: string[]; sent: string[]; ok: boolean };

/** Calls an operation in its usual case: whom the log says it opened, and which partners it called. */
async function called(path: string, requestId: string): Promise<Called> {
  const { input, by = me } = (await rows[path]?.()) ?? {};
  const [name = '', operation = ''] = path.split('/');
  const sent: string[] = [];
  const from = world.lines.length;
  const reply = await world.within(name, (deps) => {
    const watched = { ...deps, partners: holdPartners(watching(partnersIn(deps.partners), sent)) };
    const common = { requestId, host: 'test', trigger: 'client', address: '203.0.113.7' } as const;
    return dispatch(watched, name, functions[name] ?? {}, { ...common, operation, input, ...by });
  });
  const lines = world.lines.slice(from).map((line): LogFields => JSON.parse(line));
  const open = lines.filter((line) => line.event === 'open' && line.requestId === requestId);
  const named = open.flatMap(({ day = '', persons = [] }) => persons.map((person) => ({ day, person })));
  const opened = await Promise.all(
    named.map(async ({ day, person }) => (await world.deps.ring.dayCipher(day))?.back(person) ?? ''),
  );
  return { opened: [...new Set(opened)], sent, ok: reply.ok };
}

/** The same partners; each notes by its name that it was called. */
function watching(clients: Clients, sent: string[]): Clients {
  const watched = Object.entries(clients).map(([id, client]) => {
    const methods = Object.entries(client ?? {}).map(([method, does]) => [
      method,
      typeof does === 'function'
        ? (...said: unknown[]) => {
            sent.push(id);
            return (does as (...all: unknown[]) => unknown).apply(client, said);
          }
        : does,
    ]);
    return [id, client && Object.fromEntries(methods)];
  });
  return Object.fromEntries(watched);
}

/** The lines that a request has left in somebody's register. */
async function linesOf(subjectId: string, requestId: string) {
  const [self] = await world.deps.table.getMany([personKeys.person(subjectId)]);
  const { lines } = await ledgerLines(world.deps, subjectId, Number(self?.ledgerSeq ?? 0) + 1, 500);
  const keys = lines.map(({ line }) => ledgerEntry.key(subjectId, Number(line.slice(2))));
  const items = keys.length > 0 ? await world.deps.table.getMany(keys) : [];
  return lines.filter((_, index) => items[index]?.requestId === requestId);
}

it.each(some(ofStaff, 4))(
  '%s by the staff: whoever is opened has exactly one line (D6, S6)',
  async (path) => {
    const requestId = onceKey();
    const { opened } = await called(path, requestId);
    const found = await Promise.all(opened.map((subjectId) => linesOf(subjectId, requestId)));
    expect(found.map((lines) => lines.length)).toEqual(opened.map(() => 1));
  },
);

it.each(some(ofPeople, 4))('%s: every call of a partner has exactly one line (D1, D6)', async (path) => {
  const requestId = onceKey();
  const { opened, sent } = await called(path, requestId);
  const found = await Promise.all(opened.map((subjectId) => linesOf(subjectId, requestId)));
  expect(found.flat().filter(({ use }) => use === 'partner')).toHaveLength(sent.length);
});

it('is judged by operations that do open people, and do call partners', () => {
  expect(ofStaff.length).toBeGreaterThan(20);
  expect(ofStaff).toContain('rights/handOut');
});
