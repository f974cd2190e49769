import { wake } from '../../functions/notify/wake';
import type { Deps } from '../../lib/deps';
import type { Receipt } from '../../lib/notice/channel';
import { applyReceipts } from '../../lib/process/notice/apply-receipt';
import { recount } from '../../lib/process/notice/books';
import { runNotice } from '../../lib/process/notice/kinds';
import type { ProcessRef } from '../../lib/table/process/process';
import { amount } from '../proof/sample';
import { createWorld, type World } from '../support/world';
import { member, type Partner, partner, people, sent, stage } from './stage';
import { virtualTime } from './virtual-time';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const PEOPLE = amount(20_000, 60);
const WORKERS = 6;
const PER_SECOND = 20;
const ANSWERS_AFTER_MS = 150;
const RECEIPT_AFTER_MS = 3000;
const LOOK_EVERY_MS = 250;
/** The queue keeps no message back longer. */
const LONGEST_DELAY_MS = 900_000;

it('takes no longer than the quotas of its channels, with dead numbers and a partner that throttles, and never asks faster than they allow (B6)', async () => {
  const time = virtualTime(
    () => world.deps.clock.now(),
    (byMs) => world.wait(byMs),
  );
  const { now, until } = time;
  const ids: string[] = [];
  const place = new Map<string, number>();
  const isDead = (id: string) => (place.get(id) ?? 0) % 100 === 7;
  const receipts: { atMs: number; receipt: Receipt }[] = [];
  const throttles = (id: string, nth: number) => nth === 1 && (place.get(id) ?? 0) % 1000 === 3;
  const sms = partner({
    now,
    reaches: () => true,
    quota: { perSecond: PER_SECOND },
    conduct: (to, nth) => (throttles(to, nth) ? 'throttled' : 'accepted'),
    before: () => until(now() + ANSWERS_AFTER_MS),
  });
  const mail = partner({ now, reaches: isDead, quota: { perSecond: PER_SECOND } });
  const answering = answersWith(sms, receipts, now, isDead);

  const queue: { ref: ProcessRef; atMs: number }[] = [];
  const noticeQueue: Deps['noticeQueue'] = {
    async send(refs, afterMs = 0) {
      const delayMs = afterMs > 0 ? (Math.ceil(afterMs / 1000) + 1) * 1000 : 0;
      if (delayMs <= LONGEST_DELAY_MS) queue.push(...refs.map((ref) => ({ ref, atMs: now() + delayMs })));
    },
  };
  const bare = stage(world, {});
  ids.push(...(await people(bare, PEOPLE)));
  ids.forEach((id, index) => void place.set(id, index));
  const on = stage(world, { sms: answering, mail: mail.way });
  const deps: Deps = {
    ...on.deps,
    table: time.instant(world.deps.table),
    ring: time.instant(world.deps.ring),
    noticeQueue,
    channels: { ...on.deps.channels, until: (atMs) => (atMs > now() ? until(atMs) : Promise.resolve()) },
  };
  const { noticeId, asked } = await sent(
    bare,
    ids.map((id) => member(id)),
    { channels: ['sms', 'mail', 'announcement'] },
  );
  await noticeQueue.send([asked]);
  const beganMs = now();
  const dead = ids.filter(isDead).length;
  const isOver = () => mail.taken.length === dead && sms.taken.length === PEOPLE;

  async function worker(): Promise<void> {
    while (!isOver()) {
      const index = queue.findIndex(({ atMs }) => atMs <= now());
      const [message] = index < 0 ? [] : queue.splice(index, 1);
      if (message) await runNotice(deps, message.ref, 'pace');
      else await until(now() + LOOK_EVERY_MS);
    }
  }
  async function timer(): Promise<void> {
    for (let minute = beganMs + 60_000; !isOver(); minute += 60_000) {
      await until(minute);
      if (!isOver()) await wake(deps, { requestId: 'pace' });
    }
  }
  async function events(): Promise<void> {
    while (!isOver()) {
      await until(now() + 1000);
      const due = receipts.filter(({ atMs }) => atMs <= now());
      await applyReceipts(
        deps,
        due.map(({ receipt }) => ({ ...receipt, channel: 'sms' as const })),
      );
      receipts.splice(0, due.length);
    }
  }
  await time.pass(Promise.all([...Array.from({ length: WORKERS }, worker), timer(), events()]));

  const bySecond = new Map<number, number>();
  for (const { atMs } of sms.taken) {
    const second = Math.floor((atMs - ANSWERS_AFTER_MS) / 1000);
    bySecond.set(second, (bySecond.get(second) ?? 0) + 1);
  }
  expect(Math.max(...bySecond.values())).toBeLessThanOrEqual(PER_SECOND);
  expect(new Set(sms.taken.map(({ to }) => to)).size).toBe(PEOPLE);
  expect(sms.taken).toHaveLength(PEOPLE);
  const idealMs = (PEOPLE / PER_SECOND) * 1000;
  const lastMs = Math.max(...sms.taken.map(({ atMs }) => atMs)) - beganMs;
  // What a few seconds at either end come to in a notice of this size.
  const endsMs = amount(0, 4000);
  expect(lastMs).toBeLessThanOrEqual(idealMs * 1.05 + endsMs);
  const allMs = Math.max(...mail.taken.map(({ atMs }) => atMs)) - beganMs;
  expect(allMs).toBeLessThanOrEqual(idealMs * 1.05 + amount(0, 14_000));
  const books = (await recount(world.deps, noticeId)).people;
  expect(books).toMatchObject({ affected: PEOPLE, announced: 0, exempt: 0 });
});

/** The partner's way, with a receipt for what it has taken after a while: dead numbers say so, the others too. */
function answersWith(
  one: Partner,
  receipts: { atMs: number; receipt: Receipt }[],
  now: () => number,
  isDead: (to: string) => boolean,
) {
  const { way } = one;
  const send: typeof way.send = async (to, message, reference) => {
    const said = await way.send(to, message, reference);
    if (said.status !== 'accepted') return said;
    const status = isDead(to) ? ('permanent-failure' as const) : ('delivered' as const);
    const receipt = { reference, messageId: said.messageId ?? '', status, code: 'x', at: '' };
    receipts.push({ atMs: now() + RECEIPT_AFTER_MS, receipt });
    return said;
  };
  return { ...way, send };
}
