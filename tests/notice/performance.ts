import { randomBytes } from 'node:crypto';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { SANDBOX_TEMPLATES } from '../../infra/local/sandbox/approved-templates';
import { pushOf, SANDBOX_PUSH } from '../../infra/local/sandbox/wechat-push';
import { MINUTE_MS } from '../../lib/clock';
import { NOT_OPEN } from '../../lib/gate/channels';
import { approvedTemplatesOf } from '../../lib/listed';
import { breachWording } from '../../lib/notice/text/breach';
import { toStored } from '../../lib/notice/text/stored';
import { textsOf } from '../../lib/notice/text/texts';
import { recount } from '../../lib/process/notice/books';
import type { Notice } from '../../lib/table/notice/notice';
import { readRecipient, recipientKey, SELF } from '../../lib/table/notice/recipient';
import type { Waiting } from '../../lib/table/process/process';
import { member, type Stage, sent, waiting } from './stage';
import type { Arrived, Fate } from './told-by-sandbox';
import { channels, isPastItsTime, newDay, type Town } from './town';
import { words } from './wording';
import type { Cut } from './worker-process';
import type { Outcome, Workers } from './workers';

/** How a notice goes: how the sandbox is steered, who dies when, and what else happens. */
export type Plan = {
  fates: readonly Fate[];
  /** Residents, by their place, who are not to be told. */
  exempt?: readonly number[];
  drill?: boolean;
  /** When workers die, counted over all their steps. */
  cuts?: readonly Cut[];
  /** Whether two are at work at once while some are still to die; otherwise each step has its number. */
  together?: boolean;
  /** How often each message is brought, and in which order: some numbers, used in turn. Without: once, as they come. */
  disorder?: readonly number[];
  /** What the partners take in a second. */
  perSecond?: number;
  /** After each round. */
  each?(round: Round): Promise<void>;
};
export type Round = { noticeId: string; arrived(): Promise<Arrived[]>; isQuiet: boolean };
export type End = {
  noticeId: string;
  arrived: Arrived[];
  died: string[];
  steps: number;
  rounds: number;
  books: Books;
  /** Messages of which no partner was asked for a fault of ours, by their codes: a play of a sound service has none. */
  faults: string[];
};
type Books = Awaited<ReturnType<typeof recount>>['people'];

const region = 'cn-north-1';
export const PER_PART = 3;
const EXEMPT_KIND = 'nickname';
/** Receipts that wait at a partner are looked for so often. */
const LOOK_MS = 10 * 60_000;
/** More than any notice takes. */
const MOST_ROUNDS = 400;

/**
 * Sends a notice to everybody of the town, as SQS and the minute timer drive the workers, until nothing is left to do.
 * @throws Error in a town that is past its time
 */
export async function perform(town: Town, workers: Workers, plan: Plan): Promise<End> {
  if (isPastItsTime(town)) throw new Error('a town is past its time: found another');
  const { world, sqs, contacts, residents } = town;
  const { deps } = world;
  const { exempt = [], drill = false, disorder = [0], perSecond } = plan;
  const cuts = [...(plan.cuts ?? [])];
  const client = new SQSClient({ region, endpoint: sqs.endpoint });
  const QueueUrl = sqs.queues.NoticeQueue;
  const died: string[] = [];
  let [steps, invocations, drawn] = [0, 0, 0];
  const draw = () => disorder[drawn++ % disorder.length] ?? 0;

  await newDay(town);
  for (const [index, { contacts: own }] of residents.entries())
    for (const channel of channels) {
      const [to, fate] = [own[channel], plan.fates[index]?.[channel]];
      if (to !== undefined && fate) await town.sandbox('POST', '/contacts', { channel, to, ...fate });
    }
  if (perSecond !== undefined)
    for (const path of ['/#SendSms', '/cgi-bin/message/subscribe/send', 'smtp'])
      await town.sandbox('POST', '/quotas', { path, max: perSecond, windowMs: 1000 });

  const on: Stage = { world, deps, until: async (atMs) => moveTo(atMs) };
  const members = residents.map(({ subjectId }, index) =>
    member(subjectId, exempt.includes(index) ? { kinds: [EXEMPT_KIND] } : {}),
  );
  const { noticeId, asked } = await sent(on, members, noticeOf(drill, exempt.length > 0), PER_PART);
  await deps.noticeQueue.send([asked]);

  function moveTo(atMs: number): void {
    world.wait(Math.max(0, atMs - deps.clock.now()));
  }

  async function invoke(event: unknown): Promise<Outcome> {
    invocations += 1;
    const [next] = cuts;
    const cut = next && next.atStep > steps ? { ...next, atStep: next.atStep - steps } : undefined;
    const asked = { event, requestId: `request-${invocations}`, nowMs: deps.clock.now() };
    const outcome = await workers.invoke({ ...asked, ...(cut && { cut }) });
    if ('died' in outcome) {
      steps = cuts.shift()?.atStep ?? steps;
      died.push(`${isTimer(event) ? 'timer' : 'message'}: ${outcome.died}`);
    } else {
      steps += outcome.steps;
      moveTo(outcome.nowMs);
    }
    return outcome;
  }

  /** Brings a message as Lambda does. What its worker did not live to delete comes again. */
  async function bring(message: Message): Promise<void> {
    const outcome = await invoke(queueEvent(message));
    const { ReceiptHandle } = message;
    const isDone = 'answer' in outcome && (outcome.answer as Answered).batchItemFailures?.length === 0;
    const again = new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 });
    const done = new DeleteMessageCommand({ QueueUrl, ReceiptHandle });
    await (isDone ? client.send(done) : client.send(again)).catch(() => {}); // brought twice, it may be gone
  }

  async function bringAll(): Promise<number> {
    const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 });
    const { Messages = [] } = await client.send(receive);
    const brought = Messages.flatMap((message) => {
      const copies = Array.from({ length: 1 + (draw() % 2) }, () => ({ message, rank: draw() }));
      return plan.disorder ? copies : copies.slice(0, 1);
    }).sort((a, b) => a.rank - b.rank);
    // Until everybody has died who is to, one after the other, so that each step has its number.
    if (cuts.length > 0 && !plan.together) for (const { message } of brought) await bring(message);
    else {
      const half = Math.ceil(brought.length / 2);
      const queues = [brought.slice(0, half), brought.slice(half)];
      await Promise.all(
        queues.map(async (own) => {
          for (const { message } of own) await bring(message);
        }),
      );
    }
    return Messages.length;
  }

  /** What partners bring by themselves; where messages are doubled, these are as well, the last one first. */
  async function bringReceipts(): Promise<void> {
    const webhook = (path: string, input: object) =>
      world.ok(`events/${path}`, input, { trigger: 'webhook' });
    const twice = <T>(all: T[]) => (plan.disorder ? [...all, ...all].reverse() : all);
    for (const event of twice(contacts.messageEvents.take(1000))) {
      const seconds = Math.floor(deps.clock.now() / 1000);
      const settings = { ...SANDBOX_PUSH, appid: 'wxtest' };
      const pushed = pushOf(settings, event as never, { seconds, random: randomBytes(16) });
      await webhook('wechat', { method: 'POST', ...pushed });
    }
    for (const { to, content } of twice(contacts.bounces.take(1000)))
      await webhook('mail', { method: 'POST', query: { to }, body: content });
  }

  const arrived = async () => ((await town.sandbox('GET', '/receipts')) as { receipts: Arrived[] }).receipts;
  const look = async () => {
    const { people: books } = await recount(deps, noticeId);
    const { affected, delivered, announced, exempt: excused, pending } = books;
    expect(delivered + announced + excused + pending).toBe(affected);
    expect(affected).toBe(residents.length);
    return books;
  };
  const faults = async () => {
    const rows = residents.map(({ subjectId }) => recipientKey(subjectId, { noticeId, about: SELF }));
    const tries = (await deps.table.getMany(rows)).flatMap((row) => readRecipient(row)?.tries ?? []);
    return tries.flatMap(({ channel, code }) => (code === NOT_OPEN ? [`${channel}: ${code}`] : []));
  };

  let before: Waiting | undefined;
  for (let rounds = 1; rounds <= MOST_ROUNDS; rounds += 1) {
    const brought = await bringAll();
    await bringReceipts();
    await look();
    await plan.each?.({ noticeId, arrived, isQuiet: brought === 0 });
    if (brought > 0) continue;
    const [first] = await waiting(on);
    if (!first) {
      client.destroy();
      const seen = { arrived: await arrived(), books: await look(), faults: await faults() };
      return { noticeId, died, steps, rounds, ...seen };
    }
    const isOwed = [contacts.smsReceipts, contacts.messageEvents, contacts.bounces].some(
      (one) => one.list().length > 0,
    );
    const firstMs = Date.parse(first.dueAt);
    // What a dead worker holds is due and cannot be taken up: the timer comes again a minute later.
    const isMet = before?.ref.id === first.ref.id && before.dueAt === first.dueAt;
    const dueMs = isMet && firstMs <= deps.clock.now() ? deps.clock.now() + MINUTE_MS : firstMs;
    before = first;
    moveTo(isOwed ? Math.min(dueMs, deps.clock.now() + LOOK_MS) : dueMs);
    await bringReceipts();
    await invoke(EVERY_MINUTE);
  }
  throw new Error('a notice never ends');
}

const EVERY_MINUTE = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };
const isTimer = (event: unknown) => event === EVERY_MINUTE;

type Answered = { batchItemFailures?: unknown[] };

function queueEvent({ MessageId = '', ReceiptHandle = '', Body = '' }: Message) {
  const where = { eventSource: 'aws:sqs', awsRegion: region };
  const what = { messageId: MessageId, receiptHandle: ReceiptHandle, body: Body };
  return { Records: [{ ...what, ...where, attributes: {}, messageAttributes: {} }] };
}

function noticeOf(drill: boolean, hasExempt: boolean): Partial<Notice> {
  const made = textsOf(
    {
      ...{ noticeId: '20261201-TEST-n1', ...breachWording(words), kinds: ['phone-number'], drill },
      ...{ channels, nowMs: Date.parse('2026-12-01T02:00:00Z') },
    },
    approvedTemplatesOf(SANDBOX_TEMPLATES),
  );
  if ('flaws' in made) throw new Error(JSON.stringify(made.flaws));
  const evidence = { document: 'D-1', sha256: '0'.repeat(64) };
  return {
    texts: toStored(made.texts, [...channels]),
    drill,
    exemptions: hasExempt ? [{ kinds: [EXEMPT_KIND], reason: '已采取措施', evidence }] : [],
  };
}
