import { consentPurposeIds } from '../../lib/policy/purposes';
import { type Recipient, recipients } from '../../lib/policy/recipients';
import { grant } from '../support/consent';
import { createWorld } from '../support/world';

describe('my lists (K7)', () => {
  it('name for each kind who gets that kind, and nobody who gets another one for the same purpose', async () => {
    const world = await createWorld();
    const me = await world.signIn('me');
    await grant(world, me, ...consentPurposeIds);
    const { collected } = await world.ok<{ collected: { kind: string; recipients: string[] }[] }>(
      'consent/ownLists',
      {},
      me,
    );
    const getting = (kind: string) =>
      Object.values<Recipient>(recipients)
        .filter(({ kinds }) => kinds === 'all' || kinds.some((one) => one === kind))
        .map(({ name }) => name);
    expect(collected.length).toBeGreaterThan(40);
    for (const { kind, recipients: told } of collected)
      expect({ kind, told }).toEqual({ kind, told: getting(kind) });
    const ofNumber = collected.find(({ kind }) => kind === 'account-number');
    expect(ofNumber?.recipients).toEqual([recipients.cloud.name]);
    const ofName = collected.find(({ kind }) => kind === 'card-name');
    expect(ofName?.recipients).toEqual([recipients['wechat-text'].name, recipients.cloud.name]);
  });
});
