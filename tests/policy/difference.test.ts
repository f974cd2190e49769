import { describeDifference, differenceOf } from '../../lib/policy/difference';
import { type Kind, kindClasses } from '../../lib/policy/kinds';
import type { Purpose } from '../../lib/policy/purposes';
import type { Recipient } from '../../lib/policy/recipients';
import {
  buildRegistry,
  isSensitive,
  kindIdsFor,
  type Registry,
  type RegistryChanges,
  recipientIdsFor,
  withChanges,
} from '../../lib/policy/registry';
import type { RetentionRule } from '../../lib/policy/retention-rule';
import { describeStops } from '../../lib/policy/stops';

type Part<Entry> = {
  /** Another value of this attribute, for an entry. */
  other(before: Entry): unknown;
  /** Whether whoever agreed is asked again. */
  asks: boolean | ((before: Entry) => boolean);
};
type Parts<Entry> = { [Name in keyof Required<Entry>]: Part<Entry> };

const text = (asks: boolean) => ({ other: () => '改过的内容', asks });

const ofRecipient: Parts<Recipient> = {
  name: text(true),
  role: { other: ({ role }) => (role === 'authority' ? 'independent-controller' : 'authority'), asks: true },
  agreement: { other: () => ({ name: '另一份协议', expiresOn: '2029-12-31' }), asks: false },
  ground: text(true),
  contact: text(false),
  address: text(false),
  region: { other: () => '新加坡', asks: true },
  why: text(true),
  purpose: {
    other: ({ purpose }) => (purpose === 'delivery' ? 'profile' : 'delivery'),
    // Who gets everything gets what is of any purpose already.
    asks: ({ kinds }) => kinds !== 'all',
  },
  alsoFor: { other: () => ['delivery'], asks: ({ kinds }) => kinds !== 'all' },
  kinds: {
    other: ({ kinds }) => (kinds === 'all' ? ['card-name'] : [...kinds, 'delivery-contact']),
    asks: ({ kinds }) => kinds !== 'all',
  },
};

const ofKind: Parts<Kind> = {
  name: text(true),
  class: {
    other: ({ class: level }) => (level === 'biometric' ? 'sensitive' : 'biometric'),
    asks: ({ class: level }) => level !== 'biometric',
  },
  storage: {
    other: ({ storage }) => (storage === 'plain' ? 'sealed' : 'plain'),
    asks: ({ storage }) => storage !== 'plain',
  },
  purpose: { other: ({ purpose }) => (purpose === 'delivery' ? 'profile' : 'delivery'), asks: true },
  // A length for what had none, or ten years: longer than any kind here.
  retention: { other: () => 'ten-years', asks: true },
  source: text(true),
};

const ofPurpose: Parts<Purpose> = {
  name: text(false),
  why: text(true),
  method: text(true),
  basis: { other: ({ basis }) => (basis === 'CONSENT' ? 'CONTRACT' : 'CONSENT'), asks: true },
  ground: text(false),
  clause: text(false),
  choice: {
    other: ({ choice }) => (choice === 'basic' ? 'optional' : 'basic'),
    asks: ({ choice }) => choice === 'optional',
  },
  ask: { other: ({ ask }) => (ask ? undefined : 'at-start'), asks: false },
  ifRefused: text(false),
  atEnd: {
    other: ({ atEnd }) => (atEnd === 'erase-at-once' ? 'keep-for-period' : 'erase-at-once'),
    asks: ({ atEnd }) => atEnd === 'erase-at-once',
  },
};

const before = withChanges(buildRegistry, {
  retention: {
    'ten-years': { period: '十年', basis: '', ends: { months: 120 }, atEnd: 'delete' },
  },
});

/** Every attribute of every entry of a section, by itself. */
function changesOf<Entry extends object>(section: 'recipients' | 'kinds' | 'purposes', parts: Parts<Entry>) {
  const entries = Object.entries(before[section]) as unknown as [string, Entry][];
  const used = [...new Set(entries.flatMap(([, entry]) => Object.keys(entry)))].filter(
    (name) => !(name in parts),
  );
  expect(used).toEqual([]);
  return entries.flatMap(([id, entry]) =>
    (Object.entries(parts) as [string, Part<Entry>][]).map(([name, { other, asks }]) => ({
      what: `${section} ${id} ${name}`,
      after: withChanges(before, { [section]: { [id]: { ...entry, [name]: other(entry) } } }),
      id,
      asks: typeof asks === 'boolean' ? asks : asks(entry),
    })),
  );
}

describe('one attribute changed alone asks again exactly whom it reaches further (K4)', () => {
  it('of every recipient: the purposes that it has a part in', () => {
    for (const { what, after, id, asks } of changesOf('recipients', ofRecipient)) {
      const { widened, material, changes } = differenceOf(before, after);
      const touched = Object.keys(after.purposes).filter((purpose) =>
        recipientIdsFor(after, purpose).includes(id),
      );
      const grown = /purpose|alsoFor|kinds$/.test(what);
      expect({ what, says: changes.map((one) => one.id) }).toEqual({ what, says: [id] });
      expect({ what, material }).toEqual({ what, material: asks });
      if (grown && asks)
        expect({ what, widened }).toEqual({ what, widened: expect.arrayContaining(['delivery']) });
      if (!grown) expect({ what, widened }).toEqual({ what, widened: asks ? touched : [] });
    }
  });

  it('of every kind: the purpose that it is of', () => {
    for (const { what, after, id, asks } of changesOf('kinds', ofKind)) {
      const { widened, material, changes } = differenceOf(before, after);
      const { purpose } = after.kinds[id] ?? { purpose: '' };
      expect({ what, says: changes.map((one) => one.id) }).toEqual({ what, says: [id] });
      // Who gets something of a purpose because of this kind comes with it to another purpose.
      expect({ what, material, asked: widened.includes(purpose) }).toEqual({
        what,
        material: asks,
        asked: asks,
      });
    }
  });

  it('of every purpose: that one', () => {
    for (const { what, after, id, asks } of changesOf('purposes', ofPurpose)) {
      const { widened, material } = differenceOf(before, after);
      expect({ what, material, widened }).toEqual({ what, material: asks, widened: asks ? [id] : [] });
    }
  });
});

describe('what nobody has written down as harmless is announced (K4)', () => {
  const [session, cards, phone] = [
    before.retention['session-life'] as RetentionRule,
    before.purposes.cards as Purpose,
    before.kinds['phone-number'] as Registry['kinds'][string],
  ];
  const ofSessions = ['account', 'security'];
  const rule = (changes: object) => ({ retention: { 'session-life': { ...session, ...changes } } });
  const same = (changes: object) => changes as RegistryChanges;
  const sealed = (storage: Kind['storage']) =>
    withChanges(before, { kinds: { 'phone-number': { ...phone, storage } } });

  it.each([
    ['a period that says more than it lasts', rule({ period: '永久保存' }), ofSessions],
    ['a shorter one that says so', rule({ period: '登录后 20 天', ends: { days: 20 } }), []],
    ['a shorter one that says more', rule({ period: '20 天，此后永久保存', ends: { days: 20 } }), ofSessions],
    ['a shorter one that says another', rule({ period: '登录后 30 年', ends: { days: 20 } }), ofSessions],
    ['a longer one under the words of before', rule({ ends: { days: 31 } }), ofSessions],
    ['an end by event', rule({ ends: { event: 'service-ended' } }), ofSessions],
    ['a begin by event', rule({ ends: { days: 1, after: 'account-ended' } }), ofSessions],
    ['another end than to be deleted', rule({ atEnd: 'anonymise' }), ofSessions],
    ['another law for a period', rule({ basis: '另一条法律' }), []],
    ['what passes through', { passing: { 'share-token': '您的手机号' } }, ['cards']],
    [
      'what is told of a sensitive kind',
      { sensitive: { guardian: { necessity: '', effect: '' } } },
      ['minors'],
    ],
    ['an attribute that is not known', same({ purposes: { cards: { ...cards, trains: true } } }), ['cards']],
    ['one of a kind', same({ kinds: { 'phone-number': { ...phone, sold: true } } }), ['phone']],
    ['one of a rule', rule({ unless: 'asked' }), ofSessions],
  ] as [string, RegistryChanges, string[]][])('%s asks again: %j', (_, changes, asked) => {
    const { widened, material, changes: told } = differenceOf(before, withChanges(before, changes));
    expect({ widened, material, told: told.length }).toEqual({
      widened: asked,
      material: asked.length > 0,
      told: 1,
    });
  });

  it('a digest, a seal and what is in the open are an order, the last the least protected', () => {
    const order = ['plain', 'sealed', 'digest'] as const;
    for (const [at, was] of order.entries())
      for (const [to, is] of order.entries())
        expect({ was, is, material: differenceOf(sealed(was), sealed(is)).material }).toEqual({
          was,
          is,
          material: to < at,
        });
  });

  it('a rule that no kind has is announced too, and asks nobody', () => {
    const unused = withChanges(before, { retention: { 'ten-years': { ...session, period: '永久' } } });
    expect(differenceOf(before, unused)).toMatchObject({ material: true, widened: [] });
  });
});

describe('a difference says in words what it means (K4)', () => {
  const says = (changes: RegistryChanges) => {
    const after = withChanges(before, changes);
    return describeDifference(after, differenceOf(before, after)).join('');
  };

  it('whose period becomes what', () => {
    const session = before.retention['session-life'] as RetentionRule;
    const shorter = { ...session, period: '登录后 20 天', ends: { days: 20 } };
    expect(says({ retention: { 'session-life': shorter } })).toMatch(
      /^“登录凭证的摘要”.*的保存期限由“登录后 30 天.*”改为“登录后 20 天”。$/,
    );
  });

  it('that who does not want an optional purpose made basic cannot sign in', () => {
    const cards = { ...before.purposes.cards, choice: 'basic', basis: 'CONTRACT' } as Purpose;
    expect(says({ purposes: { cards } })).toMatch(/“电子名片”。这会使不同意的人无法登录。/);
  });

  it('what each purpose that would stop means for people, by its name and never by its id', () => {
    for (const [id, { name }] of Object.entries(buildRegistry.purposes)) {
      const [sentence = ''] = describeStops(buildRegistry, [id]);
      expect(sentence).toMatch(new RegExp(`^“${name}”将在施行时停止.*：.{4,}。须先改程序`));
      expect(sentence).not.toMatch(/[a-z]{3}|undefined/);
    }
    expect(describeStops(buildRegistry, ['account'])[0]).toMatch('任何人都不能登录');
  });
});

describe('the classes of kinds are an order, from which nothing is missing (K4)', () => {
  const allOf = (level: Kind['class']) =>
    withChanges(buildRegistry, {
      kinds: Object.fromEntries(
        Object.entries(buildRegistry.kinds).map(([id, kind]) => [id, { ...kind, class: level }]),
      ),
    });
  const everyPurpose = Object.keys(buildRegistry.purposes).filter(
    (id) => kindIdsFor(buildRegistry, id).length > 0,
  );
  const pairs = kindClasses.flatMap((was, at) => kindClasses.map((is, to) => ({ was, is, asks: to > at })));

  it.each(pairs)('from $was to $is asks again: $asks', ({ was, is, asks }) => {
    const { widened, material } = differenceOf(allOf(was), allOf(is));
    expect({ widened, material }).toEqual({ widened: asks ? everyPurpose : [], material: asks });
  });

  it('puts what the law calls sensitive above what it does not, and a body on top', () => {
    expect(kindClasses).toEqual([
      'technical',
      'general',
      'minor',
      'track',
      'financial',
      'sensitive',
      'biometric',
    ]);
    const [id = ''] = Object.keys(buildRegistry.kinds);
    const sensitive = kindClasses.map((level) => isSensitive(allOf(level), id));
    expect(sensitive).toEqual([false, false, true, true, true, true, true]);
  });
});
