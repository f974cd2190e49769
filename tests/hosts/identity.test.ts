import tcb from '@cloudbase/node-sdk';
import { readContext } from '../../lib/host/cloudbase';

/** The platform's own SDK is the judge of how its variables are read; it is too heavy to be in a bundle (ADR 2). */
const cases: [string, Record<string, string>][] = [
  [
    'a WeChat person',
    {
      WX_CONTEXT_KEYS: 'WX_OPENID,WX_UNIONID,WX_CLIENTIP',
      WX_OPENID: 'o1',
      WX_UNIONID: 'u1',
      WX_CLIENTIP: '203.0.113.7',
    },
  ],
  [
    'both lists',
    { WX_CONTEXT_KEYS: 'WX_OPENID', WX_OPENID: 'o2', TCB_CONTEXT_KEYS: 'TCB_UUID', TCB_UUID: 'uuid' },
  ],
  ['nobody', {}],
];

it.each(cases)('reads the same identity as the CloudBase SDK: %s', (_, variables) => {
  const context = { environment: JSON.stringify(variables) };
  const theirs = tcb.getCloudbaseContext(context as never) as unknown as Record<string, unknown>;
  const { identity } = readContext(variables);
  for (const name of ['WX_OPENID', 'WX_UNIONID', 'WX_CLIENTIP', 'TCB_UUID']) {
    expect({ name, value: identity[name] }).toEqual({ name, value: theirs[name] || undefined });
  }
});

it('is stricter than the SDK where it merges what the platform did not list', () => {
  const variables = { WX_CONTEXT_KEYS: 'WX_CLIENTIP', WX_CLIENTIP: '203.0.113.7', WX_OPENID: 'forged' };
  expect(readContext(variables).identity).toEqual({ WX_CLIENTIP: '203.0.113.7' });
});
