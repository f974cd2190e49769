import fc from 'fast-check';
import { toInstant } from '../../lib/clock';
import { OUTCOME_UNKNOWN } from '../../lib/notice/channel';
import { isDelivered } from '../../lib/notice/next-action';
import { afterReceipt, type ChannelReceipt } from '../../lib/notice/receipt';
import { type Try, tryStates } from '../../lib/table/notice/recipient';
import { START } from '../support/world';

const at = toInstant(START);
const sent: Try = { channel: 'sms', state: 'sent', attempt: 1, at, answeredAt: at, messageId: 'm1' };
const delivered = { channel: 'sms', messageId: 'm1', status: 'delivered', code: 'DELIVRD' } as const;
const failed = { ...delivered, status: 'permanent-failure', code: 'MK:0001' } as const;

const anyTry = fc.record(
  {
    channel: fc.constantFrom('sms', 'mail', 'inbox', 'announcement'),
    state: fc.constantFrom(...tryStates),
    attempt: fc.nat(2),
    at: fc.constant(at),
    code: fc.constantFrom(OUTCOME_UNKNOWN, 'MK:0001'),
    messageId: fc.constantFrom('m1', 'm2'),
  },
  { requiredKeys: ['channel', 'state', 'attempt', 'at'] },
) as fc.Arbitrary<Try>;
const anyReceipt = fc.record({
  channel: fc.constantFrom('sms', 'mail'),
  messageId: fc.constantFrom('m1', 'm2'),
  status: fc.constantFrom('delivered', 'temporary-failure', 'permanent-failure'),
  code: fc.constant('x'),
}) as fc.Arbitrary<Omit<ChannelReceipt, 'reference' | 'at'>>;

describe('a receipt (B5)', () => {
  it('says once what it says, and takes nothing back that has arrived', () => {
    fc.assert(
      fc.property(fc.array(anyTry, { maxLength: 4 }), anyReceipt, (tries, receipt) => {
        const after = afterReceipt(tries, receipt, START);
        if (!after) return;
        expect(after).toHaveLength(tries.length);
        expect(afterReceipt(after, receipt, START)).toBeUndefined();
        if (isDelivered({ tries, openedAt: undefined }))
          expect(isDelivered({ tries: after, openedAt: undefined })).toBe(true);
      }),
    );
  });

  it('of an earlier message fails nothing, and arrives all the same', () => {
    expect(afterReceipt([{ ...sent, messageId: 'm2' }], failed, START)).toBeUndefined();
    expect(afterReceipt([{ ...sent, messageId: 'm2' }], delivered, START)).toMatchObject([
      { state: 'delivered' },
    ]);
  });

  it('fails what was sent, and nothing that is decided', () => {
    expect(afterReceipt([sent], failed, START)).toMatchObject([{ state: 'permanent-failure' }]);
    for (const state of ['delivered', 'skipped', 'permanent-failure', 'created'] as const)
      expect(afterReceipt([{ ...sent, state }], failed, START)).toBeUndefined();
  });

  it('comes before the partner’s own answer, or after the next channel was tried, and counts', () => {
    const claimed: Try = { channel: 'sms', state: 'sending', attempt: 1, at };
    expect(afterReceipt([claimed], delivered, START)).toMatchObject([
      { state: 'delivered', messageId: 'm1' },
    ]);
    const next: Try = { ...sent, channel: 'mail', messageId: 'x' };
    const late = afterReceipt([sent, next], delivered, START);
    expect(late).toMatchObject([{ channel: 'sms', state: 'delivered' }, next]);
    expect(isDelivered({ tries: late ?? [], openedAt: undefined })).toBe(true);
  });
});
