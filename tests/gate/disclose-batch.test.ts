import { parseToken } from '../../lib/crypto/token';
import { AppError } from '../../lib/errors';
import { type BatchMember, type BatchOf, discloseBatch } from '../../lib/gate/disclose-batch';
import { sendingLimits } from '../../lib/policy/recipients';
import { keys } from '../../lib/table/keys';
import { batchDisclosuresOf } from '../../lib/table/ledger/batch-disclosure';
import { type Touch, type TouchedPosition, touchedBy } from '../../lib/table/ledger/touched';
import { readPerson } from '../../lib/table/person/person';
import { agreeingPartners } from '../identity/agreeing-partners';
import { grant, withdraw } from '../support/consent';
import { onceKey } from '../support/once-key';
import { type Caller, createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld({ partners: agreeingPartners });
});

async function memberOf({ token }: Caller): Promise<BatchMember> {
  const [item] = await world.deps.table.getMany([keys.person(parseToken(token)?.subjectId ?? '')]);
  return { person: readPerson(item as never) };
}

async function holders(count: number): Promise<Caller[]> {
  const callers = await Promise.all(Array.from({ length: count }, () => world.signIn(`holder-${onceKey()}`)));
  for (const caller of callers) await grant(world, caller, 'cards');
  return callers;
}

type Text = BatchOf<'wechat-text'>;
const toText = (): Text => ({
  ...{ batch: `2026-12-01-${onceKey()}`, recipient: 'wechat-text', requestId: 'the-batch' },
  kinds: ['card-name'],
});
const rowOf = async (member: BatchMember, batch: string) =>
  (await batchDisclosuresOf(world.deps.table, member.person.subjectId, 50)).rows.find(
    (row) => row.batch === batch,
  );

/** Sends a batch; `whileSending` is what happens before each answer. Tells whom it was sent to. */
async function sendTo(
  members: BatchMember[],
  what: Text,
  whileSending?: (member: BatchMember) => Promise<void>,
) {
  const reached: string[] = [];
  const outcomes = await discloseBatch(
    world.deps,
    what,
    members,
    async (_partner, member) => {
      reached.push(member.person.subjectId);
      await whileSending?.(member);
      return 'pass';
    },
    (answer) => answer.toUpperCase(),
  );
  return { reached, outcomes };
}

describe('a sending to many (D1)', () => {
  it('has its row in the register of each before it is sent, and the answer after it', async () => {
    const members = await Promise.all((await holders(3)).map(memberOf));
    const what = toText();
    const { reached, outcomes } = await sendTo(members, what, async (member) => {
      const row = await rowOf(member, what.batch);
      expect(row).toMatchObject({
        recipient: 'wechat-text',
        kinds: ['card-name'],
        purpose: 'cards',
        attempt: 1,
      });
      expect(row?.result).toBeUndefined();
    });
    expect(reached.sort()).toEqual(members.map(({ person }) => person.subjectId).sort());
    expect(outcomes.map(({ sent }) => sent)).toEqual(['now', 'now', 'now']);
    for (const member of members) expect(await rowOf(member, what.batch)).toMatchObject({ result: 'PASS' });
  });

  it('is in the list of who used their data, and moves no ledger', async () => {
    const [me] = (await holders(1)) as [Caller];
    const before = await memberOf(me);
    await sendTo([before], toText());
    await sendTo([before], toText());
    const { shared } = await world.ok<{ shared: { recipient: string; times: number; kinds: string[] }[] }>(
      'consent/ownLists',
      {},
      me,
    );
    expect(shared.find(({ recipient }) => recipient === 'wechat-text')).toMatchObject({ times: 2 });
    expect((await memberOf(me)).person.ledgerSeq).toBe(before.person.ledgerSeq);
  });

  it('is found by who got it, with the kinds and the batch (B3, D6)', async () => {
    const members = await Promise.all((await holders(2)).map(memberOf));
    const what = toText();
    await sendTo(members, what);
    const [from, to] = ['2026-12-01', '2026-12-02'];
    const found: Touch[] = [];
    let after: TouchedPosition | undefined;
    do {
      const page = await touchedBy(world.deps.table, 'recipient:wechat-text', from, to, { after, limit: 50 });
      found.push(...page.touched.filter(({ batch }) => batch === what.batch));
      after = page.next;
    } while (after);
    expect(found.map(({ subjectId }) => subjectId).sort()).toEqual(
      members.map(({ person }) => person.subjectId).sort(),
    );
    for (const { kinds } of found) expect(kinds).toEqual(['card-name']);
  });

  it('repeated goes only to those of whom nobody knows that they were answered', async () => {
    const [a, b] = (await Promise.all((await holders(2)).map(memberOf))) as [BatchMember, BatchMember];
    const what = toText();
    const dying = discloseBatch(
      { ...world.deps, table: { ...world.deps.table, update: () => Promise.reject(new Error('died')) } },
      what,
      [a],
      async () => 'pass',
      (answer) => answer,
    );
    await expect(dying).rejects.toThrow('died'); // sent, and the answer was never noted
    const again = await sendTo([a, b], what);
    expect(again.reached.sort()).toEqual([a.person.subjectId, b.person.subjectId].sort());
    expect((await rowOf(a, what.batch))?.attempt).toBe(2);
    const third = await sendTo([a, b], what);
    expect(third.reached).toEqual([]);
    expect(third.outcomes).toMatchObject([
      { sent: 'before', result: 'PASS' },
      { sent: 'before', result: 'PASS' },
    ]);
  });

  it('by two senders at once reaches each person once', async () => {
    const members = await Promise.all((await holders(3)).map(memberOf));
    const what = toText();
    let other: Awaited<ReturnType<typeof sendTo>> | undefined;
    const table = {
      ...world.deps.table,
      write: async (...writes: Parameters<typeof world.deps.table.write>) => {
        other ??= await sendTo(members, what);
        return world.deps.table.write(...writes);
      },
    };
    const reached: string[] = [];
    const outcomes = await discloseBatch(
      { ...world.deps, table },
      what,
      members.slice(0, 1),
      async (_, { person }) => reached.push(person.subjectId),
      String,
    );
    expect(other?.reached).toHaveLength(3);
    expect(reached).toEqual([]);
    expect(outcomes).toMatchObject([{ sent: 'before' }]);
  });

  it('leaves out who has withdrawn since they were read, and nobody else (K3)', async () => {
    const [me, other] = (await holders(2)) as [Caller, Caller];
    const members = [await memberOf(me), await memberOf(other)];
    await withdraw(world, me, 'cards');
    const { reached, outcomes } = await sendTo(members, toText());
    expect(reached).toEqual([members[1]?.person.subjectId]);
    expect(outcomes).toMatchObject([{ sent: 'no', code: 'CONSENT_REQUIRED' }, { sent: 'now' }]);
  });

  it('spends the limit of each, and what is over it is neither registered nor sent (A7)', async () => {
    const [me] = (await holders(1)) as [Caller];
    const member = await memberOf(me);
    const { max } = sendingLimits['wechat-text'][0];
    for (let index = 0; index < max; index += 1)
      expect((await sendTo([member], toText())).outcomes).toMatchObject([{ sent: 'now' }]);
    const over = toText();
    const { reached, outcomes } = await sendTo([member], over);
    expect(reached).toEqual([]);
    expect(outcomes).toMatchObject([{ sent: 'no', code: 'TOO_MANY_ATTEMPTS' }]);
    expect(await rowOf(member, over.batch)).toBeUndefined();
  });

  it('that fails for one goes on with the others, and is sent to that one when repeated', async () => {
    const members = await Promise.all((await holders(2)).map(memberOf));
    const what = toText();
    const { outcomes } = await sendTo(members, what, async (member) => {
      if (member === members[0]) throw new AppError('PARTNER_UNAVAILABLE');
    });
    expect(outcomes).toMatchObject([{ sent: 'no', code: 'PARTNER_UNAVAILABLE' }, { sent: 'now' }]);
    expect((await rowOf(members[0] as BatchMember, what.batch))?.result).toBeUndefined();
    expect((await sendTo(members, what)).outcomes).toMatchObject([{ sent: 'now' }, { sent: 'before' }]);
  });

  it('to a kind that the recipient is not listed for is refused before anything is written', async () => {
    const [me] = (await holders(1)) as [Caller];
    const member = await memberOf(me);
    const what: Text = { ...toText(), kinds: ['id-digest'] };
    await expect(sendTo([member], what)).rejects.toThrow('not listed');
    expect(await rowOf(member, what.batch)).toBeUndefined();
  });
});
