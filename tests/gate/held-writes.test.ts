import { dispatch } from '../../lib/gate/dispatch';
import type { Table } from '../../lib/table/client';
import { agreeingPartners } from '../identity/agreeing-partners';
import { holdsFor } from '../proof/sample';
import { type Caller, createWorld, functions, onceKey, type World } from '../support/world';
import { everyOperation } from './every-operation';

let world: World;
let me: Caller;
let openid: string;
beforeAll(async () => {
  world = await createWorld({ partners: agreeingPartners });
});

const rows = everyOperation(
  () => world,
  () => me,
  () => openid,
);

/** A table whose writes begin only when let go. */
function holdWrites(table: Table) {
  let letGo = () => {};
  let reach = () => {};
  const released = new Promise<void>((done) => {
    letGo = done;
  });
  const reached = new Promise<'reached'>((done) => {
    reach = () => done('reached');
  });
  const count = { under: 0 };
  const held = async <T>(write: () => Promise<T>): Promise<T> => {
    reach();
    count.under += 1;
    await released;
    return write().finally(() => {
      count.under -= 1;
    });
  };
  const double: Table = {
    ...table,
    write: (...writes) => held(() => table.write(...writes)),
    update: (update) => held(() => table.update(update)),
  };
  return { double, reached, letGo, count };
}

/** Whatever could go on without the write has gone on. */
async function comeToRest(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((next) => setImmediate(next));
}

const paths = Object.keys(rows);

describe('no operation answers before what it writes is written', () => {
  it('whatever operation, and however long the write takes', () => holdsFor(paths, 15, holds));

  async function holds(path: string): Promise<void> {
    openid = `me-${onceKey()}`;
    me = await world.cardHolder(openid);
    const { input, by = me } = (await rows[path]?.()) ?? {};
    const { double, reached, letGo, count } = holdWrites(world.deps.table);
    const [name = '', operation = ''] = path.split('/');
    let answered = false;
    let underWay = 0;
    const call = {
      requestId: 'r',
      host: 'test',
      trigger: 'client',
      address: '203.0.113.7',
      operation,
      input,
      ...by,
    } as const;
    const replying = dispatch({ ...world.deps, table: double }, name, functions[name] ?? {}, call).then(
      (reply) => {
        answered = true;
        underWay = count.under;
        return reply;
      },
    );
    // An operation that writes nothing answers without.
    if ((await Promise.race([reached, replying])) === 'reached') {
      await comeToRest();
      expect({ [path]: answered }).toEqual({ [path]: false });
      letGo();
    }
    expect({ [path]: await replying }).toMatchObject({ [path]: { ok: true } });
    expect({ [path]: underWay }).toEqual({ [path]: 0 });
  }

  it('and no operation that ends sessions is missing here (A5)', () => {
    const ends = [
      'login/signOut',
      'login/revokeSession',
      'login/revokeOthers',
      'login/unlinkAccount',
      'login/joinAccounts',
    ];
    expect(ends.filter((path) => !paths.includes(path))).toEqual([]);
    expect(paths.length).toBeGreaterThan(80);
  });
});
