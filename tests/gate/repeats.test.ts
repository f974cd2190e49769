import { DAY_MS } from '../../lib/clock';
import type { Operation } from '../../lib/gate/operation';
import { issueProof } from '../../lib/gate/proof';
import { declare, nowOf, responder } from '../breach/support';
import { takenDownCard } from '../cards/report-budget-rows';
import { cardGiver, holder } from '../cards/support';
import { officer, saying } from '../hold/support';
import { agreeingPartners } from '../identity/agreeing-partners';
import { newCitizen } from '../identity/support';
import { askExport } from '../rights/export-support';
import { approved, demand, handOut, usageOf, wu } from '../rights/register';
import { consentAct, seenEntryOf } from '../support/consent';
import type { Partners } from '../support/partners';
import { proverOf } from '../support/prover';
import { templates } from '../support/templates';
import { ticketOf } from '../support/ticket';
import { type Caller, createWorld, functions, onceKey, type World } from '../support/world';

/** Every operation that recognises its repeats by a key. A new one fails here until it has a row. */
const repeatable = Object.entries(functions).flatMap(([name, operations]) =>
  Object.entries(operations).flatMap(([own, { input }]) =>
    'idempotencyKey' in shapeOf(input) ? [`${name}/${own}`] : [],
  ),
);

function shapeOf(schema: Operation['input']): object {
  return (schema as { shape?: object }).shape ?? {};
}

/** One request without its key, another one that could be meant as well, and who makes them. */
type Row = {
  input: object;
  other: object;
  by(): Promise<Partial<Caller> & { proof?: string }>;
  /** What the partner refuses, where there is one. */
  refused?: object;
};

const REFUSED = '欧阳不符';

/** Partners that agree to everything but one name and one proof. */
function partners(): Partners {
  const { faceId, networkIdentity } = agreeingPartners();
  if (!faceId?.startFace || !networkIdentity) throw new Error('they offer every way');
  const partnerRequestId = 'r-1';
  const no = { result: 'MISMATCH', partnerRequestId } as const;
  const { startFace } = faceId;
  return {
    faceId: {
      ...faceId,
      checkIdCard: async (asked) => (asked.name === REFUSED ? no : faceId.checkIdCard(asked)),
      startFace: async (asked) =>
        asked.name === REFUSED ? { result: 'UPSTREAM_ERROR', partnerRequestId } : startFace(asked),
    },
    networkIdentity: {
      check: async (token) => (token.startsWith('refused') ? no : networkIdentity.check(token)),
    },
  };
}

let world: World;
type Answer = { receipt?: string };
/** What each operation was asked with a key, and what it answered. */
const asked = new Map<string, Row & { idempotencyKey: string; answer: Answer }>();
/** What lay there once every operation had been asked. */
let before: Record<string, number>;
beforeAll(async () => {
  world = await createWorld({ partners });
  for (const path of repeatable) {
    const row = await ready(path);
    const idempotencyKey = onceKey();
    const answer = await world.ok<Answer>(path, { ...row.input, idempotencyKey }, await row.by());
    asked.set(path, { ...row, idempotencyKey, answer });
  }
  before = await held();
});
/** The openid of somebody new. */
const somebody = () => `somebody-${onceKey()}`;

const typed = () => {
  const { name, idNumber } = newCitizen();
  return { name, idNumber };
};
const inTheName = (caller: Caller) => async () => caller;
const consent = (seenEntry: number) => async (): Promise<Row> => {
  const caller = await holder(world, somebody());
  const act = async (control: string) => {
    const evidence = { control, defaultState: 'unchecked', dwellMs: 5000 };
    const { idempotencyKey: _, ...input } = await consentAct(world.ok, {
      purpose: 'delivery',
      seenEntry,
      evidence,
    });
    return input;
  };
  return { input: await act('one'), other: await act('other'), by: inTheName(caller) };
};
const vcards = (...names: string[]) =>
  Buffer.from(
    names.map((name) => `BEGIN:VCARD\r\nVERSION:4.0\r\nFN:${name}\r\nEND:VCARD\r\n`).join(''),
  ).toString('base64');

const rows: Record<string, () => Promise<Row>> = {
  'retention/hold': async () => {
    const { subjectId } = await holder(world, somebody());
    const { idempotencyKey: _, ...said } = saying(world);
    const input = { ...said, subjectId, ticket: await ticketOf(world, subjectId, 'wu') };
    return { input, other: { ...input, reason: '另一个理由' }, by: async () => officer };
  },
  'retention/holdIncident': async () => {
    const { incidentId } = await declare(world);
    const { idempotencyKey: _, ...said } = saying(world);
    const input = { ...said, incidentId };
    return { input, other: { ...input, reason: '另一个理由' }, by: async () => officer };
  },
  'cards/create': async () => ({
    input: { name: '林晓' },
    other: { name: '林晓', title: '工程师' },
    by: inTheName(await holder(world, somebody())),
  }),
  'cards/importVCard': async () => ({
    input: { file: vcards('林晓', '陈明') },
    other: { file: vcards('林晓', '陈明', '王小二') },
    by: inTheName(await holder(world, somebody())),
  }),
  'cards/share': async () => {
    const { caller, cardId } = await cardGiver(world, somebody());
    return {
      input: { cardId, fields: ['name'] },
      other: { cardId, fields: ['name', 'note'] },
      by: inTheName(caller),
    };
  },
  'cards/appealTakeDown': async () => {
    const { input, by } = await takenDownCard(world);
    return { input, other: { ...input, words: '别的' }, by: inTheName(by) };
  },
  'profile/createDelivery': async () => {
    const contact = { name: '林晓', phone: '13800138000', address: '广州市越秀区' };
    return {
      input: contact,
      other: { ...contact, address: '广州市天河区' },
      by: inTheName(await holder(world, somebody(), 'delivery')),
    };
  },
  'profile/recordAcceptances': async () => ({
    input: { results: [{ templateId: templates.once.id, result: 'accept' }] },
    other: { results: [{ templateId: templates.once.id, result: 'reject' }] },
    by: inTheName(await holder(world, somebody())),
  }),
  'consent/grant': consent(0),
  'consent/refuse': consent(0),
  'consent/withdraw': consent(0),
  'consent/correct': async () => {
    const { subjectId } = await holder(world, somebody());
    const input = {
      subjectId,
      reason: 'rights-request',
      ticket: await ticketOf(world, subjectId),
      purpose: 'delivery',
      seenEntry: 0,
      decision: 'withdrawn',
      trueAt: '2026-11-30T02:00:00.000Z',
      document: 'D-1',
    };
    return { input, other: { ...input, document: 'D-2' }, by: async () => ({ token: 'staff:one:officer' }) };
  },
  'rights/askTicket': async () => {
    const input = { kind: 'question', words: '名片给过谁？' };
    return { input, other: { ...input, words: '别的' }, by: inTheName(await holder(world, somebody())) };
  },
  'rights/addToTicket': async () => {
    const caller = await holder(world, somebody());
    const asked = { kind: 'question', words: '名片给过谁？', idempotencyKey: onceKey() };
    const { ticket } = await world.ok<{ ticket: { ticketId: string } }>('rights/askTicket', asked, caller);
    const input = { ticketId: ticket.ticketId, words: '补充' };
    return { input, other: { ...input, words: '别的' }, by: inTheName(caller) };
  },
  'rights/fileTicket': async () => {
    const { subjectId } = await holder(world, somebody());
    const input = { subjectId, kind: 'request', words: '书面请求', paperHash: 'ab'.repeat(32) };
    return { input, other: { ...input, words: '别的' }, by: async () => officer };
  },
  'rights/exportPiece': async () => {
    const openid = somebody();
    const caller = await holder(world, openid);
    const { exportId } = await askExport(world, caller, openid);
    await world.work();
    const take = { input: { exportId, piece: 1 }, other: { exportId, piece: 2 } };
    return { ...take, by: inTheName(caller) };
  },
  'rights/tellCorrection': async () => ({
    input: { kind: 'identity-input' },
    other: { kind: 'card-name' },
    by: inTheName(await holder(world, somebody())),
  }),
  'rights/correctFor': async () => {
    const { subjectId } = await holder(world, somebody());
    const ticket = await ticketOf(world, subjectId);
    const input = { subjectId, ticket, what: 'age-mark', band: 'under-18', document: 'D-1' };
    return { input, other: { ...input, band: 'adult' }, by: async () => ({ token: 'staff:one:officer' }) };
  },
  'rights/erasePart': async () => {
    const caller = await holder(world, somebody(), 'delivery');
    const input = { purpose: 'cards', seenEntry: await seenEntryOf(world, caller, 'cards') };
    const seenEntry = await seenEntryOf(world, caller, 'delivery');
    return { input, other: { purpose: 'delivery', seenEntry }, by: inTheName(caller) };
  },
  'rights/proposeDisclosure': async () => {
    const input = demand((await holder(world, somebody())).subjectId);
    return { input, other: { ...input, document: '别的文书' }, by: async () => wu };
  },
  'rights/dispute': async () => {
    const caller = await holder(world, somebody());
    const { disclosureId } = await approved(world, caller.subjectId);
    await handOut(world, disclosureId);
    const [line] = await usageOf(world, caller);
    const input = { line: line?.line, words: '这不是我要求的' };
    return { input, other: { ...input, words: '别的' }, by: inTheName(caller) };
  },
  'breach/declare': async () => {
    const input = { title: '导出接口未校验权限', learnedAt: nowOf(world) };
    return { input, other: { ...input, title: '别的' }, by: async () => responder };
  },
  'breach/learn': async () => {
    const { incidentId } = await declare(world);
    const input = { incidentId, words: '日志显示被逐页抓取' };
    return { input, other: { ...input, words: '别的' }, by: async () => responder };
  },
  'breach/startScope': async () => {
    const { incidentId } = await declare(world);
    const heldNow = (kind: string) => {
      const window = { from: '2026-01-01T00:00:00.000Z', until: nowOf(world) };
      return [{ allOf: [{ by: 'held', kinds: [kind], ...window }] }];
    };
    const input = { incidentId, anyOf: heldNow('device') };
    return { input, other: { ...input, anyOf: heldNow('card-name') }, by: async () => responder };
  },
  'breach/contain': async () => {
    const { incidentId } = await declare(world);
    const input = { incidentId, measure: 'staff', target: 'mallory' };
    return { input, other: { ...input, target: 'eve' }, by: async () => responder };
  },
  'identity/verify': async () => ({
    input: typed(),
    other: typed(),
    refused: { ...typed(), name: REFUSED },
    by: inTheName(await holder(world, somebody(), 'real-name')),
  }),
  'identity/reverify': async () => {
    const caller = await holder(world, somebody(), 'real-name');
    await world.ok('identity/verify', { ...typed(), idempotencyKey: onceKey() }, caller);
    return {
      input: typed(),
      other: typed(),
      refused: { ...typed(), name: REFUSED },
      by: async () => ({
        token: caller.token,
        proof: await issueProof(world.deps, proverOf(caller), 'identity/reverify|real-name'),
      }),
    };
  },
  'identity/startFace': async () => ({
    input: typed(),
    other: typed(),
    refused: { ...typed(), name: REFUSED },
    by: inTheName(await holder(world, somebody(), 'real-name', 'real-name-face')),
  }),
  'identity/verifyByNetworkId': async () => ({
    input: { token: onceKey() },
    other: { token: onceKey() },
    refused: { token: `refused-${onceKey()}` },
    by: inTheName(await holder(world, somebody(), 'real-name-network')),
  }),
  'identity/appeal': async () => ({
    input: { about: 'other', words: '请人工复核' },
    other: { about: 'other', words: '请人工再看一遍' },
    by: inTheName(await holder(world, somebody())),
  }),
};

const ready = async (path: string) =>
  (await rows[path]?.()) ?? Promise.reject(new Error(`${path} has no row`));
const CONFLICT = 'IDEMPOTENCY_CONFLICT';

/** What the service holds, but for counts of calls, uses of proofs and entries that staff's looking leaves. */
async function held(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { entity, act } of (await world.scan()) as Record<string, { S?: string } | undefined>[]) {
    const name = entity?.S ?? 'none';
    if (beside.includes(name) || act?.S === 'staff.accessed') continue;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
/** What the key belongs to ends before: a face session within hours, an export within a day. */
const forgotten = ['identity/startFace', 'rights/exportPiece'];
const beside = ['limit-counter', 'self-proof'];

it('every operation that takes an idempotency key has a row, and no other', () => {
  expect(Object.keys(rows).sort()).toEqual([...repeatable].sort());
});

/** The whole table is looked at before and after all of them: a look costs more than what one of them does. */
describe('with the key of an earlier request', () => {
  const earlier = (path: string) => asked.get(path) ?? Promise.reject(new Error(`${path} was not asked`));
  const refusedOther = async (path: string) => {
    const { other, idempotencyKey, by } = await earlier(path);
    expect(await world.refused(path, { ...other, idempotencyKey }, await by())).toBe(CONFLICT);
  };

  describe('and the same content', () => {
    beforeAll(() => world.wait(60_000));
    it.each(repeatable)('%s answers the same', async (path) => {
      const { input, idempotencyKey, answer, by } = await earlier(path);
      const { receipt: _, ...first } = answer;
      const { receipt: __, ...second } = await world.ok<Answer>(
        path,
        { ...input, idempotencyKey },
        await by(),
      );
      expect(second).toEqual(first);
    });
  });

  describe('and other content', () => {
    it.each(repeatable)('%s is a conflict at once', refusedOther);

    describe('days later', () => {
      beforeAll(() => world.wait(2 * DAY_MS));
      const kept = repeatable.filter((path) => !forgotten.includes(path));
      it.each(kept)('%s is one as well', refusedOther);
    });
  });

  it('none of them does anything a second time', async () => {
    expect(await held()).toEqual(before);
  });
});

describe.each(repeatable)('%s', (path) => {
  it('with the same key and two contents at once does one of them', async () => {
    const { input, other, by } = await ready(path);
    const idempotencyKey = onceKey();
    const both = [input, other].map((content) => ({ ...content, idempotencyKey }));
    await Promise.all(both.map(async (one) => world.call(path, one, await by())));
    const codes: string[] = [];
    for (const one of both) codes.push(await world.refused(path, one, await by()));
    expect(codes.sort()).toEqual([CONFLICT, 'OK']);
  });
});

const asking = ['identity/verify', 'identity/reverify', 'identity/startFace', 'identity/verifyByNetworkId'];
describe.each(asking)('%s, refused by the partner', (path) => {
  it('keeps its key from other content, also when other checks have come between', async () => {
    const { input, other, refused = {}, by } = await ready(path);
    const idempotencyKey = onceKey();
    const first = await world.refused(path, { ...refused, idempotencyKey }, await by());
    expect(first).not.toBe('OK');
    expect(await world.refused(path, { ...input, idempotencyKey }, await by())).toBe(CONFLICT);
    await world.refused(path, { ...refused, idempotencyKey: onceKey() }, await by());
    await world.refused(path, { ...refused, idempotencyKey: onceKey() }, await by());
    expect(await world.refused(path, { ...other, idempotencyKey }, await by())).toBe(CONFLICT);
    expect(await world.refused(path, { ...refused, idempotencyKey }, await by())).toBe(first);
  });
});

/** What one of the operations that change the same thing is asked with the key of another, by the same caller. */
const misuses: [first: string, second: string, input: (first: Row) => object | Promise<object>][] = [
  ['rights/dispute', 'rights/askTicket', () => ({ kind: 'question', words: '名片给过谁？' })],
  ['cards/appealTakeDown', 'rights/askTicket', () => ({ kind: 'question', words: '名片给过谁？' })],
  ['retention/hold', 'retention/holdIncident', () => inputOf('retention/holdIncident')],
  ['retention/holdIncident', 'retention/hold', () => inputOf('retention/hold')],
  ['breach/learn', 'breach/contain', ({ input }) => ({ ...idsIn(input), measure: 'staff', target: 'eve' })],
  ['breach/contain', 'breach/learn', ({ input }) => ({ ...idsIn(input), words: '日志显示被逐页抓取' })],
  ['rights/erasePart', 'consent/refuse', () => consentAct(world.ok, { purpose: 'delivery' })],
  ['consent/refuse', 'rights/erasePart', () => ({ purpose: 'delivery', seenEntry: 0 })],
];
const idsIn = (input: object) => ({ incidentId: (input as { incidentId?: string }).incidentId });
const inputOf = (path: string) => asked.get(path)?.input ?? {};

describe('a key that operations share', () => {
  it.each(misuses)('%s keeps from %s', async (first, second, input) => {
    const row = asked.get(first);
    if (!row) throw new Error(`${first} was not asked`);
    const { idempotencyKey } = row;
    const misused = { ...(await input(row)), idempotencyKey };
    expect(await world.refused(second, misused, await row.by())).toBe(CONFLICT);
  });

  it('is a conflict between verifying and verifying anew, also with the same content', async () => {
    const { input, by } = await ready('identity/reverify');
    const first = { ...typed(), idempotencyKey: onceKey() };
    const you = await holder(world, somebody(), 'real-name');
    await world.ok('identity/verify', first, you);
    const proof = await issueProof(world.deps, proverOf(you), 'identity/reverify|real-name');
    expect(await world.refused('identity/reverify', first, { ...you, proof })).toBe(CONFLICT);
    const again = { ...input, idempotencyKey: onceKey() };
    await world.ok('identity/reverify', again, await by());
    expect(await world.refused('identity/verify', again, await by())).toBe(CONFLICT);
  });

  it('is a conflict between acts of consent, whichever act and purpose, and when others have come between', async () => {
    const me = await holder(world, somebody());
    const used = await consentAct(world.ok, { purpose: 'delivery' });
    const { seenEntry } = await world.ok<{ seenEntry: number }>('consent/grant', used, me);
    for (const kind of ['grant', 'refuse', 'withdraw'])
      for (const purpose of ['delivery', 'profile']) {
        const misused = { ...used, purpose, seenEntry: purpose === 'delivery' ? seenEntry : 0 };
        expect(await world.refused(`consent/${kind}`, misused, me)).toBe(CONFLICT);
      }
    await world.ok('consent/withdraw', await consentAct(world.ok, { purpose: 'delivery', seenEntry }), me);
    await world.ok('consent/grant', await consentAct(world.ok, { purpose: 'profile' }), me);
    const late = { ...used, seenEntry: seenEntry + 1 };
    expect(await world.refused('consent/grant', late, me)).toBe(CONFLICT);
  });

  it('is answered as the first time, though a field of the shared card is hidden since (C3)', async () => {
    const { input, other, by } = await ready('cards/share');
    const asked = { ...input, idempotencyKey: onceKey() };
    const first = await world.ok('cards/share', asked, await by());
    const { cardId } = input as { cardId: string };
    await world.ok('cards/setVisibility', { cardId, version: 2, visibility: { name: 'nobody' } }, await by());
    expect(await world.ok('cards/share', asked, await by())).toEqual(first);
    expect(await world.refused('cards/share', { ...other, ...asked, fields: ['title'] }, await by())).toBe(
      CONFLICT,
    );
  });
});
