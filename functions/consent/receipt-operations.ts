import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { giveReceipt } from './give-receipt';
import { jwks } from './jwks';

/** Receipts of acts of consent, and the keys that anybody checks them with. */
export const receiptOperations = {
  receipt: operation({
    summary: '取得我过去某一次同意、拒绝或撤回的回执，与当时给出的内容一致。',
    caller: 'subject',
    purpose: 'accountability',
    kinds: { in: [], out: ['consent-state', 'consent-evidence'] },
    input: z.strictObject({ seq: z.int().check(z.minimum(1)) }),
    output: z.object({
      receipt: z.string(),
      /** What the receipt says (JSON-LD), for showing it. */
      record: z.record(z.string(), z.unknown()),
    }),
    reads: true,
    ledger: 'none',
    budget: { trips: 2, readUnits: 2, writeUnits: 0 },
    run: giveReceipt,
  }),
  jwks: operation({
    summary: '验证回执签名所用的公钥（RFC 7517）。',
    caller: 'anyone',
    purpose: null,
    ground: '公开的密钥，不处理个人信息',
    kinds: { in: [], out: [] },
    input: z.strictObject({}),
    output: z.object({ keys: z.array(z.record(z.string(), z.string())) }),
    reads: true,
    ledger: 'none',
    budget: { trips: 0, readUnits: 0, writeUnits: 0 },
    wellKnown: '/.well-known/jwks.json',
    run: jwks,
  }),
};
