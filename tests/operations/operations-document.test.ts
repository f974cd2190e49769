import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { OPERATIONS_FILE, operationsDocument } from '../../infra/commands/operations';
import { operation } from '../../lib/gate/operation';
import { functions } from '../support/world';

describe('docs/operations.md and the tables of operations (K7)', () => {
  it('agree: after a change of a row, run npm run operations', () => {
    expect(readFileSync(OPERATIONS_FILE, 'utf8')).toBe(operationsDocument());
  });

  it('every operation of every function has one line', () => {
    const lines = operationsDocument(functions).split('\n');
    for (const [name, operations] of Object.entries(functions))
      for (const operation of Object.keys(operations))
        expect(lines.filter((line) => line.startsWith(`| \`${name}/${operation}\` |`))).toHaveLength(1);
  });

  it('a line says who, why, which kinds, what is left, what guards it and what it costs', () => {
    const one = operation({
      summary: '说明。',
      caller: 'staff',
      roles: ['officer', 'auditor'],
      purpose: 'phone',
      kinds: { in: ['login-code'], out: ['phone-number'], uses: ['wechat-openid'] },
      input: z.strictObject({}),
      output: z.object({}),
      ledger: 'act',
      limits: [{ name: 'ONCE', per: 'address', max: 3, windowMs: 600_000 }],
      risk: 'fraud',
      budget: { trips: 2, readUnits: 3, writeUnits: 4 },
      run: async () => ({}),
    });
    const last = operationsDocument({ made: { up: one } })
      .trim()
      .split('\n')
      .at(-1);
    expect(last).toBe(
      '| `made/up` | 工作人员：个人信息保护负责人、审计员 | 绑定手机号（须同意） | 说明。 | 一次性凭证 | 手机号码 | ' +
        '微信用户标识（OpenID，加密保存，仅用于向微信办理您发起的事项） | 写入 | 每个网络地址每 10 分钟 3 次；微信安全评级 | 2 次，读 3，写 4 |',
    );
  });

  it('what only ends says that it asks for no consent', () => {
    const line = operationsDocument()
      .split('\n')
      .find((one) => one.startsWith('| `cards/delete` |'));
    expect(line).toContain('| 电子名片（随时可用） |');
  });
});
