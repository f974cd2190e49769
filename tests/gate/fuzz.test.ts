import fc from 'fast-check';
import { HOUR_MS } from '../../lib/clock';
import { errorCodes } from '../../lib/errors';
import type { Operation } from '../../lib/gate/operation';
import { amount, inProofAlone, some } from '../proof/sample';
import { type Caller, createWorld, functions, onceKey, type World } from '../support/world';
import { inputsOf, MARK, spoilt } from './fuzz-input';
import { wholeService } from './whole-service';

/** Of each operation; together more than twenty-one thousand. */
const CALLS_BY_SCHEMA = amount(60, 4);
const CALLS_BY_USUAL = 45;
const OPERATIONS = 12;

const operations = Object.entries(functions).flatMap(([name, all]) =>
  Object.entries(all).map(([operation, of]): [string, Operation] => [`${name}/${operation}`, of]),
);
const called = operations.filter(([, { caller }]) =>
  ['anyone', 'wechat', 'subject', 'staff'].includes(caller),
);

let world: World;
let openid: string;
let me: Caller;
const inherited = () => JSON.stringify(Object.getOwnPropertyNames(Object.prototype).sort());
const untouched = inherited();

beforeAll(async () => {
  world = await createWorld();
});

/** Somebody new for each operation: what was sent to one before may have signed them out. */
async function begin(): Promise<void> {
  world.wait(HOUR_MS);
  openid = `fuzzed-${onceKey()}`;
  me = await world.cardHolder(openid);
}

const callerOf = ({ caller, roles = [] }: Operation): object => {
  if (caller === 'subject') return me;
  return caller === 'staff' ? { token: `staff:fuzzer:${roles.join(',')}` } : {};
};

/** Whatever comes in, an answer of those that there are goes out, and nothing else happens. */
async function answersCleanly(path: string, input: unknown, by: object): Promise<void> {
  world.lines.length = 0;
  const reply = await world.call(path, input, by);
  const code = reply.ok ? 'OK' : reply.error.code;
  const said = { path, input, code };
  expect({ ...said, isKnown: reply.ok || Object.hasOwn(errorCodes, code) }).toEqual({
    ...said,
    isKnown: true,
  });
  expect({ ...said, code: code === 'INTERNAL' ? `INTERNAL: ${world.lines.join()}` : code }).toEqual(said);
  expect({ ...said, isLogged: world.lines.join().includes(MARK) }).toEqual({ ...said, isLogged: false });
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  expect(inherited()).toBe(untouched);
}

describe('whatever is sent to an operation', () => {
  it('it answers as it says, and neither fails, nor changes what all objects are, nor logs a word of it', async () => {
    for (const [path, operation] of some(called, OPERATIONS)) {
      await begin();
      const inputs = fc.sample(inputsOf(operation), CALLS_BY_SCHEMA);
      for (const input of inputs) await answersCleanly(path, input, callerOf(operation));
    }
  });

  inProofAlone(() => {
    it('that is its usual input with a part spoilt, it does as well', async () => {
      const usual = wholeService(
        () => world,
        () => me,
        () => openid,
      );
      for (const [path, prepare] of Object.entries(usual)) {
        await begin();
        const { input = {}, by = me } = await prepare();
        for (const one of fc.sample(spoilt(input), CALLS_BY_USUAL)) await answersCleanly(path, one, by);
      }
    });
  });
});
