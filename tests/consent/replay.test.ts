import { type Finding, lawfulReplay, replay, sentenceOf } from '../../infra/commands/lawful-replay';
import { toInstant } from '../../lib/clock';
import { appendEntry } from '../../lib/table/ledger/append';
import { ledgerEntry } from '../../lib/table/ledger/ledger';
import { subjectIdOf } from '../identity/support';
import { act } from '../support/consent';
import { ran } from '../support/ran';
import { type Caller, createWorld, onceKey, type World } from '../support/world';
import { personOf, rawTable } from './support';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

async function findings(): Promise<Finding[]> {
  const all: Finding[] = [];
  for await (const one of replay(world.deps, { people: 0, entries: 0, uses: 0, findings: 0 })) all.push(one);
  return all;
}

/** A use that no gate has let through, as a fault of ours would leave it in the ledger. */
async function useAnyway(by: Caller): Promise<number> {
  const person = await personOf(world, by);
  const at = toInstant(world.deps.clock.now());
  const entry = {
    at,
    act: 'disclosure.made',
    actor: 'service',
    purpose: 'phone',
    recipient: 'wechat-phone',
    kinds: ['phone-number'],
    requestId: 'r',
  } as const;
  return (await appendEntry(world.deps, person, entry)).ledgerSeq;
}

describe('npm run lawful-replay', () => {
  it('lists every use before the consent, after the withdrawal and after a refusal, and none between', async () => {
    const me = await world.signIn('me');
    const expected: number[] = [await useAnyway(me)];
    await act(world, me, 'refuse', 'phone');
    expected.push(await useAnyway(me));
    await act(world, me, 'grant', 'phone');
    await useAnyway(me);
    await act(world, me, 'withdraw', 'phone');
    expected.push(await useAnyway(me));
    expect((await findings()).map(({ seq, knownWhen }) => [seq, knownWhen])).toEqual(
      expected.map((seq) => [seq, 'then']),
    );
  });

  it('says where a ledger is broken and judges the others all the same', async () => {
    const [me, other] = [await world.cardHolder('me'), await world.signIn('other')];
    const seq = await useAnyway(other);
    const TableName = world.config.TABLE_NAME;
    const raw = rawTable(world);
    const Key = ledgerEntry.key(subjectIdOf(me), 2);
    const { Item } = await raw.get({ TableName, Key });
    const untouched = findings;
    expect(await untouched()).toHaveLength(1);
    for (const [change, at] of [
      [{ act: 'consent.withdrawn' }, 2],
      [{ trueAt: '2020-01-01T00:00:00.000Z' }, 2],
      [{ purpose: 'phone' }, 2],
      [{ act: 'never heard of' }, 2],
    ] as const) {
      await raw.put({ TableName, Item: { ...Item, ...change } });
      const found = await findings();
      expect(found).toContainEqual({ subjectId: subjectIdOf(me), knownWhen: 'broken', seq: at });
      expect(found).toContainEqual(
        expect.objectContaining({ subjectId: subjectIdOf(other), seq, knownWhen: 'then' }),
      );
    }
    await raw.delete({ TableName, Key });
    expect(await findings()).toContainEqual({ subjectId: subjectIdOf(me), knownWhen: 'broken', seq: 2 });
  });

  it('prints ids, numbers and names of purposes, and ends with 1 only when there is something', async () => {
    const settings = Object.entries(world.config).map(([name, value]) => [name, String(value)]);
    const run = (...words: string[]) => ran(lawfulReplay, words, Object.fromEntries(settings));
    const me = await world.cardHolder(onceKey());
    expect(await run()).toMatchObject({
      code: 0,
      out: '1 人，2 条记录，0 次须同意的处理：0 处需要查看\n',
    });
    const seq = await useAnyway(me);
    const [found] = await findings();
    if (!found) throw new Error('nothing was found');
    const { code, out } = await run('--lang', 'en');
    expect(code).toBe(1);
    expect(out).toContain(sentenceOf(found, 'en'));
    expect(out).toContain(`${subjectIdOf(me)}: entry ${seq}, disclosure.made at `);
  });
});
