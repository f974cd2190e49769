import { toInstant } from '../../lib/clock';
import { parseToken } from '../../lib/crypto/token';
import { readReference } from '../../lib/notice/reference';
import { channelRules } from '../../lib/notice/rules';
import { kinds } from '../../lib/policy/kinds';
import { applyReceipt, applyReceiptOf } from '../../lib/process/notice/apply-receipt';
import { recount } from '../../lib/process/notice/books';
import { runNotice } from '../../lib/process/notice/kinds';
import { partProcess } from '../../lib/process/notice/spread';
import { moveNotice, type Notice, noticeKey, readNotice } from '../../lib/table/notice/notice';
import { noteOpened, readRecipient, recipientKey, SELF } from '../../lib/table/notice/recipient';
import { putGuardian } from '../../lib/table/real-name/minor';
import { move, putInto } from '../support/life';
import { createWorld, type World } from '../support/world';
import { finish, member, newId, partner, people, receiptsOf, sent, stage, waiting, work } from './stage';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
const now = () => world.deps.clock.now();
const everybody = () => true;
const rowAt = async (subjectId: string, noticeId: string, about = SELF) =>
  readRecipient((await world.deps.table.getMany([recipientKey(subjectId, { noticeId, about })]))[0]);
const trail = async (subjectId: string, noticeId: string, about = SELF) =>
  (await rowAt(subjectId, noticeId, about))?.tries.map(({ channel, state }) => `${channel} ${state}`);
const setTo = async (noticeId: string, state: Notice['state']) => {
  const notice = (await readNotice(world.deps.table, noticeId)) as Notice;
  await world.deps.table.write(moveNotice(notice, state, toInstant(now())));
};

it('tells everybody by the first channel that reaches them, and the books balance all the way (B5)', async () => {
  const ids: string[] = [];
  const at = (place: number) => (subjectId: string) => ids.indexOf(subjectId) % 5 === place;
  const subscribe = partner({ now, reaches: at(0), conduct: () => 'permanent-failure' });
  const sms = partner({ now, reaches: (id) => at(0)(id) || at(1)(id) });
  const mail = partner({ now, reaches: (id) => at(1)(id) || at(2)(id) });
  const on = stage(world, { subscribe: subscribe.way, sms: sms.way, mail: mail.way });
  ids.push(...(await people(on, 25)));
  const gone = ids.filter(at(3)); // the inbox is all they have; the first of them has no account any more
  await move(world.deps.table, gone[0] ?? '', 'left');
  const members = ids.map((id) => member(id, at(4)(id) ? { kinds: ['card-name'] } : {}));
  const evidence = { document: '加密说明', sha256: '0'.repeat(64) };
  const exemptions = [{ kinds: ['card-name'], reason: 'sealed', evidence }];
  const { noticeId, asked } = await sent(on, members, { exemptions }, 10);
  const balanced = async () => {
    const { people: books } = await recount(world.deps, noticeId);
    const { affected, delivered, announced, exempt, pending } = books;
    expect(delivered + announced + exempt + pending).toBe(affected);
    expect(affected).toBe(25);
    return books;
  };
  expect(await balanced()).toMatchObject({ exempt: 5, pending: 20 });
  await work(on, [asked]);
  expect(subscribe.asked).toBe(5);
  expect(sms.taken.map(({ to }) => to).sort()).toEqual(ids.filter((id) => at(0)(id) || at(1)(id)).sort());
  expect(mail.taken.map(({ to }) => to).sort()).toEqual(ids.filter(at(2)).sort());
  expect(await balanced()).toMatchObject({ delivered: 0, announced: 1, pending: 19 });
  // Of who got an SMS those with a mailbox have a dead number.
  const tell = receiptsOf(sms, (to) => (at(1)(to) ? 'permanent-failure' : 'delivered'));
  await tell(world.deps, 'sms');
  expect(await balanced()).toMatchObject({ delivered: 5, announced: 1, pending: 14 });
  await world.deps.table.update(noteOpened(gone[1] ?? '', { noticeId, about: SELF }, toInstant(now())));
  // One mail is answered by nothing, which proves nothing.
  const silent = ids.find(at(2)) ?? '';
  const tellMail = receiptsOf(mail, (to) => (to === silent ? undefined : 'delivered'));
  await finish(
    on,
    () => false,
    () => tellMail(world.deps, 'mail'),
  );
  expect(await balanced()).toEqual({ affected: 25, delivered: 15, announced: 5, exempt: 5, pending: 0 });
  expect((await trail(silent, noticeId))?.slice(2)).toEqual(['mail sent', 'inbox sent', 'announcement sent']);
  expect(mail.taken).toHaveLength(10); // those whose number was dead as well
  expect(await trail(ids[0] ?? '', noticeId)).toEqual(['subscribe permanent-failure', 'sms delivered']);
  expect((await readNotice(world.deps.table, noticeId))?.state).toBe('done');
  expect(await waiting(on)).toEqual([]);
});

it('claims a person and notes what the partner said with two write units, however many there are (B6)', async () => {
  const sms = partner({ now, reaches: everybody });
  const on = stage(world, { sms: sms.way });
  const costTo = async (count: number) => {
    const members = (await people(on, count)).map((id) => member(id));
    const { noticeId, asked } = await sent(on, members, { channels: ['sms', 'announcement'] });
    const { writeUnits } = await world.costOf(() => work(on, [asked]));
    await setTo(noticeId, 'stopped');
    await finish(on);
    return writeUnits;
  };
  // What is left when the one is taken from the other is what each person costs; the part is the same for both.
  expect((await costTo(30)) - (await costTo(5))).toBe(2 * 25);
  expect(sms.taken).toHaveLength(35);
});

describe('the moment of the send', () => {
  it('stops at a pause and at a stop with those that are under way, and goes on where it was (B5)', async () => {
    let noticeId = '';
    let pauses = true;
    const sms = partner({
      now,
      reaches: everybody,
      before: async () => {
        if (!pauses) return;
        pauses = false;
        await setTo(noticeId, 'paused');
      },
    });
    const on = stage(world, { sms: sms.way });
    const ids = await people(on, 50);
    const begun = await sent(
      on,
      ids.map((id) => member(id)),
    );
    noticeId = begun.noticeId;
    await work(on, [begun.asked]);
    expect(sms.taken).toHaveLength(20);
    await finish(on, () =>
      now() > Date.parse('2026-12-01T02:00:00Z') && sms.taken.length !== 20 ? true : rounds(),
    );
    expect(sms.taken).toHaveLength(20);
    expect((await recount(world.deps, noticeId)).people).toMatchObject({ affected: 50, pending: 50 });
    await setTo(noticeId, 'sending');
    await finish(on, () => sms.taken.length === 50);
    expect(new Set(sms.taken.map(({ to }) => to)).size).toBe(50);
    await setTo(noticeId, 'stopped');
    await finish(on);
    expect(sms.taken).toHaveLength(50);
    expect((await readNotice(world.deps.table, noticeId))?.state).toBe('stopped');
  });

  it('sends nothing of a notice that was altered after its parts had begun, gives the claims back, and rings (B4)', async () => {
    const sms = partner({ now, reaches: everybody });
    let noticeId = '';
    let alters = false;
    const table: typeof world.deps.table = {
      ...world.deps.table,
      async write(...writes) {
        await world.deps.table.write(...writes);
        const claims = writes.some(({ Put }) => Put?.Item.sk.startsWith('TOLD#'));
        if (!claims || !alters) return;
        alters = false;
        await world.deps.table.write({
          Update: {
            Key: noticeKey(noticeId),
            UpdateExpression: 'SET texts.sms = :text',
            ExpressionAttributeValues: { ':text': 'http://elsewhere' },
          },
        });
      },
    };
    const on = stage(world, { sms: sms.way }, { table });
    const ids = await people(on, 3);
    const begun = await sent(
      on,
      ids.map((id) => member(id)),
    );
    noticeId = begun.noticeId;
    await runNotice(on.deps, begun.asked, 'begins');
    alters = true;
    const [part] = world.queuedNotices.splice(0);
    expect((await runNotice(on.deps, part ?? begun.asked, 'altered')).outcome).toBe('failed');
    expect((await runNotice(on.deps, part ?? begun.asked, 'again')).outcome).toBe('waits');
    await on.until(now() + 90_000);
    expect((await runNotice(on.deps, part ?? begun.asked, 'later')).outcome).toBe('failed');
    expect(sms.asked).toBe(0);
    for (const id of ids) expect(await trail(id, noticeId)).toEqual(['subscribe skipped', 'sms created']);
    await setTo(noticeId, 'stopped');
  });

  it('sends nothing to somebody erased between claim and send (K3)', async () => {
    const [first, ...others] = await people(stage(world, {}), 3);
    const sms = partner({ now, reaches: everybody });
    const { table } = world.deps;
    let erases = true;
    const erasing: World['deps']['table'] = {
      ...table,
      async write(...writes) {
        await table.write(...writes);
        const claims = writes[0]?.Put?.Item.entity === 'notice-recipient';
        if (claims && erases) {
          erases = false;
          await putInto(table, first ?? '', 'erased');
        }
      },
    };
    const on = stage(world, { sms: sms.way }, { table: erasing });
    const { noticeId, asked } = await sent(
      on,
      [first ?? '', ...others].map((id) => member(id)),
    );
    await work(on, [asked]);
    expect(sms.taken.map(({ to }) => to).sort()).toEqual([...others].sort());
    await finish(on);
    expect(await trail(first ?? '', noticeId)).toContain('announcement sent');
    expect(await trail(first ?? '', noticeId)).toContain('sms skipped');
  });

  it('of a drill reaches no real channel, and the drill comes to its end (B9)', async () => {
    const live = partner({ now, reaches: everybody });
    const on = stage(world, { subscribe: live.way, sms: live.way, mail: live.way });
    const { noticeId, asked } = await sent(
      on,
      (await people(on, 5)).map((id) => member(id)),
      { drill: true },
    );
    await work(on, [asked]);
    await finish(on);
    expect(live.asked).toBe(0);
    expect((await recount(world.deps, noticeId)).people).toMatchObject({ affected: 5, delivered: 5 });
  });
});

it('stands in the list of who was given what, each message counted, and of a drill nothing does (D1, K7)', async () => {
  const me = await world.signIn('listed-me');
  const mine = parseToken(me.token)?.subjectId ?? '';
  const sms = partner({ now, reaches: everybody, conduct: () => 'permanent-failure' });
  const mail = partner({ now, reaches: everybody });
  const on = stage(world, { sms: sms.way, mail: mail.way });
  for (const drill of [false, false, true])
    await work(on, [(await sent(on, [member(mine)], { drill })).asked]);
  const { shared } = await world.ok<{ shared: { recipient: string; kinds: string[]; times?: number }[] }>(
    'consent/ownLists',
    {},
    me,
  );
  const told = shared.filter(({ recipient }) =>
    ['tencent-sms', 'mail', 'wechat-message'].includes(recipient),
  );
  expect(told.map(({ recipient, kinds: of, times }) => [recipient, of, times]).sort()).toEqual([
    ['mail', [kinds['contact-mail'].name], 2],
    ['tencent-sms', [kinds['phone-number'].name], 2],
  ]);
});

it('tells the guardian of a minor as well, and tells their receipts apart (B4)', async () => {
  const sms = partner({ now, reaches: everybody });
  const on = stage(world, { sms: sms.way });
  const [child = '', adult = ''] = await people(on, 2);
  const asked = toInstant(now());
  const consented = { state: 'consented', codeDigest: newId(), askedAt: asked, guardianId: adult } as const;
  await world.deps.table.write(...putGuardian(child, consented, undefined));
  const begun = await sent(on, [member(child, { minor: true })]);
  await work(on, [begun.asked]);
  expect(sms.taken.map(({ to, as }) => [to, as]).sort()).toEqual(
    [
      [child, 'self'],
      [adult, 'guardian'],
    ].sort(),
  );
  const places = await Promise.all(
    sms.taken.map(async (one) => (await readReference(world.deps.ring, one.reference))?.place),
  );
  expect(places.sort()).toEqual([0, 128]);
  await receiptsOf(sms, (to) => (to === adult ? 'delivered' : 'permanent-failure'))(world.deps, 'sms');
  await finish(on);
  const books = await recount(world.deps, begun.noticeId);
  expect(books.people).toMatchObject({ affected: 1, announced: 1 });
  expect(books.guardians).toMatchObject({ affected: 1, delivered: 1 });
});

describe('receipts', () => {
  it('may come twice, late, with a foreign reference or for nobody, and do no harm (B5)', async () => {
    const sms = partner({ now, reaches: everybody });
    const on = stage(world, { sms: sms.way });
    const [one = ''] = await people(on, 1);
    const { noticeId, asked } = await sent(on, [member(one)]);
    await work(on, [asked]);
    const { reference = '', messageId = '' } = sms.taken[0] ?? {};
    const said = { channel: 'sms', messageId, status: 'delivered', code: 'x', at: toInstant(now()) } as const;
    expect(await applyReceipt(world.deps, { ...said, reference: reference.replace(/./, 'v') })).toBe(
      'unknown',
    );
    expect(await applyReceipt(world.deps, { ...said, channel: 'mail', reference })).toBe('known');
    // Silence moves them on to the inbox and at last to the announcement; then the receipt comes.
    await finish(on);
    expect((await recount(world.deps, noticeId)).people).toMatchObject({ announced: 1 });
    expect(await applyReceipt(world.deps, { ...said, reference })).toBe('noted');
    expect(await applyReceipt(world.deps, { ...said, reference })).toBe('known');
    expect((await recount(world.deps, noticeId)).people).toMatchObject({ delivered: 1, announced: 0 });
    expect(sms.taken).toHaveLength(1);
  });

  it('that say it did not arrive leave only the announcement where nothing is sent any more', async () => {
    const mail = partner({ now, reaches: everybody });
    const on = stage(world, { mail: mail.way });
    const [silent = '', bounced = ''] = await people(on, 2);
    const channels = ['mail', 'inbox', 'announcement'] as const;
    const { noticeId, asked } = await sent(
      on,
      [silent, bounced].map((id) => member(id)),
      { channels: [...channels] },
    );
    await work(on, [asked]);
    await setTo(noticeId, 'stopped');
    const { reference = '', messageId = '' } = mail.taken.find(({ to }) => to === bounced) ?? {};
    const said = { channel: 'mail', messageId, status: 'permanent-failure', code: '5.1.1', at: '' } as const;
    expect(await applyReceipt(world.deps, { ...said, reference })).toBe('noted');
    expect(await trail(bounced, noticeId)).toEqual(['mail permanent-failure', 'announcement sent']);
    // Of the other nothing has come back, which proves nothing (B5).
    await finish(on);
    expect((await recount(world.deps, noticeId)).people).toMatchObject({ delivered: 0, announced: 1 });
  });

  it('that come while a part is at work put no second worker to the same people, and are not forgotten (B6)', async () => {
    const outcomes: string[] = [];
    let askedByThen = 0;
    let ref = { kind: '', id: '' };
    const sms = partner({
      now,
      reaches: everybody,
      async before() {
        const first = sms.taken[0];
        if (sms.taken.length < 20 || !first || outcomes.length > 0) return;
        outcomes.push('');
        const said = { channel: 'sms', status: 'permanent-failure', code: 'x', at: '' } as const;
        const { reference, messageId } = first;
        expect(await applyReceipt(world.deps, { ...said, reference, messageId })).toBe('noted');
        await on.until(now() + 6000);
        outcomes.push((await runNotice(on.deps, ref, 'another worker')).outcome);
        askedByThen = sms.asked;
      },
    });
    const on = stage(world, { sms: sms.way });
    const ids = await people(on, 60);
    const { noticeId, asked } = await sent(
      on,
      ids.map((id) => member(id)),
    );
    ref = partProcess(noticeId, 0);
    await work(on, [asked]);
    expect(outcomes).toEqual(['', 'waits']);
    expect(askedByThen).toBeLessThanOrEqual(40);
    expect(sms.asked).toBe(60);
    expect(await trail(sms.taken[0]?.to ?? '', noticeId)).toContain('inbox sent');
  });

  it('have somebody go on also where whoever noted it died before saying so (B5)', async () => {
    const mail = partner({ now, reaches: everybody });
    const on = stage(world, { mail: mail.way });
    const [one = ''] = await people(on, 1);
    const { noticeId, asked } = await sent(on, [member(one)]);
    await work(on, [asked]);
    const { reference = '', messageId = '' } = mail.taken[0] ?? {};
    const said = { channel: 'mail', messageId, status: 'permanent-failure', code: 'x', at: '' } as const;
    const bounce = { ...said, reference };
    const { getMany } = world.deps.table;
    const dying: typeof getMany = (keys, which) =>
      keys.some(({ sk }) => sk.startsWith('PROCESS#'))
        ? Promise.reject(new Error('died'))
        : getMany(keys, which);
    await expect(
      applyReceipt({ ...world.deps, table: { ...world.deps.table, getMany: dying } }, bounce),
    ).rejects.toThrow('died');
    expect(await applyReceipt(world.deps, bounce)).toBe('known');
    await on.until(now() + 6000);
    await work(on, [partProcess(noticeId, 0)]);
    expect(await trail(one, noticeId)).toContain('inbox sent');
  });

  it('without a reference are found by the person and the message’s number', async () => {
    const subscribe = partner({ now, reaches: everybody });
    const on = stage(world, { subscribe: subscribe.way });
    const [one = '', other = ''] = await people(on, 2);
    const { noticeId, asked } = await sent(on, [member(one)]);
    await work(on, [asked]);
    const messageId = subscribe.taken[0]?.messageId ?? '';
    const said = { channel: 'subscribe', messageId, status: 'permanent-failure', code: 'x', at: '' } as const;
    expect(await applyReceiptOf(world.deps, other, said)).toBe('unknown');
    expect(await applyReceiptOf(world.deps, one, { ...said, messageId: 'another' })).toBe('unknown');
    expect(await applyReceiptOf(world.deps, one, said)).toBe('noted');
    const soon = await waiting(on);
    expect(soon.some(({ dueAt }) => Date.parse(dueAt) - now() <= 5000)).toBe(true);
    await finish(on);
    expect(await trail(one, noticeId)).toContain('inbox sent');
  });
});

describe('a channel in trouble', () => {
  it('that is throttled gets each message again later, counts no failure and is never asked faster (B6)', async () => {
    const busyUntil = now() + 3000;
    const sms = partner({
      now,
      reaches: everybody,
      quota: { perSecond: 10 },
      conduct: () => (now() < busyUntil ? 'throttled' : 'accepted'),
    });
    const on = stage(world, { sms: sms.way });
    const ids = await people(on, 30);
    const { asked, noticeId } = await sent(
      on,
      ids.map((id) => member(id)),
    );
    await work(on, [asked]);
    await finish(on, () => sms.taken.length === 30);
    expect(new Set(sms.taken.map(({ to }) => to)).size).toBe(30);
    const bySecond = new Map<number, number>();
    for (const { atMs } of sms.taken)
      bySecond.set(Math.floor(atMs / 1000), (bySecond.get(Math.floor(atMs / 1000)) ?? 0) + 1);
    expect(Math.max(...bySecond.values())).toBeLessThanOrEqual(10);
    expect((await rowAt(ids[0] ?? '', noticeId))?.tries).toMatchObject([
      { state: 'skipped' },
      { attempt: 1 },
    ]);
    await setTo(noticeId, 'stopped');
    await finish(on);
  });

  it('by a fault of ours is left alone, waited for as long as its patience, and then passed over', async () => {
    const sms = partner({ now, reaches: everybody, conduct: () => 'technical-failure' });
    const mail = partner({ now, reaches: everybody });
    const on = stage(world, { sms: sms.way, mail: mail.way });
    const { asked, noticeId } = await sent(
      on,
      (await people(on, 40)).map((id) => member(id)),
    );
    const beganMs = now();
    await work(on, [asked]);
    expect(sms.asked).toBe(20); // then it is closed
    await finish(on, () => mail.taken.length === 40);
    expect(mail.taken.length).toBe(40);
    expect(now() - beganMs).toBeLessThan(2 * channelRules.sms.patienceMs);
    expect(sms.asked).toBeLessThanOrEqual(40 * channelRules.sms.attempts);
    await setTo(noticeId, 'stopped');
    await finish(on);
  });
});

let left = 3;
/** A few rounds, and then enough. */
function rounds(): boolean {
  left -= 1;
  return left < 0;
}
