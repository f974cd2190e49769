import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '../..');

/** Compiled apart, because WeChat's own typings declare globals (`wx`, `Page`, `require`) that are not Node's. */
const page = `
import { cloudTransport, createClient, httpTransport, newIdempotencyKey, wxTokenStore } from '${root}/lib/client/client';
import { phoneContactOf } from '${root}/lib/card/phone-contact';

const about = { device: wx.getDeviceInfo().model, version: wx.getAccountInfoSync().miniProgram.version };
const api = createClient({ transport: cloudTransport(wx.cloud, about), token: wxTokenStore(wx) });
export const overHttp = createClient({ transport: httpTransport({ baseUrl: 'https://api.example.cn', wx, ...about }) });

Page({
  data: { names: [] as string[] },
  async onLoad() {
    const { code } = await wx.login();
    await api.login.signIn({ code });
    const { cards } = await api.cards.list();
    this.setData({ names: cards.map(({ name }) => name) });
  },
  async onSave(event: { detail: { name: string } }) {
    await wx.addPhoneContact(phoneContactOf({ name: event.detail.name }));
    await api.cards.create({ name: event.detail.name, idempotencyKey: await newIdempotencyKey() });
  },
});
`;

it("fits WeChat's own typings: wx, wx.cloud and wx storage are taken as they are", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'leliao-page-'));
  try {
    const types = ['node', 'aws-lambda', 'miniprogram-api-typings'];
    const compilerOptions = {
      typeRoots: ['node_modules/@types', 'node_modules'].map((path) => join(root, path)),
      types,
    };
    const project = {
      extends: join(root, 'tsconfig.json'),
      compilerOptions,
      include: [],
      files: ['page.ts'],
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(project));
    await writeFile(join(folder, 'page.ts'), page);
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const compiled = await promisify(execFile)(process.execPath, [compiler, '--project', folder]).catch(
      (error) => error,
    );
    // The rest of the house is compiled with it and has a test of its own; here only the page is judged.
    expect(compiled.stdout.split('\n').filter((line: string) => line.includes('page.ts'))).toEqual([]);
    expect(compiled.stdout).not.toContain('error TS2688');
  } finally {
    await rm(folder, { recursive: true });
  }
});
