import fc from 'fast-check';
import { DAY_MS, HOUR_MS, MINUTE_MS, toInstant } from '../../lib/clock';
import { parseToken } from '../../lib/crypto/token';
import { sealOfPlan } from '../../lib/notice/plan';
import type { Change, Changes } from '../../lib/partner/changes';
import type { DormancyStage } from '../../lib/policy/dormancy';
import { beijingDay } from '../../lib/policy/working-days';
import { beginAudience } from '../../lib/process/audience/begin';
import { beginForecast, forecastOf } from '../../lib/process/forecast';
import { headsOfToday } from '../../lib/process/heads';
import { runProcess } from '../../lib/process/run';
import { transferCountOf } from '../../lib/process/transfer-count';
import { beginWatch } from '../../lib/process/watch';
import { HEADS, movedBy, noteOf, readNote } from '../../lib/table/changes/heads';
import type { Item } from '../../lib/table/client';
import { keys } from '../../lib/table/keys';
import { ledger } from '../../lib/table/ledger/ledger';
import { readAudiencePart } from '../../lib/table/notice/audience';
import { readNotice } from '../../lib/table/notice/notice';
import { putPlan, readPlan } from '../../lib/table/notice/plan';
import { allSubjects } from '../../lib/table/person/all-subjects';
import { isGone } from '../../lib/table/person/dormancy';
import { endOfAccount } from '../../lib/table/person/end-of-account';
import { ledgerHead, readPerson } from '../../lib/table/person/person';
import { watchAt } from '../../lib/table/person/watch';
import { beginProcess, type ProcessRef, processKey } from '../../lib/table/process/process';
import { putFaceStart } from '../../lib/table/real-name/face-session';
import { putBlock } from '../../lib/table/sharing/block';
import { contain, declare, firstScope } from '../breach/support';
import { cardGiver, exchange, holder } from '../cards/support';
import { rawTable } from '../consent/support';
import { push } from '../events/push';
import { point, switchOn } from '../location/support';
import { accountNumber, phoneHolder, proofFor, tap } from '../login/support';
import { fields, png } from '../picture/samples';
import { announce } from '../profile/budget-rows';
import { amount, holdsFor, some } from '../proof/sample';
import { anotherOperator } from '../support/another-operator';
import { grant, withdraw } from '../support/consent';
import { beginEnd } from '../support/end';
import { createWorld, type World } from '../support/world';
import { endState } from './end-state';
import { type Cut, machine } from './machine';

const LONG_ENOUGH_MS = 20 * 60_000;
/** Runs of the timer after which everything is over. */
const ENOUGH_RUNS = 12;

/** Something promised, with the people in it by their part, and the messages that ask for it. */
type Begun = { parts: Record<string, string>; asked: ProcessRef[] };

let world: World;
let version: number;
let told: string[];
let many = 0;

/** Things begun in one world: its table is read as a whole each time, and is to stay small. */
const PER_WORLD = 20;
/** The parts of everybody are gone through alike: calls that stand for those to all of them. */
const MOST_CALLS = 60;

beforeAll(openWorld);

async function openWorld(): Promise<void> {
  written.clear();
  world = await createWorld({ changes });
  world.wait(MINUTE_MS); // what was written before the service opened is nobody's doing
  told = await Promise.all(['x', 'y'].map(async (who) => (await holder(world, `told-${who}`)).subjectId));
  version = await publishMaterialChange();
}

/** What the table is said to have written down: by part, until when it is there, and what lies in it. */
const written = new Map<string, { untilMs: number; changes: Change[] }>();
/** So few that what is put back and what moves a head come on different pages. */
const CHANGES_PER_PAGE = 2;
const changes: Changes = {
  async parts() {
    return [...written].flatMap(([id, { untilMs }]) => (world.deps.clock.now() < untilMs ? [id] : []));
  },
  async page(part, after) {
    const from = Number(after ?? 0);
    const found = written.get(part)?.changes.slice(from, from + CHANGES_PER_PAGE) ?? [];
    return { changes: found, ...(found.length > 0 && { last: `${from + found.length}` }) };
  },
};

/** Somebody with the item that kept where their ledger ended, and the one that does now. */
async function whoHasMoved(name: string) {
  many += 1;
  const me = await holder(world, `${name}-${many}`);
  const { pk, sk } = keys.person(me.subjectId);
  const asked = { TableName: world.config.TABLE_NAME, Key: { pk, sk } };
  const lies = async () => (await rawTable(world).get(asked)).Item as Item;
  const earlier = await lies();
  await grant(world, me, 'profile');
  world.queued.splice(0, world.queued.length);
  return { subjectId: me.subjectId, earlier, later: await lies() };
}

let begun = 0;
async function beginAnew(name: string): Promise<Begun> {
  begun += 1;
  if (begun % PER_WORLD === 0) await openWorld();
  return (await begin[name]?.()) as Begun;
}

async function publishMaterialChange(): Promise<number> {
  const effectiveAt = toInstant(world.deps.clock.now() + 300 * 86_400_000);
  const proposal = { changes: { operator: anotherOperator }, effectiveAt };
  type Proposed = { version: number; textHash: string };
  const proposed = await world.ok<Proposed>('consent/proposePolicy', proposal, {
    token: 'staff:ling:officer',
  });
  const { version: published, textHash } = proposed;
  const decision = { version: published, textHash };
  await world.ok('consent/approvePolicy', decision, { token: 'staff:wu:officer' });
  await world.work();
  return published;
}

/** A picture, cards that somebody holds, and more records than one transaction takes. */
async function owner() {
  many += 1;
  const [mine, theirs] = [await cardGiver(world, `me-${many}`), await cardGiver(world, `friend-${many}`)];
  const me = mine.caller;
  await exchange(world, mine, theirs);
  await grant(world, me, 'profile', 'real-name');
  const picture = png(fields(64, 64));
  type Ticket = { uploadId: string; url: string };
  const { uploadId, url } = await world.ok<Ticket>('profile/requestAvatarUpload', announce(picture), me);
  world.files.set(url.slice('memory:'.length), picture);
  await world.ok('profile/confirmAvatar', { uploadId }, me);
  const nowMs = world.deps.clock.now();
  const start = { epoch: 0, wayEpoch: 0, content: '', isOver: false, startedAt: toInstant(nowMs) };
  const starts = Array.from({ length: 60 }, (_, one) => putFaceStart(me.subjectId, `s${one}`, start, nowMs));
  for (const some of [starts.slice(0, 30), starts.slice(30)]) {
    const [first, ...others] = some.flat();
    if (first) await world.deps.table.write(first, ...others);
  }
  world.queued.splice(0, world.queued.length);
  return { me, friend: theirs.caller.subjectId };
}

const begin: Record<string, () => Promise<Begun>> = {
  async erasures() {
    const { me, friend } = await owner();
    for (const purpose of ['cards', 'profile', 'real-name']) await withdraw(world, me, purpose);
    const asked = world.queued.splice(0, world.queued.length);
    return { parts: { me: me.subjectId, friend }, asked };
  },

  /** All of it, and the account. */
  async accounts() {
    const { me, friend } = await owner();
    await beginEnd(world, me.subjectId);
    const asked = world.queued.splice(0, world.queued.length);
    return { parts: { me: me.subjectId, friend }, asked };
  },

  /** An account given up that somebody has blocked and that has blocked somebody, with a place and a card that is held. */
  async join() {
    many += 1;
    const [stays, leaves] = [await holder(world, `stays-${many}`), await cardGiver(world, `leaves-${many}`)];
    const [other, third] = [await cardGiver(world, `other-${many}`), await holder(world, `third-${many}`)];
    await exchange(world, leaves, other);
    await grant(world, leaves.caller, 'location');
    await switchOn(world, leaves.caller);
    await world.ok('location/update', point(world), leaves.caller);
    const pairs = [
      [leaves.caller.subjectId, other.caller.subjectId],
      [third.subjectId, leaves.caller.subjectId],
      [stays.subjectId, leaves.caller.subjectId],
    ];
    for (const [by = '', blockedId = ''] of pairs)
      await world.deps.table.write(...putBlock(by, { blockedId, blockedAt: '2026-12-01' }));
    const there = await accountNumber(world, leaves.caller);
    const here = await accountNumber(world, stays);
    const otherProof = await proofFor(world, leaves.caller, `leaves-${many}`, 'login/joinAccounts', here);
    const proof = await proofFor(world, stays, `stays-${many}`, 'login/joinAccounts', there);
    world.queued.splice(0, world.queued.length);
    await world.ok('login/joinAccounts', { keep: 'this', otherProof }, { ...stays, proof });
    const parts = { stays: here, leaves: there, other: other.caller.subjectId, third: third.subjectId };
    return { parts, asked: world.queued.splice(0, world.queued.length) };
  },

  /** A measure of containment on a list of people; the clock of its incident, which goes on for years, is not looked at. */
  async measures() {
    many += 1;
    const [x, y] = [await holder(world, `x-${many}`), await holder(world, `y-${many}`)];
    const { incidentId } = await declare(world);
    const clock = { kind: 'incident-clock', id: incidentId };
    await world.deps.table.write({ Delete: { Key: processKey(clock) } });
    world.queued.splice(0, world.queued.length);
    const scopeId = await firstScope(world, incidentId, [x.subjectId, y.subjectId], 'f'.repeat(64));
    await contain(world, incidentId, 'audience-sessions', scopeId);
    const parts = { x: x.subjectId, y: y.subjectId, incident: incidentId };
    return { parts, asked: world.queued.splice(0, world.queued.length) };
  },

  /** Everything of somebody, to be taken away: with a card, and the end of what an export is made of. */
  async exports() {
    many += 1;
    const { caller: me } = await cardGiver(world, `export-${many}`);
    const proof = await proofFor(world, me, `export-${many}`, 'rights/startExport', 'account');
    world.queued.splice(0, world.queued.length);
    await world.ok('rights/startExport', {}, { ...me, proof });
    return { parts: { me: me.subjectId }, asked: world.queued.splice(0, world.queued.length) };
  },

  /** A permission taken back at WeChat that covered two consents. */
  async revocations() {
    many += 1;
    const openid = `told-${many}`;
    const { caller: me } = await cardGiver(world, openid);
    await grant(world, me, 'profile', 'phone');
    await world.ok('profile/update', { version: 0, nickname: '林晓' }, me);
    world.queued.splice(0, world.queued.length);
    const event = { Event: 'user_authorization_revoke', OpenID: openid, RevokeInfo: '6,8' };
    await push(world, { ...event, FromUserName: 'o-of-the-platform' });
    return { parts: { me: me.subjectId }, asked: world.queued.splice(0, world.queued.length) };
  },

  /** Somebody whose number is somebody else's by now, and who is told. */
  async phones() {
    many += 1;
    const number = String(13_700_000_000 + many);
    const me = await phoneHolder(world, `gone-${many}`, number);
    const next = await holder(world, `next-${many}`, 'phone');
    world.queued.splice(0, world.queued.length);
    const code = tap(number, `next-${many}`);
    await world.ok('login/bindPhone', { code, otherAccountIsNotMine: true }, next);
    const parts = { me: parseToken(me.token)?.subjectId ?? '', next: next.subjectId };
    return { parts, asked: world.queued.splice(0, world.queued.length) };
  },

  /** A change of the policy that concerns everybody, as far as the engine of notices takes it over. */
  async audiences() {
    many += 1;
    const [x = '', y = ''] = told;
    const ref = { kind: 'audience', id: `20261201-crash-${many}` };
    await world.deps.table.write(beginAudience(ref, 'policy', { version }, world.deps.clock.now()));
    return { parts: { x, y, notice: ref.id }, asked: [ref] };
  },

  /** A count of everybody whose data a transfer of the service would move, addressed by no notice yet. */
  async transfers() {
    many += 1;
    world.wait(1000); // whoever registered at the very moment is counted another time
    const nowMs = world.deps.clock.now();
    const at = toInstant(nowMs);
    const words = { recipient: '接收方', contact: '12345', purposes: '名片', document: '文件' };
    const plan = {
      planId: `transfer-c${many}`,
      kind: 'transfer' as const,
      words,
      at,
      draftedBy: 'ling',
      draftedAt: at,
    };
    const approved = { ...plan, approvedBy: 'wu', approvedAt: at };
    const ref = transferCountOf(plan.planId, many);
    const seal = await sealOfPlan(world.deps.ring, approved);
    const rest = { state: 'approved' as const, seal, rounds: 1, counting: ref.id, endsAtSeconds: nowMs };
    const state = { plan: plan.planId, registeredBefore: at };
    await world.deps.table.write(
      putPlan(undefined, { ...approved, ...rest }),
      beginProcess(ref, 'count', state, nowMs),
    );
    return { parts: { transfer: plan.planId }, asked: [ref] };
  },

  /** A day on which accounts wait that nobody uses: to be asked first, asked again, closed; and one that has been used. */
  async dormancies() {
    many += 1;
    const nowMs = world.deps.clock.now();
    const of = async (name: string, stage: DormancyStage, usedOn: string) => {
      const { subjectId } = await holder(world, `${name}-${many}`);
      const { dueShard, dueAt } = watchAt(subjectId, stage, nowMs - 1);
      await world.deps.table.update({
        Key: keys.person(subjectId),
        UpdateExpression: 'SET usedOn = :on, dueShard = :shard, dueAt = :at',
        ExpressionAttributeValues: { ':on': usedOn, ':shard': dueShard, ':at': dueAt },
      });
      return subjectId;
    };
    const long = '2024-06-01';
    const [first, again] = [await of('first', 30, long), await of('again', 7, long)];
    const [silent, here] = [await of('silent', 0, long), await of('here', 0, '2026-11-01')];
    const run = `20261201${String(many).padStart(9, '0')}`;
    const ref = { kind: 'dormancy', id: run };
    await world.deps.table.write(beginProcess(ref, 'ask', {}, nowMs));
    return { parts: { first, again, silent, here, run }, asked: [ref] };
  },

  /** A part of the table's changes with somebody in it who has moved, and was put back; it is gone after an hour and a half. */
  async watches() {
    const since = String(world.lines.length);
    const { subjectId, earlier, later } = await whoHasMoved('watched');
    const atMs = world.deps.clock.now();
    const steps = [undefined, earlier, later, earlier, later];
    const changed = steps.slice(1).map((after, at) => ({ atMs, before: steps[at], after }));
    const part = `part-${many}`;
    written.set(part, { untilMs: atMs + 90 * MINUTE_MS, changes: changed });
    await beginWatch(world.deps);
    return { parts: { part, put: subjectId, since }, asked: world.queued.splice(0, world.queued.length) };
  },

  /** A night after a day of more notes than one step reads, with somebody who was put back behind them. */
  async nights() {
    for (const name of world.vault.keys()) if (/^(heads|roots)\//.test(name)) world.vault.delete(name);
    const since = String(world.lines.length);
    const { subjectId, earlier, later } = await whoHasMoved('noted');
    const { deps } = world;
    const nowMs = deps.clock.now();
    const day = beijingDay(nowMs);
    const note = await noteOf(deps.ring, movedBy([{ before: undefined, after: later }]), nowMs);
    for (let page = 10; page < 22; page += 1) await deps.vault.put(`${HEADS}${day}/part/${page}`, note);
    await rawTable(world).put({ TableName: world.config.TABLE_NAME, Item: earlier });
    world.wait(DAY_MS);
    const today = await headsOfToday(deps);
    if (!today) throw new Error('nothing was noted');
    const beginsMs = deps.clock.now();
    await deps.table.write(beginForecast(beginsMs), today.begin);
    world.wait(HOUR_MS + MINUTE_MS);
    const asked = [today.ref, forecastOf(beginsMs)];
    return { parts: { night: today.ref.id, day, put: subjectId, since }, asked };
  },
};

/** What was said since so many lines to whoever is on duty, and to officers of somebody: once or more often, which is the same. */
async function toldOf({ put, since }: Record<string, string>): Promise<string[]> {
  type Line = { how: string; kind: string; subjectId?: string };
  const officer = { token: 'staff:olga:officer' };
  const { lines } = await world.ok<{ lines: Line[] }>('audit/putBack', {}, officer);
  const own = lines.flatMap(({ how, kind, subjectId }) =>
    subjectId === put ? [`listed: ${how} ${kind}`] : [],
  );
  const rung = world.lines.slice(Number(since)).flatMap((line) => {
    const { event, outcome } = JSON.parse(line);
    return event === 'alarm' ? [`rung: ${outcome}`] : [];
  });
  return [...new Set([...own, ...rung])].sort();
}

/** Which heads of somebody the locked bucket has from a part, and what was said. */
async function watchedOf(parts: Record<string, string>): Promise<string[]> {
  const ref = { kind: 'watch', id: String(parts.part) };
  const notes = [...world.vault].filter(([name]) => name.includes(`/${ref.id}/`));
  const heads = await Promise.all(
    notes.map(async ([name, content]) => {
      const note = await readNote(world.deps.ring, content);
      const own = note?.heads.filter(({ owner }) => owner === parts.put) ?? [];
      return own.map(({ seq }) => `page ${name.split('/').at(-1)} has their ${seq}`);
    }),
  );
  const [row] = await world.deps.table.getMany([processKey(ref)]);
  return [
    ...heads.flat().sort(),
    ...(await toldOf(parts)),
    `the part is gone, and ${row ? 'watched' : 'left'}`,
  ];
}

/** Whether the notes of a day have come to a root, and what was said. */
async function nightOf(parts: Record<string, string>): Promise<string[]> {
  const [row] = await world.deps.table.getMany([processKey({ kind: 'heads', id: String(parts.night) })]);
  const root = world.vault.has(`roots/${parts.day}`) ? 'a root' : 'none';
  return [...(await toldOf(parts)), `of the day there is ${root}`, `the look is ${row ? 'left' : 'over'}`];
}

/** How often each was asked, where they wait, and whether their account is being closed. */
async function dormancyOf({ run, ...whose }: Record<string, string>): Promise<string[]> {
  const isOfRun = ({ sk, noticeId }: Record<string, { S?: string }>) =>
    sk?.S === 'NOTICE' && noticeId?.S?.endsWith(`-${run?.slice(-9)}`);
  const notices = (await world.scan()).filter((raw) => isOfRun(raw as never)) as {
    noticeId: { S: string };
  }[];
  const lines = Object.entries(whose).map(async ([name, subjectId]) => {
    const [item, ending] = await world.deps.table.getMany([
      keys.person(subjectId),
      processKey(endOfAccount(subjectId)),
    ]);
    const { lifeState = '', dueShard = '' } = item ? readPerson(item) : {};
    const asked = await Promise.all(
      notices.map(async ({ noticeId: { S: id } }) => {
        const members = await readAudiencePart(world.deps.table, id, 0);
        return members.filter((one) => one.subjectId === subjectId).map(() => id.split('-')[2]);
      }),
    );
    return `${name} is asked ${asked.flat().sort()}, waits ${dueShard.split('#')[0]}, ${lifeState} ${ending ? 'ends' : 'stays'}`;
  });
  return Promise.all(lines);
}

/** How often each is in the audience of a notice, and that it is sent. Whoever else has come meanwhile is not looked at. */
async function audienceOf({ notice: noticeId = '', ...whose }: Record<string, string>): Promise<string[]> {
  const notice = await readNotice(world.deps.table, noticeId);
  const parts = Array.from({ length: notice?.parts ?? 0 }, (_, part) => part);
  const members = await Promise.all(parts.map((part) => readAudiencePart(world.deps.table, noticeId, part)));
  const [asked] = await world.deps.table.getMany([processKey({ kind: 'notice', id: noticeId })]);
  const ids = members.flat().map(({ subjectId }) => subjectId);
  const times = Object.entries(whose).map(
    ([name, id]) => `${name} is in it ${ids.filter((one) => one === id).length} times`,
  );
  return [...times, `it is ${notice?.state}, and ${asked ? 'promised' : 'forgotten'}`];
}

/** What a count says against everybody who is there, reckoned apart. */
async function countOf({ transfer = '' }: Record<string, string>): Promise<string[]> {
  const { count, counting, version } = (await readPlan(world.deps.table, transfer)) ?? {};
  const ids: string[] = [];
  for await (const id of allSubjects(world.deps.table)) ids.push(id);
  const people = (await world.deps.table.getMany(ids.map(keys.person))).flatMap((item) =>
    item ? [readPerson(item)] : [],
  );
  const before = people.filter(({ createdAt }) => createdAt < (count?.registeredBefore ?? ''));
  const here = before.filter((person) => !isGone(person)).length;
  return [
    `everybody is counted: ${count?.affected === here && here > 0}`,
    `pending: ${count?.pending === here}, unaddressed: ${count?.unaddressed === here}`,
    `still counting: ${counting}, changed ${version} times`,
  ];
}

/** Takes messages one after the other, and those that they lead to. */
async function work(deps: World['deps'], messages: ProcessRef[]): Promise<void> {
  const named = { ...deps, table: { ...deps.table, by: 'operation:retention/runProcess' as const } };
  for (let next = messages.shift(); next; next = messages.shift()) {
    await runProcess(named, next, 'crash');
    messages.push(...world.queued.splice(0, world.queued.length));
  }
}

/** What the timer does until nothing is left. */
async function finish(): Promise<void> {
  for (let run = 0; run < ENOUGH_RUNS; run += 1) {
    world.wait(LONG_ENOUGH_MS);
    const { found } = await world.ok<{ found: number }>('retention/sweep', {}, { trigger: 'schedule' });
    for (const ref of world.queued.splice(0, world.queued.length))
      await world.ok('retention/runProcess', ref, { trigger: 'queue' });
    world.queued.splice(0, world.queued.length); // whatever those ask for is lost
    if (found === 0) return;
  }
  throw new Error('processes are left that never end');
}

async function ended({ parts }: Begun): Promise<string[]> {
  if (parts.part !== undefined) return watchedOf(parts);
  if (parts.night !== undefined) return nightOf(parts);
  if (parts.notice !== undefined) return audienceOf(parts);
  if (parts.run !== undefined) return dormancyOf(parts);
  if (parts.transfer !== undefined) return countOf(parts);
  const { incident: _notAPerson, ...whose } = parts;
  const people = await world.deps.table.getMany(Object.values(whose).map(keys.person));
  for (const item of people) {
    const person = item && readPerson(item);
    const verdict =
      person &&
      (await ledger.verify(world.deps.ring, world.deps.table, person.subjectId, ledgerHead(person)));
    expect(verdict).toMatchObject({ intact: true });
  }
  return endState(world, parts);
}

type Undisturbed = { calls: number; state: string[] };
const undisturbed: Record<string, Promise<Undisturbed>> = {};

/** What becomes of it on a machine that lasts. */
function lasting(name: string): Promise<Undisturbed> {
  undisturbed[name] ??= (async () => {
    const started = await beginAnew(name);
    const counting = machine(world.deps);
    await work(counting.deps, [...started.asked]);
    await finish();
    return { calls: counting.calls(), state: await ended(started) };
  })();
  return undisturbed[name];
}

type Case = { name: string; cut: Cut; comesAgain: boolean };

async function cases(name: string): Promise<Case[]> {
  const { calls } = await lasting(name);
  return Array.from({ length: Math.min(calls, MOST_CALLS) }, (_, call) => call + 1).flatMap((atCall) =>
    (['before it took effect', 'after it took effect'] as const).map((when) => ({
      name,
      cut: { atCall, when },
      comesAgain: atCall % 2 === 0,
    })),
  );
}

/** One kind in each run of `npm test`: each brings a world of people of its own. */
describe.each(some(Object.keys(begin), 1))('%s, in a process that is killed (K3, K4, A1)', (name) => {
  it('come to the same end, wherever it dies, with its message again or without', async () => {
    const { state } = await lasting(name);
    expect(state.length).toBeGreaterThan(2);
    // Recipients are waited for, for days.
    const left = state.filter((line) => line.includes('PROCESS#') && !line.includes('PROCESS#recipients#'));
    expect(left).toEqual([]);
    await holdsFor(await cases(name), 1, async ({ cut, comesAgain }) => {
      const started = await beginAnew(name);
      const dying = machine(world.deps, cut);
      await expect(work(dying.deps, [...started.asked])).rejects.toThrow('');
      world.queued.splice(0, world.queued.length);
      if (comesAgain) await work(world.deps, [...started.asked]);
      await finish();
      expect(await ended(started)).toEqual(state);
    });
  });

  it('come to the same end with messages doubled, in another order, and two at work at once', async () => {
    const { state } = await lasting(name);
    const order = fc.array(fc.nat(), { minLength: 8, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(order, async (ranks) => {
        const started = await beginAnew(name);
        const twice = [...started.asked, ...started.asked].map((ref, index) => ({
          ref,
          rank: ranks[index % 8] ?? 0,
        }));
        const messages = twice.sort((a, b) => a.rank - b.rank).map(({ ref }) => ref);
        const half = Math.ceil(messages.length / 2);
        await Promise.all([
          work(world.deps, messages.slice(0, half)),
          work(world.deps, messages.slice(half)),
        ]);
        await finish();
        expect(await ended(started)).toEqual(state);
      }),
      { numRuns: amount(12, 1) },
    );
  });
});
