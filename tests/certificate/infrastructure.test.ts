import { readResources } from '../../infra/local/template';
import { indexes } from '../../lib/certificate/traces';
import { copies } from '../../lib/policy/copies';

type Index = { IndexName: string; KeySchema: { AttributeName: string }[] };

describe('what a certificate goes by is what the cloud is made of (R3)', () => {
  it('looks into every index that there is, by its own keys', () => {
    const made = Object.values(readResources('table.yml')).flatMap(
      ({ Properties }) => (Properties.GlobalSecondaryIndexes ?? []) as Index[],
    );
    expect(made.length).toBeGreaterThan(0);
    const keysOf = made.map(({ IndexName, KeySchema }) => [
      IndexName,
      KeySchema.map((key) => key.AttributeName),
    ]);
    expect(Object.fromEntries(keysOf)).toEqual(indexes);
  });

  it('names no copy as gone before the cloud has let go of it', () => {
    const days = (file: string) => Object.values(readResources(file)).map(({ Properties }) => Properties);
    const messages = days('queues.yml').flatMap(({ MessageRetentionPeriod: seconds }) => seconds ?? []);
    expect(messages.length).toBeGreaterThan(0);
    expect(copies.messages.days * 86_400).toBe(Math.max(...messages));
    const [kept] = days('objects.yml').flatMap(
      ({ ObjectLockConfiguration: lock, LifecycleConfiguration: life }) => (lock ? [life.Rules[0]] : []),
    );
    // S3 ends by whole days, each counted from the next midnight: the current version, then the one that is hidden.
    const midnights = 2;
    expect(copies.tombstone.days).toBe(
      kept.ExpirationInDays + kept.NoncurrentVersionExpiration.NoncurrentDays + midnights,
    );
  });
});
