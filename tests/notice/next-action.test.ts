import fc from 'fast-check';
import { HOUR_MS, toInstant } from '../../lib/clock';
import { columnOf } from '../../lib/notice/books';
import { channels as allChannels, type ChannelId, OUTCOME_UNKNOWN } from '../../lib/notice/channel';
import { type Channels, isOver, nextAction, type Told } from '../../lib/notice/next-action';
import { type ChannelRule, channelRules } from '../../lib/notice/rules';
import type { Try } from '../../lib/table/notice/recipient';
import { START } from '../support/world';

const anyReach = fc.subarray(['subscribe', 'sms', 'mail', 'inbox'] as ChannelId[]).map((ids) => new Set(ids));
const anyOrder = fc
  .shuffledSubarray(['subscribe', 'sms', 'mail', 'inbox'] as ChannelId[])
  .map((ids): ChannelId[] => [...ids, 'announcement']);

/** What the world may do after a message was claimed: answers, receipts, silence, a crash before the answer. */
const endings = [
  ...['crash', 'accepted', 'accepted-and-delivered', 'accepted-and-bounced', 'unknown'],
  ...['temporary-failure', 'permanent-failure', 'technical-failure'],
];
const anyOutcomes = fc.array(fc.constantFrom(...endings, 'throttled'), { minLength: 1 });
const anyRules = fc.dictionary(fc.constantFrom('subscribe', 'sms', 'mail'), fc.boolean()).map((repeats) => {
  const rules: Record<string, ChannelRule> = { ...channelRules };
  for (const [id, tellsRepeats] of Object.entries(repeats))
    rules[id] = { ...channelRules[id as 'sms'], tellsRepeats };
  return rules as Channels['rules'];
});

const anyPlay = [anyReach, anyOrder, anyRules, anyOutcomes] as const;

type Handed = { channel: ChannelId; outcome: string };

/** Plays one person to the end: what was handed to partners, and what the row said at last. Throws where it never ends. */
function played(told: Omit<Told, 'row'>, channels: Channels, outcomes: string[]) {
  let row: { tries: Try[] } | undefined;
  let nowMs = START;
  const handed: Handed[] = [];
  const columns: string[] = [];
  for (let step = 0; step < 1_000; step += 1) {
    columns.push(columnOf({ kinds: ['phone-number'], minor: false }, row, []));
    const action = nextAction({ ...told, row }, channels, nowMs);
    expect(nextAction({ ...told, row }, channels, nowMs)).toEqual(action);
    if (action.do === 'nothing') return { row: row as { tries: Try[] }, handed, columns };
    if (action.do === 'wait') {
      expect(action.untilMs).toBeGreaterThan(nowMs);
      nowMs = action.untilMs;
      continue;
    }
    if (action.do === 'note') {
      row = { tries: action.tries };
      continue;
    }
    const outcome = outcomes[handed.length % outcomes.length] ?? 'accepted';
    handed.push({ channel: action.channel, outcome });
    const [claim, before] = [action.tries.at(-1) as Try, row?.tries.at(-1)];
    row = { tries: action.tries };
    const since = before?.channel === claim.channel ? before.since : undefined;
    row.tries.splice(-1, 1, { ...claim, ...after(outcome, nowMs, since) });
  }
  throw new Error(`it never ends: ${JSON.stringify({ handed: handed.slice(-3), row })}`);
}

/** `since`: since when the partner has been too busy for it already. */
function after(outcome: string, nowMs: number, since?: string): Partial<Try> {
  const answeredAt = toInstant(nowMs);
  if (outcome === 'crash') return {};
  if (outcome === 'unknown') return { state: 'technical-failure', code: OUTCOME_UNKNOWN, answeredAt };
  if (outcome === 'throttled') return { state: 'created', answeredAt, since: since ?? answeredAt };
  if (outcome === 'accepted') return { state: 'sent', answeredAt };
  if (outcome === 'accepted-and-delivered') return { state: 'delivered', answeredAt };
  if (outcome === 'accepted-and-bounced') return { state: 'permanent-failure', answeredAt };
  return { state: outcome as Try['state'], answeredAt };
}

/** After these the partner has said, or may have, that the message went out. */
const mayBeOut = new Set(['crash', 'accepted', 'accepted-and-delivered', 'unknown']);

describe('what is next for one person of a notice (B5)', () => {
  it('always comes to an end, told or left to the announcement, and never goes back', () => {
    fc.assert(
      fc.property(...anyPlay, (reach, order, rules, outcomes) => {
        const { row, handed, columns } = played({ reach }, { order, rules, closed: {} }, outcomes);
        expect(isOver(row)).toBe(true);
        const places = handed.map(({ channel }) => order.indexOf(channel));
        expect(places).toEqual([...places].sort((a, b) => a - b));
        expect(handed.every(({ channel }) => reach.has(channel))).toBe(true);
        expect(columns.filter((column) => column !== 'pending').length).toBeLessThanOrEqual(1);
        expect(['delivered', 'announced']).toContain(columnOf({ kinds: [], minor: false }, row, []));
      }),
    );
  });

  it('never hands a message to one partner again that may have gone out, unless the partner tells repeats', () => {
    fc.assert(
      fc.property(...anyPlay, (reach, order, rules, outcomes) => {
        const { handed } = played({ reach }, { order, rules, closed: {} }, outcomes);
        handed.forEach(({ channel, outcome }, index) => {
          const again = handed[index + 1]?.channel === channel;
          if (!again || !mayBeOut.has(outcome)) return;
          expect({ outcome, tellsRepeats: rules[channel as 'sms'].tellsRepeats }).toEqual({
            outcome: outcome === 'unknown' ? 'unknown' : 'crash',
            tellsRepeats: true,
          });
        });
      }),
    );
  });

  it('hands over no more than the channel’s times, however often it fails', () => {
    const order: ChannelId[] = [...allChannels];
    for (const outcome of ['temporary-failure', 'technical-failure']) {
      const { handed } = played(
        { reach: new Set<ChannelId>(['sms']) },
        { order, rules: channelRules, closed: {} },
        [outcome],
      );
      expect(handed).toHaveLength(channelRules.sms.attempts);
    }
  });

  it('takes no channel’s silence for a delivery: without a receipt or an opened inbox only the announcement is left', () => {
    const reach = new Set<ChannelId>(['subscribe', 'sms', 'mail', 'inbox']);
    const { row, handed } = played({ reach }, { order: [...allChannels], rules: channelRules, closed: {} }, [
      'accepted',
    ]);
    expect(handed.map(({ channel }) => channel)).toEqual(['subscribe', 'sms', 'mail']);
    expect(columnOf({ kinds: [], minor: false }, row, [])).toBe('announced');
  });

  it('moves on at once from a refusal for good, and only at the limit from silence', () => {
    const told = { reach: new Set<ChannelId>(['subscribe', 'sms']) };
    const channels = { order: [...allChannels], rules: channelRules, closed: {} };
    const at = toInstant(START);
    const refused: Try = {
      channel: 'subscribe',
      state: 'permanent-failure',
      attempt: 1,
      at,
      answeredAt: at,
      code: '43101',
    };
    expect(nextAction({ ...told, row: { tries: [refused] } }, channels, START)).toMatchObject({
      do: 'send',
      channel: 'sms',
    });
    const silent: Try = { ...refused, state: 'sent' };
    const limit = START + channelRules.subscribe.receiptWithinMs;
    const asked = (nowMs: number) => nextAction({ ...told, row: { tries: [silent] } }, channels, nowMs);
    expect(asked(limit - 1)).toEqual({ do: 'wait', untilMs: limit });
    expect(asked(limit)).toMatchObject({ do: 'send', channel: 'sms' });
  });

  it('moves on from a partner that is too busy for somebody as long as it may owe a receipt, and not before', () => {
    const told = { reach: new Set<ChannelId>(['sms', 'mail']) };
    const channels = { order: [...allChannels], rules: channelRules, closed: {} };
    const limit = START + channelRules.sms.receiptWithinMs;
    const busy = (answeredMs: number, since?: string): Try => {
      const at = toInstant(answeredMs);
      return { channel: 'sms', state: 'created', attempt: 1, at, answeredAt: at, ...(since && { since }) };
    };
    const asked = (nowMs: number, since?: string) =>
      nextAction({ ...told, row: { tries: [busy(nowMs - HOUR_MS, since)] } }, channels, nowMs);
    expect(asked(limit - 1, toInstant(START))).toMatchObject({ do: 'send', channel: 'sms' });
    expect(asked(limit, toInstant(START))).toMatchObject({ do: 'send', channel: 'mail' });
    // What a pause has given back has kept nobody waiting by the partner's doing.
    expect(asked(limit)).toMatchObject({ do: 'send', channel: 'sms' });
  });

  it('asks a partner that is too busy for somebody ever more rarely, so that a day of that is at most a hundred-odd tries', () => {
    const channels = { order: [...allChannels], rules: channelRules, closed: {} };
    for (const channel of ['subscribe', 'sms', 'mail'] as const) {
      const { handed } = played({ reach: new Set([channel]) }, channels, ['throttled']);
      expect(handed.length).toBeGreaterThan(8);
      expect(handed.length).toBeLessThan(150);
    }
  });

  it('waits for a channel that is closed by a fault of ours as long as its patience lasts, then takes the next', () => {
    const told = { row: undefined, reach: new Set<ChannelId>(['sms', 'mail']) };
    const closed = { sms: { sinceMs: START, untilMs: START + 4 * channelRules.sms.patienceMs } };
    const asked = (nowMs: number) =>
      nextAction(told, { order: [...allChannels], rules: channelRules, closed }, nowMs);
    expect(asked(START + channelRules.sms.patienceMs - 1)).toMatchObject({ do: 'wait' });
    const action = asked(START + channelRules.sms.patienceMs);
    expect(action).toMatchObject({ do: 'send', channel: 'mail' });
    expect(action.do === 'send' && action.tries.map(({ channel, state }) => `${channel} ${state}`)).toEqual([
      'subscribe skipped',
      'sms technical-failure',
      'mail sending',
    ]);
  });

  it('is nothing once the notice was opened, whatever the channel says', () => {
    const row = { tries: [], openedAt: toInstant(START) };
    const channels = { order: [...allChannels], rules: channelRules, closed: {} };
    expect(nextAction({ row, reach: new Set(['sms']) }, channels, START)).toEqual({ do: 'nothing' });
  });
});
