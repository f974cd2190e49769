import fc from 'fast-check';
import { runProcess } from '../../lib/process/run';
import type { ProcessRef } from '../../lib/table/process/process';
import { amount } from '../proof/sample';
import { type Answer, consentAct, grant, withdraw } from '../support/consent';
import { type Caller, createWorld, onceKey, type World } from '../support/world';

type Made = { cardId: string; version: number; name: string };
const make = (world: World, me: Caller, name: string, idempotencyKey = onceKey()) =>
  world.call('cards/create', { name, idempotencyKey }, me);
const cardItems = async (world: World) =>
  (await world.scan()).filter((item) => JSON.stringify(item.entity) === '{"S":"card"}');

describe('cards changed by several devices at once (C1)', () => {
  it('of edits that start from the same version exactly one is kept, and the others know', async () => {
    const world = await createWorld();
    const me = await world.cardHolder('me');
    const { cardId } = await world.ok<Made>('cards/create', { name: '零', idempotencyKey: onceKey() }, me);
    const edits = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        world.call('cards/update', { cardId, version: 1, name: `编辑${index}` }, me),
      ),
    );
    const kept = edits.filter((reply) => reply.ok);
    expect(kept).toHaveLength(1);
    for (const reply of edits) {
      if (!reply.ok) expect(reply.error).toMatchObject({ code: 'VERSION_CONFLICT', details: { version: 2 } });
    }
    expect(await world.ok('cards/get', { cardId }, me)).toMatchObject((kept[0] as { data: object }).data);
  });

  it('a create sent twice, at once or later, is one card; after its deletion it stays deleted', async () => {
    const world = await createWorld();
    const me = await world.cardHolder('me');
    const idempotencyKey = onceKey();
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => make(world, me, '一', idempotencyKey)),
    );
    const ids = new Set(replies.map((reply) => (reply.ok ? (reply.data as Made).cardId : reply.error.code)));
    expect(ids.size).toBe(1);
    expect(await cardItems(world)).toHaveLength(1);
    const [cardId] = ids;
    expect(await world.ok('cards/delete', { cardId, version: 1 }, me)).toEqual({ deleted: true });
    expect(await world.ok('cards/delete', { cardId, version: 1 }, me)).toEqual({ deleted: true });
    expect(await make(world, me, '一', idempotencyKey)).toMatchObject({
      ok: false,
      error: { code: 'NOT_FOUND' },
    });
    expect(await world.ok('cards/list', {}, me)).toEqual({ cards: [] });
  });

  it('an edit sent twice answers the same both times', async () => {
    const world = await createWorld();
    const me = await world.cardHolder('me');
    const { cardId } = await world.ok<Made>('cards/create', { name: '零', idempotencyKey: onceKey() }, me);
    const edit = { cardId, version: 1, name: '新' };
    expect(await world.ok('cards/update', edit, me)).toEqual(await world.ok('cards/update', edit, me));
  });

  it('the limit on cards holds under a rush, and deleting makes room', async () => {
    const world = await createWorld();
    const me = await world.cardHolder('me');
    for (let index = 0; index < 45; index += 1) await make(world, me, `卡${index}`);
    const rush = await Promise.all(Array.from({ length: 12 }, (_, index) => make(world, me, `挤${index}`)));
    const again = await Promise.all(
      rush.map((reply, index) => (reply.ok ? reply : make(world, me, `再${index}`))),
    );
    expect(await cardItems(world)).toHaveLength(50);
    expect(again.some((reply) => !reply.ok && reply.error.code === 'LIMIT_REACHED')).toBe(true);
    const { cards } = await world.ok<{ cards: Made[] }>('cards/list', { limit: 1 }, me);
    await world.ok('cards/delete', { cardId: cards[0]?.cardId, version: 1 }, me);
    expect((await make(world, me, '新来')).ok).toBe(true);
  });
});

describe('withdrawal against everything else (K3)', () => {
  it('a create that has passed the gate when consent goes is refused by the write itself', async () => {
    const world = await createWorld();
    const me = await world.cardHolder('me');
    const slow = world.instance();
    const { authenticate } = await import('../../lib/gate/authenticate');
    const { createCard } = await import('../../functions/cards/own/create-card');
    const { authorised } = await import('../../lib/table/permission');
    await slow.policy.refresh();
    const caller = await authenticate(slow, me.token);
    const { person, sessionId } = caller;
    const authority = {
      subjectId: person.subjectId,
      sessionId,
      person,
      reachVersions: () => world.deps.policy.inForce().reachVersions,
      ask: { who: 'self', for: 'all' } as const,
    };
    const deps = { ...slow, table: authorised(slow.table, authority) };
    await withdraw(world, me);
    const empty = {
      phones: [],
      mails: [],
      addresses: [],
      sites: [],
      otherLanguages: [],
      kept: [],
      ownTags: [],
    };
    const input = { ...empty, name: '迟到', idempotencyKey: onceKey() };
    const late = createCard(deps, { caller, input, requestId: 'r', address: undefined, client: undefined });
    await expect(late).rejects.toMatchObject({ code: 'CONSENT_REQUIRED' });
    await grant(world, me, 'cards');
    const later = createCard(deps, { caller, input, requestId: 'r', address: undefined, client: undefined });
    await expect(later).rejects.toMatchObject({ code: 'CONSENT_REQUIRED' });
    expect(await cardItems(world)).toHaveLength(0);
  });

  it('a late repeat of an old grant does not undo a withdrawal', async () => {
    const world = await createWorld();
    const me = await world.signIn('me');
    const given = await consentAct(world.ok);
    const first = await world.ok<Answer>('consent/grant', given, me);
    expect(await world.ok('consent/grant', given, me)).toMatchObject({ seenEntry: first.seenEntry });
    await withdraw(world, me);
    expect(await world.refused('consent/grant', given, me)).toBe('VERSION_CONFLICT');
    const misused = {
      ...(await consentAct(world.ok, { seenEntry: 3 })),
      idempotencyKey: given.idempotencyKey,
    };
    expect(await world.refused('consent/grant', misused, me)).toBe('IDEMPOTENCY_CONFLICT');
  });

  it('acts of one person at the same moment each get their place in the chain, or are told to look again', async () => {
    const world = await createWorld();
    const me = await world.signIn('me');
    const acts = await Promise.all(
      Array.from({ length: 8 }, async () => world.call('consent/grant', await consentAct(world.ok), me)),
    );
    expect(acts.filter((reply) => reply.ok)).toHaveLength(1);
    for (const reply of acts) if (!reply.ok) expect(reply.error.code).toBe('VERSION_CONFLICT');
    const { entries, intact } = await world.ok<{ entries: unknown[]; intact: boolean }>(
      'consent/history',
      {},
      me,
    );
    expect({ entries: entries.length, intact }).toEqual({ entries: 2, intact: true });
  });

  it('what is made after a new grant survives the erasure that the old withdrawal began, whatever the order', async () => {
    const world = await createWorld();
    const me = await world.cardHolder('me');
    await make(world, me, '旧一');
    await make(world, me, '旧二');
    await withdraw(world, me);
    await grant(world, me, 'cards');
    expect(await world.ok('cards/list', {}, me)).toEqual({ cards: [] });
    await make(world, me, '新');
    const message = world.queued[0];
    const twice = await Promise.all(
      [1, 2].map(() => world.ok('retention/runProcess', message, { trigger: 'queue' })),
    );
    expect(twice).toContainEqual({ outcome: 'done', count: 2 });
    expect(await world.ok('retention/runProcess', message, { trigger: 'queue' })).toEqual({
      outcome: 'already-done',
      count: 0,
    });
    const { cards } = await world.ok<{ cards: Made[] }>('cards/list', {}, me);
    expect(cards.map(({ name }) => name)).toEqual(['新']);
    const { entries } = await world.ok<{ entries: { act: string }[] }>('consent/history', {}, me);
    expect(entries.filter(({ act }) => act === 'erasure.done')).toHaveLength(1);
    expect(await cardItems(world)).toHaveLength(1);
  });

  it('an erasure that dies after deleting half is finished by the sweep, recorded once and in full', async () => {
    const world = await createWorld();
    const night = { trigger: 'schedule' } as const;
    await world.ok('retention/sweep', {}, night); // what is done once a day is done
    await world.work();
    const me = await world.cardHolder('me');
    for (const name of ['一', '二', '三']) await make(world, me, name);
    await withdraw(world, me);
    const dying = world.instance();
    let writes = 0;
    const table = {
      ...dying.table,
      by: 'operation:retention/runProcess' as const,
      write: async (...args: Parameters<typeof dying.table.write>) => {
        writes += 1;
        if (writes === 2) throw new Error('power cut');
        return dying.table.write(...args);
      },
    };
    const ref = world.queued[0] as ProcessRef;
    expect(await runProcess({ ...dying, table }, ref, 'r')).toMatchObject({ outcome: 'failed' });
    expect(await world.ok('retention/sweep', {}, night)).toMatchObject({ found: 0 }); // not due yet
    world.wait(15 * 60_000);
    expect(await world.ok('retention/sweep', {}, night)).toMatchObject({ found: 1, finished: true });
    await world.work();
    expect(await world.ok('retention/sweep', {}, night)).toMatchObject({ found: 0 });
    const { entries } = await world.ok<{ entries: object[] }>('consent/history', {}, me);
    expect(entries.at(-1)).toMatchObject({ act: 'erasure.done', count: 3, cause: 3 });
  });
});

type Command = {
  kind: 'grant' | 'withdraw' | 'create' | 'update' | 'delete' | 'read' | 'erase' | 'wait';
  pick: number;
};
const command = fc.record<Command>({
  kind: fc.constantFrom('grant', 'withdraw', 'create', 'create', 'update', 'delete', 'read', 'erase', 'wait'),
  pick: fc.nat(5),
});

it('any order of consent, cards and erasures agrees with a plain model, and no read is allowed that it forbids (C1, K1, K3)', async () => {
  const world = await createWorld();
  let person = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 25 }), async (commands) => {
      person += 1;
      const me = await world.signIn(`model-${person}`);
      const model = {
        granted: false,
        seenEntry: 0,
        cards: new Map<string, { version: number; name: string }>(),
      };
      for (const { kind, pick } of commands) {
        const [cardId = 'A'.repeat(22), known] = [...model.cards][pick] ?? [];
        const gate = model.granted ? undefined : 'CONSENT_REQUIRED';
        if (kind === 'grant' || kind === 'withdraw') {
          const input = await consentAct(world.ok, { seenEntry: model.seenEntry });
          const { seenEntry } = await world.ok<Answer>(`consent/${kind}`, input, me);
          if (kind === 'withdraw') model.cards.clear();
          Object.assign(model, { granted: kind === 'grant', seenEntry });
        } else if (kind === 'create') {
          const reply = await make(world, me, `名${pick}`);
          expect(reply.ok ? undefined : reply.error.code).toBe(gate);
          if (reply.ok) model.cards.set((reply.data as Made).cardId, { version: 1, name: `名${pick}` });
        } else if (kind === 'update') {
          const version = known?.version ?? 1;
          const code = await world.refused('cards/update', { cardId, version, name: `改${pick}` }, me);
          expect(code).toBe(gate ?? (known ? 'OK' : 'NOT_FOUND'));
          if (code === 'OK') model.cards.set(cardId, { version: version + 1, name: `改${pick}` });
        } else if (kind === 'delete') {
          const reply = await world.call('cards/delete', { cardId, version: known?.version ?? 1 }, me);
          if (gate) expect(reply).toMatchObject({ error: { code: 'NOT_FOUND' } });
          else if (known) expect(reply.ok).toBe(true);
          if (reply.ok) model.cards.delete(cardId);
        } else if (kind === 'erase') {
          await world.work();
        } else if (kind === 'wait') {
          world.wait(1000 * pick);
        }
        const list = await world.call('cards/list', { limit: 50 }, me);
        if (!model.granted) expect(list).toMatchObject({ error: { code: 'CONSENT_REQUIRED' } });
        if (model.granted) {
          const { cards } = (list as { data: { cards: Made[] } }).data;
          const seen = Object.fromEntries(
            cards.map(({ cardId: id, version, name }) => [id, { version, name }]),
          );
          expect(seen).toEqual(Object.fromEntries(model.cards));
        }
      }
      const { intact } = await world.ok<{ intact: boolean }>('consent/history', { limit: 50 }, me);
      expect(intact).toBe(true);
    }),
    { numRuns: amount(100, 5) },
  );
});
