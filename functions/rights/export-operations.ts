import * as z from 'zod/mini';
import { DAY_MS } from '../../lib/clock';
import { operation } from '../../lib/gate/operation';
import { purposeIds } from '../../lib/policy/purposes';
import { notTransferred } from '../../lib/policy/transfer';
import { exportKey, exportParts, partStates, pieceKey } from '../../lib/table/export/export';
import { cancelExport, exportNow, exportPiece, startExport } from './export';
import { startTransfer } from './transfer';

const nothing = z.strictObject({});
const file = z.object({ name: z.string(), bytes: z.int(), sha256: z.string() });
const piece = {
  piece: z.int(),
  part: z.enum(exportParts),
  bytes: z.int(),
  /** Of these bytes, in hexadecimal. */
  sha256: z.string(),
  files: z.array(file),
};
const whole = z.object({
  exportId: z.string(),
  state: z.enum(partStates),
  /** Whether it is this session that takes it. */
  isHere: z.boolean(),
  /** Of a package for another service: for whom, in the person's own words, and what was given for which purposes. */
  transfer: z.optional(
    z.object({ recipient: z.optional(z.string()), purposes: z.array(z.enum(purposeIds)) }),
  ),
  askedAt: z.string(),
  expiresAt: z.string(),
  parts: z.array(z.object({ part: z.enum(exportParts), name: z.string(), state: z.enum(partStates) })),
  /** Put together in this order they are one ZIP file. Listed once everything is made. */
  pieces: z.array(z.object({ ...piece, isTaken: z.boolean() })),
});

/** Proofs are for one target, and an account has one export. */
const account = () => 'account';

/** Everything that is held about somebody, to take away, and what they have given, for another service (PIPL art. 45; promises R1, R7). */
export const exportOperations = {
  startExport: operation({
    summary:
      '导出我的个人信息，须先验证是您本人：整理成一份压缩文件（可打印的页面、JSON、vCard、图片）。正在整理时结果相同；有没整理成的，只补整理那些。',
    caller: 'subject',
    purpose: 'access',
    kinds: { in: [], out: ['export-list'], uses: ['export-list'] },
    input: nothing,
    output: z.object({ export: whole }),
    ledger: 'act',
    limits: [{ name: 'EXPORTS_PER_DAY', per: 'person', max: 5, windowMs: DAY_MS }],
    proof: account,
    budget: { trips: 4, readUnits: 3, writeUnits: 24 },
    browser: 'never',
    alsoRead: (subjectId) => exportKey(subjectId),
    run: startExport,
  }),
  startTransfer: operation({
    summary:
      '转移到其他服务，须先验证是您本人：把您同意提供的、基于约定收集的信息整理成有签名的转移包，由您取走、交给对方；依法保存的、涉及他人的不在其中。可以写明交给谁、只要哪些用途的。取走的办法同导出。',
    caller: 'subject',
    purpose: 'access',
    kinds: { in: ['export-list'], out: ['export-list'], uses: ['export-list'] },
    input: z.strictObject({
      recipient: z.optional(z.string().check(z.trim(), z.minLength(1), z.maxLength(100))),
      purposes: z.optional(z.array(z.enum(purposeIds)).check(z.minLength(1), z.maxLength(purposeIds.length))),
    }),
    output: z.object({ export: whole }),
    ledger: 'act',
    // What is within reason costs nothing; of more the law would let us ask what it costs, and we take no money.
    limits: [{ name: 'TRANSFERS_PER_DAY', per: 'person', max: 5, windowMs: DAY_MS }],
    proof: account,
    unproved: notTransferred('identity', '还没有验证是您本人'),
    budget: { trips: 4, readUnits: 3, writeUnits: 24 },
    browser: 'never',
    alsoRead: (subjectId) => exportKey(subjectId),
    run: startTransfer,
  }),
  export: operation({
    summary: '我的导出整理到哪一步、各部分的状态、有哪些份可取、何时失效。没有导出的，结果为空。',
    caller: 'subject',
    purpose: 'access',
    kinds: { in: [], out: ['export-list'] },
    input: nothing,
    output: z.object({ export: z.optional(whole) }),
    reads: true,
    ledger: 'none',
    budget: { trips: 1, readUnits: 2, writeUnits: 0 },
    alsoRead: (subjectId) => exportKey(subjectId),
    run: exportNow,
  }),
  exportPiece: operation({
    summary:
      '取走导出的一份，只给发起导出的登录，每份一次；按顺序接起来就是一个 ZIP 文件。没有收到答复时，带同一个 idempotencyKey 再取一次。',
    caller: 'subject',
    purpose: 'access',
    kinds: { in: [], out: ['export-copy', 'export-list'] },
    input: z.strictObject({
      exportId: z.string().check(z.regex(/^[\w-]{22}$/)),
      piece: z.int().check(z.minimum(1), z.maximum(9999)),
      idempotencyKey: z.string().check(z.regex(/^[\w-]{16,64}$/)),
    }),
    output: z.object({
      ...piece,
      /** How many there are. */
      pieces: z.int(),
      base64: z.string(),
    }),
    ledger: 'act',
    // Of a piece of the usual size; a read unit more for each 4 KB, at most 96.
    budget: { trips: 2, readUnits: 6, writeUnits: 20 },
    browser: 'never',
    alsoRead: (subjectId, { exportId, piece: number }) => [
      exportKey(subjectId),
      pieceKey(subjectId, { exportId, piece: number }),
    ],
    run: exportPiece,
  }),
  cancelExport: operation({
    summary: '取消导出：已经整理的内容立即作废。没有导出的，结果相同。',
    caller: 'subject',
    purpose: 'access',
    kinds: { in: [], out: [] },
    input: nothing,
    output: z.object({ cancelled: z.literal(true) }),
    ledger: 'none',
    ends: true,
    budget: { trips: 2, readUnits: 1, writeUnits: 3 },
    run: cancelExport,
  }),
};
