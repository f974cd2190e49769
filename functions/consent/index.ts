import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { serve } from '../../lib/host/serve';
import { actOperations } from './act-operations';
import { jwks } from './jwks';
import { memoryOperations } from './memory-operations';
import { policyOperations } from './policy-operations';
import { state } from './shapes';
import { status } from './status';

export const consent = {
  ...policyOperations,
  status: operation({
    summary: '我对各项目的的同意状态。',
    caller: 'subject',
    purpose: 'accountability',
    input: z.strictObject({}),
    output: z.object({ consents: z.array(z.object({ ...state.shape, current: z.boolean() })) }),
    ledger: 'none',
    budget: { trips: 1, readUnits: 1, writeUnits: 0 },
    run: status,
  }),
  ...actOperations,
  ...memoryOperations,
  jwks: operation({
    summary: '验证回执签名所用的公钥（RFC 7517）。',
    caller: 'anyone',
    purpose: null,
    ground: '公开的密钥，不处理个人信息',
    input: z.strictObject({}),
    output: z.object({ keys: z.array(z.record(z.string(), z.string())) }),
    ledger: 'none',
    budget: { trips: 0, readUnits: 0, writeUnits: 0 },
    wellKnown: '/.well-known/jwks.json',
    run: jwks,
  }),
};

export const { handler, main } = serve('consent', consent);
