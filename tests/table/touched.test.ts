import { toInstant } from '../../lib/clock';
import { randomId, systemRandom } from '../../lib/crypto/random';
import { emptyHead } from '../../lib/table/ledger/chain';
import { nextEntry } from '../../lib/table/ledger/ledger';
import { type Touch, type TouchedPosition, touchedBy } from '../../lib/table/ledger/touched';
import type { Actor } from '../../lib/table/ledger/touched-key';
import { officer } from '../consent/support';
import { subjectIdOf } from '../identity/support';
import { grant, withdraw } from '../support/consent';
import { ticketOf } from '../support/ticket';
import { createWorld, onceKey, START, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const at = (minutes: number) => toInstant(START + minutes * 60_000);

/** All that an actor touched, page by page, with the number of pages. */
async function all(actor: Actor, from = at(-60), to = at(60), limit = 100) {
  const touched: Touch[] = [];
  let after: TouchedPosition | undefined;
  let pages = 0;
  do {
    const page = await touchedBy(world.deps.table, actor, from, to, { after, limit });
    expect(page.touched.length).toBeLessThanOrEqual(limit);
    touched.push(...page.touched);
    after = page.next;
    pages += 1;
  } while (after);
  return { touched, pages };
}

const kindsOf = ({ touched }: { touched: Touch[] }) => touched.map(({ kinds }) => kinds);

describe('what an actor has touched is a question of the table (B3, D6)', () => {
  it('answers for a session, a recipient, a member of the staff and an operation, with the kinds', async () => {
    const openid = `touched-${onceKey()}`;
    const me = await world.cardHolder(openid);
    const subjectId = subjectIdOf(me);
    await grant(world, me, 'phone');
    const again = await world.signIn(openid);
    await world.ok('login/bindPhone', { code: `13800138000-for-${openid}~${onceKey()}` }, again);
    const look = { subjectId, reason: 'complaint', ticket: await ticketOf(world, subjectId, 'o-1') };
    await world.ok('consent/inspect', look, officer);
    await withdraw(world, me, 'phone');
    await world.work();

    expect(kindsOf(await all(`session:${me.sessionId}`))).toEqual([['wechat-identity', 'wechat-openid']]);
    const bound = ['phone-number', 'phone-state', 'phone-digest'];
    expect(await all(`session:${again.sessionId}`)).toMatchObject({
      touched: [{ subjectId, at: at(0), kinds: bound }],
      pages: 1,
    });
    const given = (await all('recipient:wechat-phone')).touched;
    expect(given).toMatchObject([{ subjectId, kinds: ['login-code'] }]);
    expect(kindsOf(await all('staff:o-1'))).toEqual([['consent-state', 'ledger-entry', 'consent-evidence']]);
    const erased = kindsOf(await all('operation:retention/runProcess'));
    expect(erased.map((kinds) => [...kinds].sort())).toEqual([['phone-number', 'phone-state']]);

    // The act itself is in the ledger, under the number that the index names, and says the same.
    const { entries } = await world.ok<{ entries: { seq: number; kinds?: string[] }[] }>(
      'consent/history',
      { limit: 50 },
      me,
    );
    expect(entries.find(({ seq }) => seq === given[0]?.seq)?.kinds).toEqual(['login-code']);
  });

  it('tells neither the secret of a session nor the person who it was', async () => {
    const me = await world.cardHolder(onceKey());
    const entries = (await world.scan()).filter((item) => JSON.stringify(item).includes('"ledger-entry"'));
    const secret = me.token.split('.').at(-1) ?? '';
    expect(secret.length).toBeGreaterThan(20);
    expect(JSON.stringify(entries)).toContain(me.sessionId);
    expect(JSON.stringify(entries)).not.toContain(secret);
    const shown = await world.ok('consent/history', {}, me);
    expect(JSON.stringify(shown)).not.toContain(me.sessionId);
  });

  it('spreads what a recipient was given over the index, and finds each of it once, in pages and within the window', async () => {
    const [first, last] = [10, 49];
    const expected = new Map<string, number>();
    const put = async (minutes: number) => {
      const subjectId = randomId(systemRandom);
      const { write } = await nextEntry(world.deps.ring, subjectId, emptyHead, {
        at: at(minutes),
        act: 'disclosure.made',
        actor: 'service',
        recipient: 'everybody',
        kinds: ['phone-number'],
        requestId: 'r',
      });
      await world.deps.table.write(write);
      if (minutes >= first && minutes <= last) expected.set(subjectId, minutes);
    };
    await Promise.all(Array.from({ length: 60 }, (_, minutes) => put(minutes)));

    const stored = JSON.stringify(await world.scan());
    expect(new Set(stored.match(/recipient:everybody#\d+/g)).size).toBeGreaterThan(8);
    const { touched, pages } = await all('recipient:everybody', at(first), at(last), 2);
    expect(touched.map(({ subjectId }) => subjectId).sort()).toEqual([...expected.keys()].sort());
    for (const one of touched) expect(one.at).toBe(at(expected.get(one.subjectId) ?? -1));
    expect(pages).toBeGreaterThanOrEqual(20);
    expect((await all('recipient:everyone-else')).touched).toEqual([]);
  });

  it('refuses an entry about data that nobody can be asked for, and leaves one about no data out', async () => {
    const subjectId = randomId(systemRandom);
    const entry = { at: at(0), act: 'erasure.done', actor: 'service', kinds: [], requestId: 'r' } as const;
    await expect(nextEntry(world.deps.ring, subjectId, emptyHead, entry)).rejects.toThrow(
      /nobody has done it/,
    );
    const by = 'operation:retention/runProcess';
    const { entry: made } = await nextEntry(world.deps.ring, subjectId, emptyHead, { ...entry, by });
    expect(made).toMatchObject({ kinds: [], by });
    expect(made.touchedBy).toBeUndefined();
  });
});
