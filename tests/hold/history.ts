import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../lib/clock';
import { runProcess } from '../../lib/process/run';
import type { ProcessRef } from '../../lib/table/process/process';
import { type Holder, holder, newCard } from '../cards/support';
import { accountNumber, proofFor } from '../login/support';
import { machine } from '../process/machine';
import { grant, seenEntryOf, withdraw } from '../support/consent';
import { beginEnd } from '../support/end';
import { onceKey, type World } from '../support/world';
import { everything, place, release } from './support';

/** What a hold names: everything, the records of one sort, or what came in the last ten days. */
export type Scope = 'all' | 'cards' | 'deliveries' | 'links' | 'what is new';
/** A card ends by right alone; a delivery is left to the database’s broom after 30 days, and a link to the sweep after so many. */
export type Sort = 'card' | 'delivery' | 'share';
/** How what is due gets done: in peace, by two at once and twice over, or by one that loses its power at a call. */
export type Doing =
  | 'in peace'
  | 'by two'
  | { atCall: number; when: 'before it took effect' | 'after it took effect' };

export type Act =
  | { do: 'make'; sort: Sort }
  | { do: 'hold'; scope: Scope }
  | { do: 'release'; which: number }
  | { do: 'withdraw' | 'erase a part' | 'agree'; sort: Sort }
  | { do: 'end' | 'join' }
  | { do: 'wait'; days: number }
  | { do: 'work'; doing: Doing };

/** A record as the model knows it: when it came, whether it should be gone, and the holds that it is named by. */
export type Known = {
  sort: Sort;
  sk: string;
  cameMs: number;
  endsMs?: number;
  isDue: boolean;
  isGone: boolean;
  holds: Set<string>;
};

const purposes = { card: 'cards', share: 'cards', delivery: 'delivery' } as const;
const NEW_DAYS = 10;
/** By hand, from the policy. */
const ENDS_AFTER_MS = { card: undefined, delivery: 30 * DAY_MS, share: 30 * DAY_MS };
const contact = { name: '林晓', phone: '13800138000', address: '昆明市' };
/** Runs of the timer after which everything is over. */
const ENOUGH_RUNS = 30;
/** What one person may be held by at once, while all of it is at freezing. */
const MOST_HOLDS = 4;

/**
 * One person whose records come, are held and end in any order, and a plain model of it, which knows no more than this: what a
 * hold named when it was placed stays until the last such hold is released; what is due and held by none goes; nothing else does.
 */
export class History {
  readonly records: Known[] = [];
  readonly holds = new Map<string, { isWhole: boolean; isReleased: boolean }>();
  readonly agreed = new Set<string>(['cards', 'delivery']);
  /** The way out that the account has taken, and whether that has been worked off. */
  out: 'erased' | 'left' | undefined;
  isOver = false;

  private constructor(
    readonly world: World,
    readonly openid: string,
    public me: Holder,
  ) {}

  static async begin(world: World): Promise<History> {
    const openid = `history-${onceKey()}`;
    const history = new History(world, openid, await holder(world, openid, 'delivery'));
    await history.wait(NEW_DAYS + 1); // the account itself is not what is new
    return history;
  }

  get isHeld(): boolean {
    return [...this.holds.values()].some(({ isWhole }) => isWhole);
  }

  get life(): string {
    return this.out ?? (this.isHeld ? 'held' : 'active');
  }

  async act(act: Act): Promise<void> {
    switch (act.do) {
      case 'make':
        return this.make(act.sort);
      case 'hold':
        return this.hold(act.scope);
      case 'release':
        return this.release(act.which);
      case 'withdraw':
      case 'erase a part':
        return this.endPart(act.do, act.sort);
      case 'agree':
        return this.agree(act.sort);
      case 'end':
        return this.end();
      case 'join':
        return this.join();
      case 'wait':
        return this.wait(act.days);
      case 'work':
        return this.work(act.doing);
    }
  }

  private async make(sort: Sort): Promise<void> {
    await this.work('in peace'); // what comes while a hold is at freezing is named by it or not
    const mayBe = this.out === undefined && !this.isHeld && this.agreed.has(purposes[sort]);
    if (!mayBe) {
      await expect(this.ask(sort === 'share' ? 'card' : sort, '')).rejects.toThrow('was refused');
      return;
    }
    const card = this.records.find((one) => one.sort === 'card' && !one.isGone && one.holds.size === 0);
    if (sort === 'share' && !card) return this.make('card');
    const before = new Set((await this.stored()).map(({ sk }) => sk));
    await this.ask(sort, card?.sk.split('#').at(-1) ?? '');
    const cameMs = this.world.deps.clock.now();
    const come = (await this.stored()).find(({ sk, entity }) => entity === sort && !before.has(sk));
    const after = ENDS_AFTER_MS[sort];
    const ends = after === undefined ? {} : { endsMs: cameMs + after };
    const free = { isDue: false, isGone: false, holds: new Set<string>() };
    this.records.push({ sort, sk: come?.sk ?? '', cameMs, ...ends, ...free });
  }

  private async ask(sort: Sort, cardId: string): Promise<void> {
    const { world, me } = this;
    const idempotencyKey = onceKey();
    if (sort === 'delivery') await world.ok('profile/createDelivery', { ...contact, idempotencyKey }, me);
    else if (sort === 'share')
      await world.ok('cards/share', { cardId, fields: ['name'], lifeHours: 30 * 24, idempotencyKey }, me);
    else {
      const made = await newCard(world, me);
      const visibility = { cardId: made.cardId, version: 1, visibility: { name: 'link' } };
      await world.ok('cards/setVisibility', visibility, me);
    }
  }

  private async hold(scope: Scope): Promise<void> {
    if ((this.out === 'erased' && this.isOver) || this.holds.size >= MOST_HOLDS) return;
    const sinceMs = this.world.deps.clock.now() - NEW_DAYS * DAY_MS;
    const asked: Record<Scope, object> = {
      all: {},
      cards: { kinds: ['card-name'] },
      deliveries: { kinds: ['delivery-contact'] },
      links: { kinds: ['card-label'] },
      'what is new': { from: new Date(sinceMs).toISOString() },
    };
    const names: Record<Scope, (one: Known) => boolean> = {
      all: () => true,
      cards: ({ sort }) => sort === 'card',
      deliveries: ({ sort }) => sort === 'delivery',
      links: ({ sort }) => sort === 'share',
      'what is new': ({ cameMs }) => Math.floor(cameMs / 1000) >= Math.floor(sinceMs / 1000),
    };
    const id = await place(this.world, this.me.subjectId, asked[scope], false);
    this.holds.set(id, { isWhole: scope === 'all', isReleased: false });
    for (const one of this.records) if (!one.isGone && names[scope](one)) one.holds.add(id);
  }

  private async release(which: number): Promise<void> {
    const standing = [...this.holds].filter(([, { isReleased }]) => !isReleased);
    const [id, known] = standing[which % Math.max(standing.length, 1)] ?? [];
    if (!id || !known) return;
    await release(this.world, id, false);
    known.isReleased = true;
  }

  private async endPart(how: 'withdraw' | 'erase a part', sort: Sort): Promise<void> {
    const purpose = purposes[sort];
    if (this.out || !this.agreed.has(purpose)) return;
    if (how === 'withdraw') {
      await withdraw(this.world, this.me, purpose);
      this.agreed.delete(purpose);
    } else {
      const seenEntry = await seenEntryOf(this.world, this.me, purpose);
      await this.world.ok('rights/erasePart', { purpose, seenEntry, idempotencyKey: onceKey() }, this.me);
    }
    this.due((one) => purposes[one.sort] === purpose);
  }

  private async agree(sort: Sort): Promise<void> {
    if (this.out || this.isHeld || this.agreed.has(purposes[sort])) return;
    await grant(this.world, this.me, purposes[sort]);
    this.agreed.add(purposes[sort]);
  }

  /** The account ends by right. */
  private async end(): Promise<void> {
    if (this.out) return;
    await beginEnd(this.world, this.me.subjectId);
    this.out = 'erased';
    this.due(() => true);
  }

  /** The account is given up for another one of the same person. */
  private async join(): Promise<void> {
    if (this.out || this.isHeld) return;
    const { world, me } = this;
    const other = `other-${onceKey()}`;
    const stays = await world.signIn(other);
    const here = await accountNumber(world, stays);
    const act = 'login/joinAccounts';
    const otherProof = await proofFor(world, me, this.openid, act, here);
    const proof = await proofFor(world, stays, other, act, me.subjectId);
    await world.ok(act, { keep: 'this', otherProof }, { ...stays, proof });
    this.out = 'left';
    this.due(() => true);
  }

  private due(which: (one: Known) => boolean): void {
    for (const one of this.records) if (which(one)) one.isDue = true;
  }

  private async wait(days: number): Promise<void> {
    this.world.wait(days * DAY_MS);
    const nowMs = this.world.deps.clock.now();
    this.due(({ endsMs }) => endsMs !== undefined && endsMs <= nowMs);
    if (!this.out) this.me = { ...this.me, ...(await this.world.signIn(this.openid)) };
  }

  /** Everything that is due gets done, however it is disturbed, and the model does the same. */
  async work(doing: Doing): Promise<void> {
    const { world } = this;
    const asked = world.queued.splice(0, world.queued.length);
    if (doing === 'by two') {
      const half = Math.ceil(asked.length / 2);
      await Promise.all([
        this.take(world.deps, [...asked, ...asked.slice(0, half)].reverse()),
        this.take(world.instance(), [...asked]),
      ]);
    } else if (doing === 'in peace') await this.take(world.deps, asked);
    else {
      await this.take(machine(world.deps, doing).deps, asked).catch(() => undefined);
      world.queued.splice(0, world.queued.length); // its messages are lost with it
    }
    await this.finish();
    for (const one of this.records) {
      for (const [id, { isReleased }] of this.holds) if (isReleased) one.holds.delete(id);
      one.isGone ||= one.isDue && one.holds.size === 0;
    }
    for (const [id, { isReleased }] of this.holds) if (isReleased) this.holds.delete(id);
    this.isOver = this.out !== undefined;
  }

  private async take(deps: World['deps'], messages: ProcessRef[]): Promise<void> {
    const named = { ...deps, table: { ...deps.table, by: 'operation:retention/runProcess' as const } };
    for (let next = messages.shift(); next; next = messages.shift()) {
      await runProcess(named, next, 'history');
      messages.push(...this.world.queued.splice(0, this.world.queued.length));
    }
  }

  /** Timer and queue until nothing is due. */
  private async finish(): Promise<void> {
    for (let run = 0; run < ENOUGH_RUNS; run += 1) {
      this.world.wait(run === 0 ? HOUR_MS : 10 * MINUTE_MS);
      const { found, swept } = await this.world.ok<{ found: number; swept: number }>(
        'retention/sweep',
        {},
        { trigger: 'schedule' },
      );
      await this.world.work();
      await this.broom();
      if (found === 0 && swept === 0) return;
    }
    throw new Error('something is left that never ends');
  }

  /** As the database deletes by itself what says so. */
  private async broom(): Promise<void> {
    const nowSeconds = Math.floor(this.world.deps.clock.now() / 1000);
    for (const { pk, sk, ttlSeconds } of await this.stored())
      if (Number(ttlSeconds) <= nowSeconds)
        await this.world.deps.table.write({ Delete: { Key: { pk, sk } } });
  }

  stored() {
    return everything(this.world, this.me.subjectId);
  }
}
