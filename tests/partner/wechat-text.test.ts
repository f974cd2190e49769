import { inflateSync } from 'node:zlib';
import { type SandboxServer, startSandbox } from '../../infra/local/sandbox/server';
import { createWechatCode, type WechatCode } from '../../lib/partner/wechat-code';
import { createWechatServer } from '../../lib/partner/wechat-server';
import { createWechatText, MAX_CONTENT_CHARS, type WechatText } from '../../lib/partner/wechat-text';

const app = { appid: 'wx0000000000000001', secret: 'secret' };
const clock = { now: () => Date.parse('2026-12-01T02:00:00.000Z') };
const lines: object[] = [];
let sandbox: SandboxServer;
let text: WechatText;
let code: WechatCode;
let openid: string;

beforeAll(async () => {
  sandbox = await startSandbox({ apps: [app], clock });
  const log = (line: object) => lines.push(line);
  const server = createWechatServer({ baseUrl: sandbox.url, ...app, clock, log });
  text = createWechatText(server);
  code = createWechatCode(server);
  openid = (await control('POST', 'people')).openid ?? '';
});
afterAll(() => sandbox.stop());

async function control(method: string, path: string, body: object = {}): Promise<Record<string, string>> {
  const request = { method, ...(method === 'POST' && { body: JSON.stringify(body) }) };
  return (await (await fetch(`${sandbox.url}/sandbox/${path}`, request)).json()) as Record<string, string>;
}
const checks = async () =>
  ((await control('GET', 'calls')) as unknown as { path: string }[]).filter(
    ({ path }) => path === '/wxa/msg_sec_check',
  ).length;

describe('the text check, as the sandbox speaks it (C1)', () => {
  it('passes what is harmless, and tells risky from doubtful', async () => {
    expect(await text.judge(['林晓', '工程师'], openid)).toBe('pass');
    expect(await text.judge(['林晓', '标记违规的话'], openid)).toBe('risky');
    expect(await text.judge(['标记存疑', '林晓'], openid)).toBe('review');
    expect(await text.judge([], openid)).toBe('pass');
  });

  it('leaves to a human what WeChat will not judge', async () => {
    await control('POST', 'texts', { contains: '久未来访', verdict: 'no-visit' });
    expect(await text.judge(['久未来访'], openid)).toBe('review');
    expect(await text.judge(['林晓'], 'nobody-we-know')).toBe('unavailable');
  });

  it('asks in as few questions as the words fit in, and the worst answer counts', async () => {
    const before = await checks();
    const long = '长'.repeat(MAX_CONTENT_CHARS - 10);
    expect(await text.judge(['一', '二', '三'], openid)).toBe('pass');
    expect((await checks()) - before).toBe(1);
    expect(await text.judge([long, long, `标记违规`, `${'长'.repeat(2 * MAX_CONTENT_CHARS)}`], openid)).toBe(
      'risky',
    );
    expect((await checks()) - before).toBe(5);
  });

  it.each(['down', 'reset', 'lying', 'throttled', 'busy'])('a %s WeChat is no pass', async (kind) => {
    await control('POST', 'faults', { path: '/wxa/msg_sec_check', kind, calls: 2 });
    expect(await text.judge(['林晓'], openid)).toBe('unavailable');
    await control('DELETE', 'faults');
    expect(await text.judge(['林晓'], openid)).toBe('pass');
  });

  it('a WeChat that is busy for a moment is asked again', async () => {
    await control('POST', 'faults', { path: '/wxa/msg_sec_check', kind: 'busy', calls: 1 });
    expect(await text.judge(['林晓'], openid)).toBe('pass');
  });

  it('writes numbers into the log and no words', () => {
    expect(JSON.stringify(lines)).not.toMatch(/林晓|标记|长长/);
    expect(lines).toContainEqual(expect.objectContaining({ partner: 'wechat-text', partnerCode: 0 }));
  });
});

describe('mini-program codes (C3)', () => {
  it('are pictures that carry the scene and nothing else', async () => {
    const { image, contentType } = await code.draw('A'.repeat(22));
    expect(contentType).toBe('image/png');
    const side = image.readUInt32BE(16);
    const data = image.subarray(image.indexOf('IDAT') + 4, image.indexOf('IEND') - 8);
    expect(inflateSync(data)).toHaveLength(side * (side + 1));
  });

  it.each(['down', 'throttled', 'busy'])('a %s WeChat draws nothing', async (kind) => {
    await control('POST', 'faults', { path: '/wxa/getwxacodeunlimit', kind, calls: 2 });
    await expect(code.draw('A'.repeat(22))).rejects.toMatchObject({ code: 'PARTNER_UNAVAILABLE' });
    await control('DELETE', 'faults');
  });

  it.each(['', 'x'.repeat(33), 'a b', '%41', '林'])('refuse the scene %j before asking', async (scene) => {
    await expect(code.draw(scene)).rejects.toThrow('a scene is');
  });
});
