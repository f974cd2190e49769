import * as z from 'zod/mini';
import { operation } from '../../../lib/gate/operation';
import { legalBasisIds } from '../../../lib/policy/disclosure';
import { kindIds } from '../../../lib/policy/kinds';
import { recipientIds } from '../../../lib/policy/recipients';
import { disclosureStates } from '../../../lib/table/disclosure/disclosure';
import { approveDisclosure, declineDisclosure } from './decide';
import { handOut } from './hand-out';
import { proposeDisclosure } from './propose';
import { disclosureRecipients } from './recipients';
import { listDisclosures, showDisclosure } from './show';

const line = (max: number) => z.string().check(z.trim(), z.minLength(1), z.maxLength(max));
const disclosureId = z.string().check(z.regex(/^D-[0-9A-F]{12}$/));
const kind = z.enum(kindIds);

const shown = z.object({
  disclosureId: z.string(),
  state: z.enum([...disclosureStates, 'lapsed']),
  subjectId: z.string(),
  kinds: z.array(kind),
  authority: z.string(),
  document: z.string(),
  documentHash: z.string(),
  basis: z.enum(legalBasisIds),
  law: z.string(),
  /** Until when its person is not told, and by which law. */
  secretUntil: z.optional(z.string()),
  secrecyLaw: z.optional(z.string()),
  draftedBy: z.string(),
  draftedAt: z.string(),
  /** When it lapses, while it waits. */
  lapsesAt: z.optional(z.string()),
  decidedBy: z.optional(z.string()),
  decidedAt: z.optional(z.string()),
  reason: z.optional(z.string()),
  handedOutBy: z.optional(z.string()),
  handedOutAt: z.optional(z.string()),
  toldAt: z.optional(z.string()),
});

const common = { caller: 'staff', purpose: 'accountability', output: shown } as const;
const officers = { ...common, roles: ['officer'] } as const;
const kept = { in: ['disclosure-record'], out: ['disclosure-record'] } as const;

/**
 * To whom data is given, and what authorities demand by law (promises D2, D3, D4). No operation here is `about` a person for the
 * gate: a look would stand in their ledger, and what a law keeps secret would be told by it. Handing out writes the line itself.
 */
export const disclosureOperations = {
  disclosureRecipients: operation({
    ...common,
    summary:
      '工作人员：信息提供给哪些接收方，凭协议、本人同意还是法律，协议何时到期；到期前 30 天提示，过期即停止。',
    roles: ['officer', 'auditor'],
    kinds: { in: [], out: [] },
    input: z.strictObject({}),
    output: z.object({
      recipients: z.array(
        z.object({
          recipient: z.enum(recipientIds),
          name: z.string(),
          role: z.enum(['entrusted', 'independent-controller', 'authority']),
          contact: z.string(),
          agreement: z.optional(
            z.object({
              name: z.string(),
              expiresOn: z.string(),
              state: z.enum(['in-force', 'ends-soon', 'expired']),
              daysLeft: z.int(),
            }),
          ),
          /** The law by which no consent to this recipient is needed; the purpose whose consent it takes. */
          ground: z.optional(z.string()),
          consentTo: z.optional(z.string()),
          /** An incident has stopped it. */
          isStopped: z.boolean(),
        }),
      ),
    }),
    reads: true,
    ledger: 'none',
    budget: { trips: 0, readUnits: 0, writeUnits: 0 },
    run: disclosureRecipients,
  }),
  disclosures: operation({
    ...common,
    summary: '工作人员：向有关机关提供信息的登记，最近拟定的在前。',
    roles: ['officer', 'auditor'],
    kinds: { in: [], out: ['disclosure-record'] },
    input: z.strictObject({ cursor: z.optional(z.string().check(z.maxLength(512))) }),
    output: z.object({ disclosures: z.array(shown), cursor: z.optional(z.string()) }),
    reads: true,
    ledger: 'none',
    // Of a few; a page of thirty takes one for each.
    budget: { trips: 2, readUnits: 8, writeUnits: 0 },
    run: listDisclosures,
  }),
  disclosure: operation({
    ...common,
    summary: '工作人员：一次向有关机关的提供：文书、依据、种类、拟定和批准的人、告知本人的时间。',
    roles: ['officer', 'auditor'],
    kinds: { in: [], out: ['disclosure-record'] },
    input: z.strictObject({ disclosureId }),
    reads: true,
    ledger: 'none',
    budget: { trips: 1, readUnits: 1, writeUnits: 0 },
    run: showDisclosure,
  }),
  proposeDisclosure: operation({
    ...officers,
    summary:
      '工作人员：拟定一次向有关机关的提供：写明机关、文书、法律依据、对象和种类。依法保密的，须写明保密到什么时候，到时自动告知本人。',
    kinds: kept,
    input: z.strictObject({
      subjectId: z.string().check(z.regex(/^[\w-]{22}$/)),
      kinds: z.array(kind).check(z.minLength(1), z.maxLength(50)),
      /** In full, as the document says. */
      authority: z.string().check(z.trim(), z.regex(/\p{Script=Han}{4}/u), z.maxLength(100)),
      document: line(100),
      documentHash: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
      basis: z.enum(legalBasisIds),
      /** Whether a law keeps it secret from its person; then until when. */
      secret: z.boolean(),
      secretUntil: z.optional(z.iso.datetime({ offset: true })),
      idempotencyKey: z.string().check(z.regex(/^[\w-]{16,64}$/)),
    }),
    ledger: 'none',
    budget: { trips: 3, readUnits: 2, writeUnits: 12 },
    run: proposeDisclosure,
  }),
  approveDisclosure: operation({
    ...officers,
    summary: '工作人员：批准一次向有关机关的提供，须由拟定人以外的人办理。批准的内容不能再改。',
    kinds: kept,
    input: z.strictObject({ disclosureId }),
    ledger: 'none',
    budget: { trips: 3, readUnits: 2, writeUnits: 14 },
    run: approveDisclosure,
  }),
  declineDisclosure: operation({
    ...officers,
    summary: '工作人员：否决一次拟定的提供，写明理由。',
    kinds: kept,
    input: z.strictObject({ disclosureId, reason: line(500) }),
    ledger: 'none',
    budget: { trips: 3, readUnits: 2, writeUnits: 14 },
    run: declineDisclosure,
  }),
  handOut: operation({
    ...officers,
    summary:
      '工作人员：取出已经批准提供的信息：只有文书所列的种类。先登记再读取；不保密的，本人随即看到并收到告知。24 小时内可以由同一人重取。',
    kinds: { in: [], out: kindIds, uses: ['disclosure-record'] },
    input: z.strictObject({ disclosureId }),
    output: z.object({
      disclosure: shown,
      records: z.array(
        z.object({
          entity: z.string(),
          values: z.array(z.object({ attribute: z.string(), kinds: z.array(kind), value: z.unknown() })),
        }),
      ),
    }),
    ledger: 'act',
    // Of somebody with little; everything of theirs is looked through.
    budget: { trips: 7, readUnits: 12, writeUnits: 40 },
    run: handOut,
  }),
};
