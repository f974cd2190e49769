import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DOOR_LOG_DAYS, doorLogs } from '../../infra/commands/door-logs';
import { systemClock } from '../../lib/clock';

type Asked = { action: unknown; input: Record<string, unknown>; headers: IncomingHttpHeaders };

/** Answers as CloudBase's API does, of one environment whose logs go to topics of these days. */
async function withCloudBase<T>(periods: unknown[], work: (url: string, asked: Asked[]) => Promise<T>) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const input = JSON.parse((await request.setEncoding('utf8').toArray()).join(''));
    const action = request.headers['x-tc-action'];
    asked.push({ action, input, headers: request.headers });
    const LogServices = periods.map((Period) => ({ TopicId: 't', ...(Period !== undefined && { Period }) }));
    const others = { EnvId: 'another', LogServices: [{ Period: 1 }] };
    const EnvList = [{ EnvId: 'ours', ...(periods.length > 0 && { LogServices }) }, others];
    const found = action === 'DescribeEnvs' ? { EnvList } : {};
    const answer = input.EnvId === 'ours' ? found : { Error: { Code: 'ResourceNotFound' } };
    response.end(JSON.stringify({ Response: { RequestId: 'r', ...answer } }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const accountAt = (baseUrl: string) => ({
  ...{ baseUrl, region: 'ap-guangzhou', secretId: 'id', secretKey: 'marked-secret', clock: systemClock },
});
const look = (periods: unknown[]) => withCloudBase(periods, (url) => doorLogs(accountAt(url), 'ours', false));

describe('the logs of the doors are kept for six calendar months (S8)', () => {
  it.each([[[DOOR_LOG_DAYS]], [[185]], [[365, 186]], [[3640]]])('enough: %j days', async (periods) => {
    expect(await look(periods)).toEqual({ days: periods, isEnough: true });
  });

  it.each([[[180]], [[184]], [[7]], [[365, 30]], [[0]], [[]], [[undefined]], [['186']], [[365, undefined]]])(
    'not enough, or nobody knows: %j days',
    async (periods) => {
      expect(await look(periods)).toMatchObject({ isEnough: false });
    },
  );

  it('sets the period before it looks, when asked to, and sends no secret', async () => {
    const asked = await withCloudBase([DOOR_LOG_DAYS], async (url, calls) => {
      await doorLogs(accountAt(url), 'ours', true);
      return calls;
    });
    expect(asked.map(({ action, input }) => ({ action, ...input }))).toEqual([
      { action: 'ModifyClsTopic', EnvId: 'ours', Period: DOOR_LOG_DAYS },
      { action: 'DescribeEnvs', EnvId: 'ours' },
    ]);
    expect(JSON.stringify(asked)).not.toContain('marked-secret');
  });

  it('says what the platform refuses', async () => {
    const refused = withCloudBase([], (url) => doorLogs(accountAt(url), 'nobody', false));
    await expect(refused).rejects.toThrow('DescribeEnvs: ResourceNotFound');
  });
});
