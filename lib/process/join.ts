import { DAY_MS } from '../clock';
import type { Deps } from '../deps';
import type { Item, Write } from '../table/client';
import { isFrozen } from '../table/item';
import { type Key, keys, textOf } from '../table/keys';
import { nothingAdded } from '../table/person/join';
import { readPerson } from '../table/person/person';
import { openPerson } from '../table/person/person-key';
import { wayOf } from '../table/person/ways';
import {
  openidsIn,
  putWechatAccount,
  readWechatAccount,
  removeWechatAccount,
  wechatAccountKey,
  withOpenids,
} from '../table/person/wechat-account';
import { personProcess } from '../table/process/process';
import type { AnyEntity } from '../table/readers/any-entity';
import { eraseSteps } from '../table/readers/erase';
import { guardianKey, moveWard, queryWards, WRITES_PER_WARD } from '../table/real-name/minor';
import { blockingKey, moveBlock, movedKey, queryBothSides, WRITES_PER_BLOCK } from '../table/sharing/block';
import { carryReport, counterpartKey, ownReportItems, WRITES_PER_REPORT } from '../table/sharing/card-report';
import { carryTickets } from '../table/ticket/carry';
import { openTicketsKey } from '../table/ticket/open-tickets';
import { queryTickets } from '../table/ticket/ticket';
import { MAX_STEP_WRITES, type Next, type ProcessKind, type StepInput } from './kind';

/**
 * What follows when one account of a person is given up for another one (promise A1). It lies with the account that stays
 * and begins with the fences (functions/login/join.ts), behind which nothing new appears. First the blocks move, so that
 * whoever has blocked one account is kept from the other one; then the children answered for, the tickets and what was reported; then
 * what is left of the account goes, and at last the openids move. What rested on consents is erased by processes of its own, each with its entry in the ledger.
 */
export const join: ProcessKind = { blocks, wards, tickets, reports, rest, openids };

const BLOCKS_PER_STEP = Math.floor(MAX_STEP_WRITES / WRITES_PER_BLOCK);

async function blocks({ table }: Deps, { process }: StepInput): Promise<Next> {
  const { from, to, after } = accountsOf(process);
  const found = await queryBothSides(table, from, BLOCKS_PER_STEP, after);
  const last = found.at(-1);
  if (!last) return { to: 'wards', state: { from } };
  const here = found.map(blockingKey);
  const items = await table.getMany([...here, ...here.map((key) => movedKey(key, from, to))]);
  const writes = here.flatMap((_, at) => moveBlock(items[at], items[here.length + at], from, to));
  return { to: 'blocks', state: { from, after: last.sk }, writes };
}

/** Both accounts hold what is sensitive about a child, so the counts of both move. */
const WRITES_OF_COUNTS = 4;
const WARDS_PER_STEP = Math.floor((MAX_STEP_WRITES - WRITES_OF_COUNTS) / WRITES_PER_WARD);

/** The children that somebody has answered for, so that they can still take it back. */
async function wards({ table }: Deps, { process }: StepInput): Promise<Next> {
  const { from, to, after } = accountsOf(process);
  const found = (await queryWards(table, from, after)).slice(0, WARDS_PER_STEP);
  const last = found.at(-1);
  if (!last) return { to: 'tickets', state: { from } };
  const answered = await table.getMany(found.map(({ childId }) => guardianKey(childId)));
  const writes = found.flatMap((note, index) => moveWard(note, answered[index], from, to));
  return { to: 'wards', state: { from, after: last.wardId }, writes };
}

/** Each is two writes, and the words of so many are far below what a transaction takes. */
const TICKETS_PER_STEP = 20;

/** What was asked in the account given up is answered in the one that stays; its words are sealed anew there. */
async function tickets(deps: Deps, { process, self }: StepInput): Promise<Next> {
  const { from, to } = accountsOf(process);
  const { items } = await queryTickets(deps.table, from, TICKETS_PER_STEP);
  const [left, open] = await deps.table.getMany([keys.person(from), openTicketsKey(to)]);
  const sides = items.length > 0 ? await sidesOf(deps, left, self) : undefined;
  if (!sides) return { to: 'reports', state: { from } };
  return { to: 'tickets', state: { from }, writes: carryTickets(items, sides.from, sides.to, open) };
}

const REPORTS_PER_STEP = Math.floor(MAX_STEP_WRITES / WRITES_PER_REPORT);

/** What was reported from the account given up is decided all the same, and the person hears of it in the one that stays. */
async function reports(deps: Deps, { process, self }: StepInput): Promise<Next> {
  const { from } = accountsOf(process);
  const items = await ownReportItems(deps.table, from, REPORTS_PER_STEP);
  const keysOfHalves = items.flatMap((item) => counterpartKey(item) ?? []);
  const [left, ...halves] = await deps.table.getMany([keys.person(from), ...keysOfHalves]);
  const sides = items.length > 0 ? await sidesOf(deps, left, self) : undefined;
  if (!sides) return { to: 'rest', state: { from } };
  const halfOf = (key: Key | undefined) => key && halves.find((half) => half && textOf(half) === textOf(key));
  const writes = items.flatMap((item) =>
    carryReport(item, halfOf(counterpartKey(item)), sides.from, sides.to),
  );
  return { to: 'reports', state: { from }, writes };
}

/** Both accounts with what opens them; undefined where one of them has no key any more. */
async function sidesOf(deps: Deps, left: Item | undefined, self: Item | undefined) {
  if (!left || !self) return undefined;
  const [leaves, stays] = [readPerson(left), readPerson(self)];
  const [there, here] = [await openPerson(deps, leaves), await openPerson(deps, stays)];
  if (!there || !here) return undefined;
  return {
    from: { subjectId: leaves.subjectId, sealer: there },
    to: { subjectId: stays.subjectId, sealer: here },
  };
}

/** How often it is looked whether a hold has let go of an openid. */
const HELD_MS = DAY_MS;

/**
 * The openids of the account given up, sealed anew under the key of the one that stays. While a hold keeps those of either they lie
 * where they are and nobody opens them; they move when it is released, so that nothing is lost by it (promise S3).
 */
async function openids(deps: Deps, { process, self }: StepInput): Promise<Next> {
  const { from, to } = accountsOf(process);
  const all = [keys.person(from), wechatAccountKey(to), wechatAccountKey(from)];
  const [left, ...accounts] = await deps.table.getMany(all, 'ended-too');
  if (!self || !left || !accounts[1]) return { to: 'end' };
  if (accounts.some(isFrozen)) return { waitUntilMs: deps.clock.now() + HELD_MS };
  return { to: 'end', writes: await moveOpenids(deps, self, left, accounts) };
}

/** Refused when an identity has been added meanwhile, which moves the head of the ledger. */
async function moveOpenids(
  deps: Deps,
  self: Item,
  left: Item,
  [to, from]: (Item | undefined)[],
): Promise<Write[]> {
  const stays = readPerson(self);
  const gone = removeWechatAccount(readPerson(left).subjectId);
  const sides = await sidesOf(deps, left, self);
  if (!sides) return [gone];
  const [kept, given] = [readWechatAccount(to, sides.to.sealer), readWechatAccount(from, sides.from.sealer)];
  if (!kept || !given) return [gone];
  // Of those that came over: what rested on the phone of the account given up has ended with it.
  const came = Object.entries(openidsIn(given)).filter(([name]) => wayOf(stays, name));
  const all = withOpenids(kept, Object.fromEntries(came));
  return [gone, putWechatAccount(stays.subjectId, all, sides.to.sealer, to), nothingAdded(stays)];
}

/**
 * What rests on no consent. The person's own item stays: it says that the account was left, and holds the ledger's head; the openids
 * have yet to move.
 */
async function rest({ table }: Deps, { process }: StepInput): Promise<Next> {
  const { from } = accountsOf(process);
  const stay = [keys.person(from).sk, wechatAccountKey(from).sk];
  const goes = (item: Item, entity: AnyEntity) =>
    item.epoch === undefined && !stay.includes(item.sk) && entity.name !== personProcess.name;
  for await (const { writes } of eraseSteps(table, from, { goes, maxWrites: MAX_STEP_WRITES }))
    return { to: 'rest', state: { from }, writes };
  return { to: 'openids', state: { from } };
}

/** `after`: what a step has come to. What is held stays where it was when it has moved, so nothing is gone through twice. */
function accountsOf({ subjectId, state }: StepInput['process']): {
  from: string;
  to: string;
  after?: string;
} {
  const { from, after } = state;
  if (typeof from !== 'string' || subjectId === undefined) throw new Error('a join names no account');
  return { from, to: subjectId, ...(after !== undefined && { after: String(after) }) };
}
