import fc from 'fast-check';
import { describeDifference, differenceOf } from '../../lib/policy/difference';
import { buildRegistry, flawsOf, type RegistryChanges, withChanges } from '../../lib/policy/registry';
import { firstVersion } from '../../lib/policy/version';
import { verifyVersions, versionKey } from '../../lib/table/policy/policy-version';
import { paper } from '../consent/support';
import { consentAct, grant, refuse, seenEntryOf } from '../support/consent';
import { type Caller, createWorld, onceKey, type World } from '../support/world';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const [ling, wu, support] = ['ling:officer', 'wu:officer', 'bo:support'].map((who) => ({
  token: `staff:${who}`,
}));

const printer = {
  name: '广州名片印务有限公司',
  role: 'entrusted',
  agreement: { name: '名片印制委托协议', expiresOn: '2027-12-31' },
  contact: '020-00000000',
  address: '广东省广州市',
  region: '中国内地',
  why: '您要求印制纸质名片时，由其印制。',
  purpose: 'cards',
  kinds: ['card-name', 'card-phone'],
} as const;

let world: World;
let now: number;
beforeEach(async () => {
  world = await createWorld();
  now = Date.parse('2026-12-01T02:00:00.000Z');
});
const wait = (milliseconds: number) => {
  now += milliseconds;
  world.wait(milliseconds);
};
const at = (milliseconds: number) => new Date(now + milliseconds).toISOString();

type Proposal = {
  version: number;
  textHash: string;
  material: boolean;
  asksAgain: string[];
  says: string[];
  stops: string[];
};
const propose = (changes: object, effectiveAt = at(7 * DAY_MS), by = ling) =>
  world.ok<Proposal>('consent/proposePolicy', { changes, effectiveAt }, by);
async function publish(changes: object, leadMs = 7 * DAY_MS): Promise<Proposal> {
  const proposal = await propose(changes, at(leadMs));
  const { version, textHash } = proposal;
  await world.ok('consent/approvePolicy', { version, textHash }, wu);
  return proposal;
}
const proposeCode = (input: object, by: object | undefined = ling) =>
  world.refused('consent/proposePolicy', { effectiveAt: at(7 * DAY_MS), ...input }, by);
const prompts = async (me: Caller) =>
  (
    await world.ok<{ prompts: { purpose: string; because: string; changes: string[] }[] }>(
      'consent/prompts',
      {},
      me,
    )
  ).prompts;
const inForce = async () => (await world.ok<{ version: number }>('consent/policy')).version;

describe('publishing a version (K4, K7)', () => {
  it('takes two officers, computes the difference, and takes effect by its date and not before', async () => {
    const me = await world.cardHolder('me');
    const proposal = await propose({ recipients: { printer } });
    expect(proposal).toMatchObject({ version: 2, material: true, asksAgain: ['cards'], stops: [] });
    expect(proposal.says.join()).toContain('广州名片印务有限公司');
    expect(await inForce()).toBe(1);
    const { version, textHash } = proposal;
    expect(await world.refused('consent/approvePolicy', { version, textHash }, ling)).toBe(
      'CALLER_NOT_ALLOWED',
    );
    expect(await world.ok('consent/announcement')).toEqual({});
    await world.ok('consent/approvePolicy', { version, textHash }, wu);
    expect(await world.ok('consent/announcement')).toMatchObject({
      announcement: { version: 2, material: true, asksAgain: ['cards'] },
    });
    wait(7 * DAY_MS - 1);
    expect(await world.refused('cards/list', {}, me)).toBe('OK');
    expect(await inForce()).toBe(1);
    wait(1);
    expect(await world.refused('cards/list', {}, me)).toBe('CONSENT_REQUIRED');
    expect(await inForce()).toBe(2);
    expect(await world.ok('consent/announcement')).toEqual({});
  });

  it('asks again exactly those whom it reaches further, shows them what is new, and old consent does not stretch', async () => {
    const me = await world.cardHolder('me');
    await grant(world, me, 'phone');
    await publish({ recipients: { printer } });
    wait(7 * DAY_MS);
    expect(await prompts(me)).toMatchObject([{ purpose: 'cards', because: 'changed' }]);
    expect((await prompts(me))[0]?.changes.join()).toContain('广州名片印务有限公司');
    expect(await world.refused('login/getPhone', {}, me)).toBe('NOT_FOUND');
    const stale = await consentAct(world.ok, {
      seenEntry: 2,
      policyVersion: 1,
      textHash: firstVersion().textHash,
    });
    expect(await world.refused('consent/grant', stale, me)).toBe('POLICY_CHANGED');
    await grant(world, me, 'cards');
    expect(await world.refused('cards/list', {}, me)).toBe('OK');
    expect(await prompts(me)).toEqual([]);
  });

  it('is not covered by a paper from before it, which an officer records late: what is lawful is what the gate lets through', async () => {
    const me = await world.cardHolder('me');
    const lawful = async () =>
      (await world.ok<{ lawful: boolean }>('consent/lawfulAt', { purpose: 'cards' }, me)).lawful;
    const correct = async (trueAt: string, by = ling) => {
      const input = await paper(
        world,
        me,
        {
          seenEntry: await seenEntryOf(world, me, 'cards'),
          decision: 'granted',
          trueAt,
        },
        by?.token.split(':')[1],
      );
      await world.ok('consent/correct', input, by);
    };
    wait(MINUTE_MS);
    const beforeIt = at(0);
    await correct(beforeIt);
    expect(await lawful()).toBe(true);
    await publish({ recipients: { printer } });
    wait(7 * DAY_MS + MINUTE_MS);
    expect(await world.refused('cards/list', {}, me)).toBe('CONSENT_REQUIRED');
    expect(await lawful()).toBe(false);
    await correct(beforeIt);
    expect(await lawful()).toBe(false);
    const history = await world.ok<{ entries: { act: string; policyVersion?: number }[] }>(
      'consent/history',
      {},
      me,
    );
    const corrections = history.entries.filter(({ act }) => act === 'consent.corrected');
    expect(corrections.map(({ policyVersion }) => policyVersion)).toEqual([1, 1]);
    await correct(at(0));
    expect(await lawful()).toBe(true);
    expect(await world.refused('cards/list', {}, me)).toBe('CONSENT_REQUIRED');
  });

  it('costs who refuses it that purpose and nothing else, keeps what they had, and lets them withdraw on the old text', async () => {
    const me = await world.cardHolder('me');
    await world.ok('cards/create', { name: '林晓', idempotencyKey: onceKey() }, me);
    await publish({ recipients: { printer } });
    wait(7 * DAY_MS);
    await refuse(world, me);
    expect(await prompts(me)).toEqual([]);
    expect(await world.refused('cards/list', {}, me)).toBe('CONSENT_REQUIRED');
    for (const path of ['login/listSessions', 'consent/status', 'consent/history', 'login/account'])
      expect(await world.refused(path, {}, me)).toBe('OK');
    const cards = (await world.scan()).filter((item) => JSON.stringify(item.sk).includes('DATA#cards'));
    expect(cards).toHaveLength(1);
    const seenEntry = await seenEntryOf(world, me, 'cards');
    const old = { seenEntry, policyVersion: 1, textHash: firstVersion().textHash };
    expect(await world.refused('consent/withdraw', await consentAct(world.ok, old), me)).toBe('OK');
    expect(world.queued.filter(({ kind }) => kind === 'erasure')).toHaveLength(1);
  });

  it('of wording alone asks nobody, and needs no week', async () => {
    const me = await world.cardHolder('me');
    const { cards } = buildRegistry.purposes;
    const proposal = await publish(
      { purposes: { cards: { ...cards, ifRefused: '换一种说法。' } } },
      MINUTE_MS,
    );
    expect(proposal).toMatchObject({ material: false, asksAgain: [] });
    wait(MINUTE_MS);
    expect(await inForce()).toBe(2);
    expect(await world.refused('cards/list', {}, me)).toBe('OK');
    expect(await prompts(me)).toEqual([]);
  });

  it('is obeyed at its date by an instance that has heard nothing since before it was announced', async () => {
    const me = await world.cardHolder('me');
    const other = world.instance();
    await other.policy.refresh();
    await publish({ recipients: { printer } });
    wait(7 * DAY_MS);
    await other.policy.refresh();
    expect(other.policy.inForce().version).toBe(2);
    expect(await world.refused('cards/list', {}, me)).toBe('CONSENT_REQUIRED');
  });

  it('is safe to send twice, and one at a time', async () => {
    const [first, again] = [
      await propose({ recipients: { printer } }),
      await propose({ recipients: { printer } }),
    ];
    expect(again).toEqual(first);
    expect(await proposeCode({ changes: { recipients: { printer: { ...printer, contact: '别处' } } } })).toBe(
      'NOT_NOW',
    );
    const { version, textHash } = first;
    const decided = { version, textHash };
    const once = await world.ok('consent/approvePolicy', decided, wu);
    expect(await world.ok('consent/approvePolicy', decided, wu)).toEqual(once);
    expect(await proposeCode({ changes: { recipients: { printer: null } } })).toBe('NOT_NOW');
  });

  it('publishes one of two approvals at once, and nothing that was rejected', async () => {
    const { version, textHash } = await propose({ recipients: { printer } });
    await world.ok('consent/rejectPolicy', { version, textHash }, wu);
    expect(await world.refused('consent/approvePolicy', { version, textHash }, wu)).toBe('NOT_FOUND');
    const next = await propose({ recipients: { printer } });
    expect(next.version).toBe(version);
    const decided = { version, textHash: next.textHash };
    const codes = await Promise.all([
      world.refused('consent/approvePolicy', decided, wu),
      world.refused('consent/rejectPolicy', decided, wu),
    ]);
    expect(codes.filter((code) => code === 'OK')).toHaveLength(1);
  });

  it.each([
    ['a material change within the notice', { changes: { recipients: { printer } }, lead: 7 * DAY_MS - 1 }],
    [
      'a change of wording sooner than instances reread',
      { changes: { retention: {} }, officialText: '正式文本。', lead: MINUTE_MS - 1 },
    ],
    ['nothing new', { changes: {} }],
    [
      'a kind without a purpose',
      { changes: { kinds: { 'new-kind': { ...buildRegistry.kinds['card-name'], purpose: 'nowhere' } } } },
    ],
    [
      'an entrusted party without an agreement',
      { changes: { recipients: { printer: { ...printer, agreement: undefined } } } },
    ],
    ['a recipient abroad', { changes: { recipients: { printer: { ...printer, region: '新加坡' } } } }],
    ['an unknown part', { changes: { everything: {} } }],
  ] as [string, { changes: object; lead?: number; officialText?: string }][])(
    'refuses %s, and names the field',
    async (_, { lead = 7 * DAY_MS, ...input }) => {
      const reply = await world.call('consent/proposePolicy', { ...input, effectiveAt: at(lead) }, ling);
      expect(reply).toMatchObject({ ok: false, error: { code: 'INVALID_INPUT' } });
      if (!reply.ok) expect(reply.error.details).toHaveProperty('fields');
      expect((await world.scan()).filter((item) => JSON.stringify(item).includes('"proposed"'))).toEqual([]);
    },
  );

  it('is for officers', async () => {
    const me = await world.cardHolder('me');
    expect(await proposeCode({ changes: { recipients: { printer } } }, support)).toBe('CALLER_NOT_ALLOWED');
    expect(await proposeCode({ changes: { recipients: { printer } } }, me)).toBe('SIGN_IN_REQUIRED');
    expect(await proposeCode({ changes: { recipients: { printer } } }, {})).toBe('SIGN_IN_REQUIRED');
  });

  it('shows the operator’s own text with what the registry says, and the registry rules', async () => {
    const officialText = '## 致用户\n\n我们修订了隐私政策。';
    const proposal = await world.ok<Proposal & { text: string }>(
      'consent/proposePolicy',
      { changes: { recipients: { printer } }, officialText, effectiveAt: at(7 * DAY_MS) },
      ling,
    );
    expect(proposal.text).toContain(officialText);
    expect(proposal.text).toContain('广州名片印务有限公司');
    expect(proposal).toMatchObject({ material: true, asksAgain: ['cards'] });
  });

  it('keeps every version readable, chained, and found out when altered (S9)', async () => {
    await publish({ recipients: { printer } });
    wait(7 * DAY_MS);
    const one = await world.ok<{ text: string; textHash: string }>('consent/policy', { version: 1 });
    expect(one.textHash).toBe(firstVersion().textHash);
    expect(await world.refused('consent/policy', { version: 3 })).toBe('NOT_FOUND');
    const { ring, table } = world.deps;
    expect(await verifyVersions(ring, table)).toEqual({ intact: true, entries: 2 });
    await table.update({
      Key: versionKey(2),
      UpdateExpression: 'SET decidedBy = :other',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':other': 'somebody-else' },
    });
    expect(await verifyVersions(ring, table)).toEqual({ intact: false, brokenAt: 2 });
  });
});

describe('a build that does more than was published (K4, K7)', () => {
  it('may not do it until it is published, and everything else goes on', async () => {
    const me = await world.cardHolder('me');
    const registry = withChanges(buildRegistry, { recipients: { printer } } as RegistryChanges);
    const newer = await createWorld({ like: world, registry });
    expect(await newer.refused('cards/list', {}, me)).toBe('POLICY_PENDING');
    expect(await newer.refused('login/listSessions', {}, me)).toBe('OK');
    const proposal = await newer.ok<Proposal>(
      'consent/proposePolicy',
      { from: 'build', effectiveAt: at(7 * DAY_MS) },
      ling,
    );
    const { version, textHash } = proposal;
    await newer.ok('consent/approvePolicy', { version, textHash }, wu);
    newer.wait(7 * DAY_MS);
    expect(await newer.refused('cards/list', {}, me)).toBe('CONSENT_REQUIRED');
    await grant(newer, me, 'cards');
    expect(await newer.refused('cards/list', {}, me)).toBe('OK');
  });
});

describe('the difference of two registries', () => {
  const cards = buildRegistry.purposes.cards;
  const name = buildRegistry.kinds['card-name'];
  it.each([
    ['a new recipient', { recipients: { printer } }, ['cards']],
    ['a recipient less', { recipients: { 'wechat-phone': null } }, []],
    ['another method', { purposes: { cards: { ...cards, method: '另一种方式。' } } }, ['cards']],
    ['another aim', { purposes: { cards: { ...cards, why: '另一个目的。' } } }, ['cards']],
    ['another wording of the effect', { purposes: { cards: { ...cards, ifRefused: '换一种说法。' } } }, []],
    ['a new kind', { kinds: { 'card-hobby': { ...name, name: '爱好' } } }, ['cards']],
    ['a more sensitive kind', { kinds: { 'card-name': { ...name, class: 'sensitive' } } }, ['cards']],
    ['a kind less', { kinds: { 'card-note': null } }, []],
    [
      'a longer period',
      { retention: { 'delivery-life': longer(buildRegistry.retention['delivery-life'], 2) } },
      ['delivery'],
    ],
    [
      'a shorter period',
      { retention: { 'delivery-life': longer(buildRegistry.retention['delivery-life'], 0.5) } },
      [],
    ],
    ['another operator', { operator: { ...buildRegistry.operator, name: '广东省政务服务和数据管理局' } }, []],
  ] as [string, RegistryChanges, string[]][])('%s asks again: %j', (_, changes, expected) => {
    const difference = differenceOf(buildRegistry, withChanges(buildRegistry, changes));
    expect(difference.widened).toEqual(expected);
    expect(difference.changes.length).toBeGreaterThan(0);
  });

  it('is material when a purpose reaches further or somebody else answers for it', () => {
    const operator = { ...buildRegistry.operator, name: '广东省政务服务和数据管理局' };
    expect(differenceOf(buildRegistry, withChanges(buildRegistry, { operator })).material).toBe(true);
    const one = withChanges(buildRegistry, { kinds: { 'card-note': null } });
    expect(differenceOf(buildRegistry, one).material).toBe(false);
  });

  it('of a registry and itself is nothing, in whatever order its parts are', () => {
    const shuffled = {
      ...buildRegistry,
      kinds: Object.fromEntries(Object.entries(buildRegistry.kinds).reverse()),
    };
    expect(differenceOf(buildRegistry, shuffled)).toEqual({ changes: [], widened: [], material: false });
  });

  it('never misses a purpose whose kinds or recipients have grown, whatever else changes', () => {
    const kindIds = Object.keys(buildRegistry.kinds);
    const recipientIds = Object.keys(buildRegistry.recipients);
    fc.assert(
      fc.property(
        fc.subarray(kindIds, { maxLength: 5 }),
        fc.subarray(recipientIds, { maxLength: 3 }),
        fc.constantFrom(...Object.keys(buildRegistry.purposes)),
        (fewerKinds, fewerRecipients, purpose) => {
          const changes = {
            kinds: {
              ...Object.fromEntries(fewerKinds.map((id) => [id, null])),
              added: { ...name, purpose, name: '新的信息' },
            },
            recipients: Object.fromEntries(fewerRecipients.map((id) => [id, null])),
          } as RegistryChanges;
          const after = withChanges(buildRegistry, changes);
          const difference = differenceOf(buildRegistry, after);
          expect(difference.widened).toContain(purpose);
          expect(differenceOf(after, buildRegistry).widened).not.toContain(undefined);
          expect(describeDifference(after, difference).length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('the registry of this build holds together', () => {
    expect(flawsOf(buildRegistry)).toEqual([]);
  });
});

function longer(rule: object | undefined, factor: number) {
  const { ends, ...rest } = rule as { ends: Record<string, number> };
  const lengths = Object.entries(ends).map(([unit, length]) => [unit, Math.round(length * factor)]);
  return { ...rest, ends: Object.fromEntries(lengths) };
}
