import { CERTIFICATE_TYPE, type Certificate, certificateForm } from '../../lib/certificate/form';
import { HOUR_MS } from '../../lib/clock';
import { verify } from '../../lib/crypto/signature';
import type { Deps } from '../../lib/deps';
import { certificateKey, readCertificate } from '../../lib/table/certificate/certificate';
import { surveyPartKey } from '../../lib/table/certificate/survey-part';
import type { Item, Table, Write } from '../../lib/table/client';
import { keys, partition } from '../../lib/table/keys';
import { ledgerEntry } from '../../lib/table/ledger/ledger';
import { create } from '../../lib/table/replace';
import { rawItem } from '../support/raw-item';
import { createWorld, type World } from '../support/world';
import { allWell, end, type Fault } from './end';
import { buried } from './person';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

async function certificateOf(receipt: string): Promise<Certificate | undefined> {
  const [item] = await world.deps.table.getMany([certificateKey(receipt)]);
  const text = readCertificate(item);
  if (text === undefined) return undefined;
  const keySet = await world.deps.ring.publicKeys();
  return certificateForm.parse(await verify(keySet, CERTIFICATE_TYPE, text));
}
const alarms = () => world.lines.flatMap((line) => /"alarm".*"outcome":"(LEFT:\w+)"/.exec(line)?.[1] ?? []);
const leftOfSurvey = (subjectId: string) => world.scan(`SURVEY#${subjectId}`);
const wait = () => world.wait(7 * HOUR_MS);

describe('the certificate of an erasure (R3)', () => {
  it('says of each store what was found and is now absent, what stays and by which law, and what it does not cover', async () => {
    const { subjectId } = await buried(world);
    const { outcome } = await end(world, subjectId, { receipt: 'whole' });
    expect(outcome).toBe('done');
    const certificate = await certificateOf('whole');
    expect(certificate?.account).toBe(subjectId);
    expect(certificate?.stores.map(({ store, found, left }) => [store, found, left])).toEqual([
      ['partition', 5, 0], // with the WeChat account
      ['pointers', 2, 0],
      ['others', 1, 0],
      ['indexes', 2, 0],
      ['files', 1, 0],
    ]);
    expect(certificate?.stores[0]?.of).toContainEqual({ name: '电子名片', found: 2 });
    expect(certificate?.stays.map(({ name, basis, until }) => [name, basis, until])).toEqual([
      ['合规留痕', expect.stringContaining('个人信息保护法》第五十六条'), '2029-12-01T16:00:00.000Z'],
      ['账号登录', expect.stringContaining('个人信息保护法》第五十六条'), '2029-12-01T16:00:00.000Z'],
    ]);
    expect(certificate?.notCovered.map(({ name }) => name)).toEqual([
      '数据库备份',
      '数据库的变更记录',
      '处理队列中的消息',
      '防止恢复的删除标记',
      '日志中的代号',
      '其他人的记录中您的编号',
    ]);
    const last = certificate?.notCovered
      .flatMap(({ until = '' }) => until)
      .sort()
      .at(-1);
    expect(certificate?.lastCopyAt).toBe(last);
    expect(await leftOfSurvey(subjectId)).toEqual([]);
  });

  it('names whom something was sent to and who has not confirmed, and then knows no last copy', async () => {
    const [open, closed] = ['tencent-faceid', 'tencent-sms'];
    const { subjectId } = await buried(world);
    const certifies = { ...allWell, confirmed: async () => new Set([closed]) };
    await end(world, subjectId, { certifies, receipt: 'open', fault: { adds: sentTo(subjectId, 7, open) } });
    const certificate = await certificateOf('open');
    const waiting = certificate?.notCovered.filter(({ name }) => name.startsWith('接收方：'));
    expect(waiting).toEqual([
      expect.objectContaining({ why: expect.stringContaining('还没有收到对方已经删除的确认') }),
    ]);
    expect(certificate?.lastCopyAt).toBeUndefined();

    const { subjectId: other } = await buried(world);
    await end(world, other, { certifies, receipt: 'shut', fault: { adds: sentTo(other, 7, closed) } });
    expect((await certificateOf('shut'))?.lastCopyAt).toBeDefined();
  });

  function sentTo(subjectId: string, seq: number, recipient: string): Write {
    const sent = {
      act: 'disclosure.made',
      kinds: ['identity-input'],
      recipient,
      actor: 'service',
      requestId: 'r',
    };
    const hashes = { prev: Buffer.alloc(32), hash: Buffer.alloc(32) };
    const at = '2026-12-01T02:00:00.000Z';
    return create(ledgerEntry.make(subjectId, seq, { seq, at, ...sent, ...hashes } as never));
  }
  const foreign = (subjectId: string): Write => ({
    Put: { Item: rawItem({ pk: partition(subjectId), sk: 'DATA#cards#stranger', entity: 'stranger' }) },
  });
  const more = (subjectId: string): Write => ({
    Update: {
      Key: keys.person(subjectId),
      UpdateExpression: 'SET wrappedKey = :key',
      ExpressionAttributeValues: { ':key': Buffer.from('a key') },
    },
  });
  const faults: [string, string, (subjectId: string) => Fault][] = [
    [
      'an item is not erased',
      'partition',
      () => ({ keeps: ({ entity }: Item) => entity === 'wechat-account' }),
    ],
    ['a place is not erased', 'indexes', () => ({ keeps: ({ entity }: Item) => entity === 'location' })],
    ['something undeclared lies there', 'partition', (me) => ({ adds: foreign(me) })],
    ['a key is there again', 'partition', (me) => ({ adds: more(me) })],
    [
      'a pointer is left',
      'pointers',
      () => ({ drops: ({ Delete }) => String(Delete?.Key?.pk).startsWith('ID#') }),
    ],
    [
      'somebody else’s record still names the person',
      'others',
      () => ({ drops: ({ Update }) => Update !== undefined }),
    ],
    ['a file is left', 'files', () => ({ keepsFiles: true })],
  ];
  it.each(faults)('is refused while %s', async (what, store, faultOf) => {
    const { subjectId } = await buried(world);
    const before = alarms().length;
    const { outcome, again } = await end(world, subjectId, { fault: faultOf(subjectId), receipt: what });
    expect(outcome).toBe('failed');
    expect(alarms().slice(before)).toEqual([`LEFT:${store}`]);
    wait();
    expect(await again()).toBe('failed');
    expect(await certificateOf(what)).toBeUndefined();
  });

  it('is refused while an index still has an entry of something that is gone, and given when it has none', async () => {
    const { subjectId, name } = await buried(world);
    const { outcome, again } = await end(world, subjectId, {
      deps: withStale(world.deps, {
        pk: partition(subjectId),
        sk: 'DATA#location#point',
        nearCell: `cell of ${name}`,
      }),
      receipt: 'stale',
    });
    expect(outcome).toBe('failed');
    expect(alarms().at(-1)).toBe('LEFT:indexes');
    expect(await certificateOf('stale')).toBeUndefined();
    wait();
    expect(await again()).toBe('done');
    expect(await certificateOf('stale')).toBeDefined();
  });

  it('is refused while the locked bucket does not say that the person is gone', async () => {
    const { subjectId } = await buried(world);
    const certifies = { ...allWell, isBuried: async () => false };
    const { outcome } = await end(world, subjectId, { certifies, receipt: 'unburied' });
    expect([outcome, alarms().at(-1)]).toEqual(['failed', 'LEFT:vault']);
    expect(await certificateOf('unburied')).toBeUndefined();
  });

  it('is refused where nobody knows any more where to look', async () => {
    const { subjectId } = await buried(world);
    const adds = { Delete: { Key: surveyPartKey(subjectId, 1) } };
    const { outcome } = await end(world, subjectId, { fault: { adds }, receipt: 'blind' });
    expect([outcome, alarms().at(-1)]).toEqual(['failed', 'LEFT:survey']);
  });

  it('takes what leads to somebody else by now for theirs, even within the same second', async () => {
    const { subjectId, name } = await buried(world);
    const item = { pk: `ID#share#${name}`, sk: 'ID', entity: 'share-pointer', subjectId: 'another' };
    const fault = { adds: { Put: { Item: rawItem(item) } } };
    const { outcome } = await end(world, subjectId, { fault, receipt: 'since' });
    expect(outcome).toBe('done');
  });
});

/** The same service over a table whose index of who is near has kept an entry. */
function withStale(deps: Deps, entry: Item): Deps {
  const query: Table['query'] = async (asked, ...which) => {
    const met = await deps.table.query(asked, ...which);
    return asked.IndexName === 'near' ? { ...met, items: [...met.items, entry] } : met;
  };
  return { ...deps, table: { ...deps.table, query } };
}
