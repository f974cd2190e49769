import { type SandboxServer, startSandbox } from '../../infra/local/sandbox/server';
import { createWechatRisk, type WechatRisk } from '../../lib/partner/wechat-risk';
import { createWechatServer } from '../../lib/partner/wechat-server';

const app = { appid: 'wx0000000000000001', secret: 'secret' };
const address = '203.0.113.7';
let sandbox: SandboxServer;
let risk: WechatRisk;
const lines: object[] = [];

beforeAll(async () => {
  const clock = { now: () => Date.parse('2026-12-01T02:00:00.000Z') };
  sandbox = await startSandbox({ apps: [app], clock });
  risk = createWechatRisk(
    createWechatServer({ baseUrl: sandbox.url, ...app, clock, log: (line) => lines.push(line) }),
  );
});
afterAll(() => sandbox.stop());

const post = async (path: string, body: object) =>
  fetch(`${sandbox.url}/sandbox/${path}`, { method: 'POST', body: JSON.stringify(body) });

describe("WeChat's risk rank, as the sandbox speaks it (A7)", () => {
  it('answers the rank of a person', async () => {
    await post('people', { openid: 'o-risky', rank: 4 });
    await post('people', { openid: 'o-plain' });
    expect(await risk.rankOf('o-risky', address, 'fraud')).toBe(4);
    expect(await risk.rankOf('o-plain', address, 'register')).toBe(0);
  });

  it('knows nothing of somebody whom WeChat does not know', async () => {
    expect(await risk.rankOf('o-nobody', address, 'content')).toBeUndefined();
  });

  it.each(['down', 'reset', 'lying', 'busy', 'throttled'])(
    'answers nothing when WeChat is %s, and never throws',
    async (kind) => {
      await post('faults', { path: '/wxa/getuserriskrank', kind, calls: 2 });
      expect(await risk.rankOf('o-risky', address, 'fraud')).toBeUndefined();
      await fetch(`${sandbox.url}/sandbox/faults`, { method: 'DELETE' });
      expect(await risk.rankOf('o-risky', address, 'fraud')).toBe(4);
    },
  );

  it('logs neither openid nor address', () => {
    expect(lines.length).toBeGreaterThan(5);
    expect(JSON.stringify(lines)).not.toMatch(/o-risky|203\.0/);
  });
});
