import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { certificate } from './certificate';

/** What is left in the hands of somebody whose account is gone (promise R3). */
export const certificateOperations = {
  certificate: operation({
    summary:
      '取得账号删除之后的证明，凭注销时给出的收据码，不用登录：每处原有多少、现已不在，依法留下什么，没有覆盖什么，最后的副本何时消失。',
    caller: 'anyone',
    purpose: 'accountability',
    kinds: { in: [], out: ['erasure-evidence'] },
    input: z.strictObject({
      /** As `rights/close` has answered it. */
      receiptCode: z.string().check(z.regex(/^[\w-]{22}$/)),
    }),
    output: z.object({
      /** Compact JWS; `npm run verify-certificate` checks it with the published keys. */
      certificate: z.string(),
      /** What it says, for showing it. */
      says: z.record(z.string(), z.unknown()),
    }),
    reads: true,
    ledger: 'none',
    budget: { trips: 1, readUnits: 1, writeUnits: 0 },
    run: certificate,
  }),
};
