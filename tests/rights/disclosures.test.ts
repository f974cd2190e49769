import { warnOfAgreements } from '../../functions/retention/agreements';
import { DAY_MS, HOUR_MS, toInstant } from '../../lib/clock';
import { dispatch } from '../../lib/gate/dispatch';
import { issueProof } from '../../lib/gate/proof';
import { agreementOn } from '../../lib/policy/agreements';
import { recipients } from '../../lib/policy/recipients';
import { beijingDay } from '../../lib/policy/working-days';
import type { Item } from '../../lib/table/client';
import { disclosureKey } from '../../lib/table/disclosure/disclosure';
import { moveDisclosure, openDisclosure } from '../../lib/table/disclosure/open-disclosure';
import { readRetention, verifyRetention } from '../../lib/table/retention/append';
import { holder, newCard } from '../cards/support';
import { accountNumber } from '../login/support';
import { move } from '../support/life';
import { proverOf } from '../support/prover';
import { type Caller, createWorld, functions, onceKey, type World } from '../support/world';
import { approved, demanded, handOut, other, type Shown, usageOf, wu } from './register';

let world: World;
/** For what leaves nothing with them. */
let anybody: Awaited<ReturnType<typeof somebody>>;
beforeAll(async () => {
  world = await createWorld();
  anybody = await somebody();
});
beforeEach(() => {
  world.queued.splice(0);
  world.queuedNotices.splice(0);
});

const personOf = (subjectId: string) => world.scan(`P#${subjectId}`);
const somebody = async () => {
  const openid = `demanded-${onceKey()}`;
  const me = await holder(world, openid);
  await newCard(world, me, { name: '林晓', title: '工程师', note: '周末不接电话' });
  return { ...me, openid };
};
/** What a person can see of everything that was done with them, as they are answered. */
const seenBy = async (me: Caller) => ({
  history: await world.ok('consent/history', { limit: 50 }, me),
  lists: await world.ok('consent/ownLists', {}, me),
  explain: await world.ok('rights/explain', {}, me),
  usage: await world.ok('rights/usage', {}, me),
  inbox: await world.ok('profile/inbox', {}, me),
});

describe('what an authority demands (D4)', () => {
  it('is handed out once another officer has approved it: the kinds named, of that person, and nothing else', async () => {
    const me = await somebody();
    const { disclosureId } = await approved(world, me.subjectId, { kinds: ['card-name'] });
    const before = world.openings.length;
    const { records } = await handOut(world, disclosureId);
    const values = records.flatMap(({ values: of }) => of);
    expect(values.map(({ attribute }) => attribute)).toEqual(['name']);
    expect(values[0]?.value).toBe('林晓');
    expect(values.every(({ kinds }) => kinds.every((kind) => kind === 'card-name'))).toBe(true);
    const opened = world.openings.slice(before).map(({ ownerId }) => ownerId);
    expect([...new Set(opened)].sort()).toEqual([disclosureId, me.subjectId].sort());
  });

  it('is in the register before anything is opened: the line written first, or nothing read (D1)', async () => {
    const me = await somebody();
    const { disclosureId } = await approved(world, me.subjectId, { kinds: ['card-name'] });
    const write = () => Promise.reject(new Error('the table takes nothing'));
    const deps = { ...world.deps, table: { ...world.deps.table, write } };
    const opens = world.openings.length;
    const call = { requestId: 'r', host: 'test', trigger: 'client', ...other } as const;
    const whole = { ...call, operation: 'handOut', input: { disclosureId } };
    const reply = await dispatch(deps, 'rights', functions.rights ?? {}, whole);
    expect(reply).toMatchObject({ error: { code: 'INTERNAL' } });
    const opened = world.openings.slice(opens).map(({ ownerId }) => ownerId);
    expect(opened).toEqual([disclosureId]);
  });

  it('tells its person at once who got what, by which document and law: one line and one notice', async () => {
    const me = await somebody();
    const { disclosureId } = await approved(world, me.subjectId, { kinds: ['card-name'] });
    await handOut(world, disclosureId);
    const [line, ...more] = (await usageOf(world, me)).filter(({ use }) => use === 'authority');
    expect(more).toEqual([]);
    for (const part of [
      '广州市公安局天河区分局',
      '穗公天调证字〔2026〕118号',
      '刑事诉讼法第五十四条',
      '名片上的姓名',
    ])
      expect(line?.words).toContain(part);
    expect(line).not.toHaveProperty('happenedAt');
    expect(JSON.stringify(line)).not.toMatch(/wu|zhao/);
    await world.work();
    const [row] = (await personOf(me.subjectId)).filter(({ entity }) => text(entity) === 'notice-recipient');
    expect(row).toBeUndefined(); // the worker of notices writes it; it has been asked
    expect(world.queuedNotices.splice(0)).toHaveLength(1);
    const shown = await world.ok<Shown>('rights/disclosure', { disclosureId }, wu);
    expect(shown).toMatchObject({ state: 'told', toldAt: expect.any(String) });
  });

  it('may be fetched again by the same officer for a day, by nobody else, and is one line', async () => {
    const me = await somebody();
    const { disclosureId } = await approved(world, me.subjectId, { kinds: ['card-name'] });
    const first = await handOut(world, disclosureId);
    expect((await handOut(world, disclosureId)).records).toEqual(first.records);
    expect(await world.refused('rights/handOut', { disclosureId }, wu)).toBe('CALLER_NOT_ALLOWED');
    expect((await usageOf(world, me)).filter(({ use }) => use === 'authority')).toHaveLength(1);
    world.wait(DAY_MS);
    expect(await world.refused('rights/handOut', { disclosureId }, other)).toBe('NOT_NOW');
  });

  it('is approved by nobody who drafted it, not by hand in the table either', async () => {
    const me = anybody;
    const { disclosureId } = await demanded(world, me.subjectId);
    expect(await world.refused('rights/approveDisclosure', { disclosureId }, wu)).toBe('CALLER_NOT_ALLOWED');
    expect(await world.refused('rights/handOut', { disclosureId }, other)).toBe('NOT_NOW');
    // The approval of another one, put in its place.
    const { disclosureId: approvedId } = await approved(world, me.subjectId);
    const [from, to] = (await world.deps.table.getMany([
      disclosureKey(approvedId),
      disclosureKey(disclosureId),
    ])) as [Item, Item];
    const { sealed, wrappedKey } = from;
    await world.deps.table.write({ Put: { Item: { ...to, sealed, wrappedKey } as never } });
    expect(await world.refused('rights/handOut', { disclosureId }, other)).toBe('INTERNAL');
    await world.deps.table.write({ Put: { Item: { ...to, sealed } as never } });
    expect(await world.refused('rights/handOut', { disclosureId }, other)).toBe('INTERNAL');
    await world.deps.table.write({ Delete: { Key: disclosureKey(disclosureId) } }); // so that the others are read
  });

  it('is handed out by nobody where the very seal says that who drafted it approved it', async () => {
    const { disclosureId } = await demanded(world, anybody.subjectId, { kinds: ['card-name'] });
    const [item] = await world.deps.table.getMany([disclosureKey(disclosureId)]);
    const opened = await openDisclosure(world.deps, item);
    if (!opened) throw new Error('there is no such disclosure');
    const { draftedBy } = opened.disclosure;
    await world.deps.table.write(moveDisclosure(opened, { state: 'approved', decidedBy: draftedBy }));
    expect(await world.refused('rights/handOut', { disclosureId }, other)).toBe('CALLER_NOT_ALLOWED');
  });

  it('is declined with a reason, or lapses after a month, and is not handed out then', async () => {
    const me = anybody;
    const { disclosureId } = await demanded(world, me.subjectId);
    const declined = await world.ok<Shown>(
      'rights/declineDisclosure',
      { disclosureId, reason: '缺少审批' },
      other,
    );
    expect(declined).toMatchObject({ state: 'declined', reason: '缺少审批' });
    expect(await world.refused('rights/approveDisclosure', { disclosureId }, other)).toBe('NOT_NOW');
    const { disclosureId: late } = await approved(world, me.subjectId);
    world.wait(30 * DAY_MS);
    expect(await world.refused('rights/handOut', { disclosureId: late }, other)).toBe('NOT_NOW');
    const shown = await world.ok<Shown>('rights/disclosure', { disclosureId: late }, wu);
    expect(shown.state).toBe('lapsed');
  });

  it.each([
    ['without an end', { secret: true }],
    ['until a day that has passed', { secret: true, secretUntil: '2020-01-01T00:00:00.000Z' }],
    ['for longer than a year', { secret: true, secretUntil: '2099-01-01T00:00:00.000Z' }],
    ['and not secret at once', { secret: false, secretUntil: '2027-06-01T00:00:00.000Z' }],
    ['of a picture', { kinds: ['avatar'] }],
    ['of a digest', { kinds: ['id-digest'] }],
    ['by a ground that is none', { basis: 'to-settle-a-dispute' }],
  ])('is refused %s (D2, D4)', async (_, change) => {
    await expect(demanded(world, anybody.subjectId, change)).rejects.toThrow('INVALID_INPUT');
  });

  it('is of somebody there is, and only officers draft it; an auditor reads', async () => {
    await expect(demanded(world, 'A'.repeat(22))).rejects.toThrow('NOT_FOUND');
    const me = anybody;
    const { disclosureId } = await demanded(world, me.subjectId);
    for (const role of ['support', 'responder', 'auditor']) {
      const by = { token: `staff:liu:${role}` };
      expect(await world.refused('rights/approveDisclosure', { disclosureId }, by)).toBe(
        'CALLER_NOT_ALLOWED',
      );
      const reads = role === 'auditor' ? 'OK' : 'CALLER_NOT_ALLOWED';
      expect(await world.refused('rights/disclosure', { disclosureId }, by)).toBe(reads);
    }
    const auditor = { token: 'staff:liu:auditor' };
    const page = await world.ok<{ disclosures: Shown[] }>('rights/disclosures', {}, auditor);
    expect(page.disclosures[0]?.disclosureId).toBe(disclosureId); // the newest first
  });

  it('leaves each act on it in the chain of the service, which verifies and names nobody', async () => {
    const me = await somebody();
    const { disclosureId } = await approved(world, me.subjectId);
    await handOut(world, disclosureId);
    const { entries } = await readRetention(world.deps.table, 'service', 0, 500);
    const own = entries.filter(({ details }) => details?.disclosureId === disclosureId);
    expect(own.map(({ act }) => act)).toEqual([
      'disclosure.proposed',
      'disclosure.approved',
      'disclosure.handed-out',
    ]);
    expect(JSON.stringify(entries)).not.toContain(me.subjectId);
    expect(await verifyRetention(world.deps, 'service')).toMatchObject({ intact: true });
  });
});

describe('what a law keeps secret for a time (D4, D6)', () => {
  const until = () => toInstant(world.deps.clock.now() + 30 * DAY_MS);

  it('is nowhere that its person could see: not in any answer, not in their partition, not in a number', async () => {
    const [me, twin] = [await somebody(), await somebody()];
    const before = [await seenBy(me), await personOf(me.subjectId)];
    const { disclosureId } = await approved(world, me.subjectId, { secret: true, secretUntil: until() });
    const { records } = await handOut(world, disclosureId);
    expect(records.length).toBeGreaterThan(0);
    await world.work();
    expect([await seenBy(me), await personOf(me.subjectId)]).toEqual(before);
    const everything = await world.scan();
    const naming = everything.filter((item) => textOf(item).includes(me.subjectId));
    const namingTwin = everything.filter((item) => textOf(item).includes(twin.subjectId));
    expect(naming.length).toBe(namingTwin.length);
  });

  it('is written into their register and told by nobody’s doing when its date passes, and not before', async () => {
    const me = await somebody();
    const { disclosureId } = await approved(world, me.subjectId, { secret: true, secretUntil: until() });
    const handedOutAt = toInstant(world.deps.clock.now());
    await handOut(world, disclosureId);
    await world.work();
    world.wait(30 * DAY_MS - HOUR_MS);
    world.queued.push({ kind: 'disclosure', id: disclosureId }); // a message may come at any time
    await world.work();
    const early = await world.signIn(me.openid); // the session has ended meanwhile
    expect((await usageOf(world, early)).filter(({ use }) => use === 'authority')).toEqual([]);
    world.wait(HOUR_MS);
    await world.ok('retention/sweep', {}, { trigger: 'schedule' });
    await world.work();
    const again = await world.signIn(me.openid);
    const [line, ...more] = (await usageOf(world, again)).filter(({ use }) => use === 'authority');
    expect(more).toEqual([]);
    expect(line).toMatchObject({ happenedAt: handedOutAt, document: '穗公天调证字〔2026〕118号' });
    expect(line?.words).toContain('当时依法应当保密');
    const { intact } = await world.ok<{ intact: boolean }>('consent/history', { limit: 50 }, again);
    expect(intact).toBe(true);
    const told = world.queuedNotices.filter(({ id }) => id.startsWith('20'));
    expect(told.length).toBe(new Set(told.map(({ id }) => id)).size);
  });

  it('is told in the account that the person has by then, and to nobody where there is none', async () => {
    const [me, gone] = [await somebody(), await somebody()];
    const ids = [];
    for (const { subjectId } of [me, gone])
      ids.push((await approved(world, subjectId, { secret: true, secretUntil: until() })).disclosureId);
    for (const disclosureId of ids) await handOut(world, disclosureId);
    const stays = await world.signIn(`stays-${onceKey()}`);
    await join(me, stays);
    for (const state of ['closing', 'erased'] as const) await move(world.deps.table, gone.subjectId, state);
    await world.work();
    world.wait(30 * DAY_MS);
    world.queued.push(...ids.map((id) => ({ kind: 'disclosure', id })));
    await world.work();
    const states = await Promise.all(
      ids.map((disclosureId) => world.ok<Shown>('rights/disclosure', { disclosureId }, wu)),
    );
    expect(states.map(({ state }) => state)).toEqual(['told', 'nobody-to-tell']);
  });

  async function join(leaves: Caller, stays: Caller): Promise<void> {
    const here = await accountNumber(world, stays);
    const there = await accountNumber(world, leaves);
    const otherProof = await issueProof(world.deps, proverOf(leaves), `login/joinAccounts|${here}`);
    const proof = await issueProof(world.deps, proverOf(stays), `login/joinAccounts|${there}`);
    await world.ok('login/joinAccounts', { keep: 'this', otherProof }, { ...stays, proof });
  }
});

describe('to whom data is given (D2, D3)', () => {
  const rows = () =>
    world.ok<{
      recipients: {
        recipient: string;
        role: string;
        ground?: string;
        consentTo?: string;
        agreement?: { state: string };
      }[];
    }>('rights/disclosureRecipients', {}, wu);

  it('one that decides for itself rests on the person’s consent to it, or on a law that is named', async () => {
    for (const { role, ground, consentTo, agreement } of (await rows()).recipients) {
      if (role === 'entrusted') expect(agreement).toBeDefined();
      else expect([ground, consentTo].some((one) => one !== undefined)).toBe(true);
    }
  });

  it('an agreement is warned of for its last thirty days, by an alarm each day, and refused after', () => {
    const { expiresOn } = recipients['tencent-faceid'].agreement;
    const noon = Date.parse(`${expiresOn}T12:00:00+08:00`);
    const stateOn = (days: number) => {
      const said: object[] = [];
      const clock = { now: () => noon + days * DAY_MS };
      warnOfAgreements({ clock, log: (fields) => void said.push(fields) }, 'r');
      const state = agreementOn(beijingDay(clock.now()), recipients['tencent-faceid'])?.state;
      return [state, said.filter((one) => 'partner' in one && one.partner === 'tencent-faceid').length];
    };
    expect([-30, -29, 0, 1].map(stateOn)).toEqual([
      ['in-force', 0],
      ['ends-soon', 1],
      ['ends-soon', 1],
      ['expired', 1],
    ]);
  });
});

const text = (value: unknown) => (value as { S?: string } | undefined)?.S;
const textOf = (items: unknown) =>
  JSON.stringify(items, (_, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  );
