import { DAY_MS, toInstant } from '../../../lib/clock';
import { numberOfRequest } from '../../../lib/crypto/request-id';
import type { Deps } from '../../../lib/deps';
import { AppError } from '../../../lib/errors';
import type { Run } from '../../../lib/gate/operation';
import { type LegalBasisId, SECRECY_DAYS } from '../../../lib/policy/disclosure';
import type { KindId } from '../../../lib/policy/kinds';
import { ConditionFailed } from '../../../lib/table/client';
import type { Disclosure } from '../../../lib/table/disclosure/disclosure';
import { newDisclosure, openDisclosure } from '../../../lib/table/disclosure/open-disclosure';
import { keys } from '../../../lib/table/keys';
import { askOf, demandLife } from '../../../lib/table/person/life';
import { readPerson } from '../../../lib/table/person/person';
import { readableKinds } from '../../../lib/table/readers/of-kinds';
import { appendRetention } from '../../../lib/table/retention/append';
import { shown } from './show';

export type Propose = {
  subjectId: string;
  kinds: KindId[];
  authority: string;
  document: string;
  documentHash: string;
  basis: LegalBasisId;
  secret: boolean;
  secretUntil?: string | undefined;
  idempotencyKey: string;
};

/** What the key decides: a repeat finds the same. */
const disclosureIdFor = (idempotencyKey: string): string =>
  numberOfRequest('D', 'disclosure', idempotencyKey);

/**
 * Drafts what an authority demands about somebody (promise D4). Nothing of the person is opened, and nothing is written to
 * them: they are not to know of what is secret, not by a look of the staff either. Sent twice, it is drafted once.
 * @throws AppError NOT_FOUND | INVALID_INPUT | IDEMPOTENCY_CONFLICT
 */
export async function proposeDisclosure(deps: Deps, { caller, input }: Run<'staff', Propose>) {
  const { idempotencyKey, secret: _, secretUntil, ...asked } = input;
  const nowMs = deps.clock.now();
  const disclosureId = disclosureIdFor(idempotencyKey);
  const kinds = [...new Set(asked.kinds)].sort();
  const said = JSON.stringify(['propose', caller.staffId, { ...asked, kinds, secretUntil }]);
  const request = await deps.ring.digest('request', `disclosure|${idempotencyKey}|${said}`);
  demandKinds(kinds);
  demandSecrecy(input, nowMs);
  const [item] = await deps.table.getMany([keys.person(input.subjectId)]);
  if (!item) throw new AppError('NOT_FOUND');
  demandLife(readPerson(item), askOf('staff', { purpose: 'accountability' }));
  const at = toInstant(nowMs);
  const value: Omit<Disclosure, 'wrappedKey'> = {
    ...asked,
    ...{ disclosureId, kinds, request, state: 'proposed', draftedBy: caller.staffId },
    ...(secretUntil !== undefined && { secretUntil: toInstant(Date.parse(secretUntil)) }),
    ...{ dueAt: at, keptFromAt: at },
  };
  const details = { disclosureId, staff: caller.staffId, documentHash: input.documentHash };
  try {
    await appendRetention(deps, { act: 'disclosure.proposed', details }, [await newDisclosure(deps, value)]);
    return shown(value, nowMs);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const known = await openDisclosure(deps, error.found[0]?.item);
    if (known?.disclosure.request !== request) throw new AppError('IDEMPOTENCY_CONFLICT');
    return shown(known.disclosure, nowMs);
  }
}

function demandKinds(kinds: readonly KindId[]): void {
  const readable = readableKinds();
  if (kinds.every((kind) => readable.has(kind))) return;
  const problem = '其中有不能这样提供的种类：不说明任何人的、只有摘要的，或者图片';
  throw new AppError('INVALID_INPUT', { fields: [{ field: 'kinds', problem }] });
}

/** Nothing is secret without end: the day on which the person is told is said with the draft. */
function demandSecrecy({ secret, secretUntil }: Propose, nowMs: number): void {
  const untilMs = secretUntil === undefined ? undefined : Date.parse(secretUntil);
  const problem = secrecyFlaw(secret, untilMs, nowMs);
  if (problem) throw new AppError('INVALID_INPUT', { fields: [{ field: 'secretUntil', problem }] });
}

function secrecyFlaw(secret: boolean, untilMs: number | undefined, nowMs: number): string | undefined {
  if (!secret) return untilMs === undefined ? undefined : '不保密的，不写保密的截止时间';
  if (untilMs === undefined) return '依法保密的，要写明保密到什么时候，到时即告知本人';
  const isNear = untilMs > nowMs && untilMs <= nowMs + SECRECY_DAYS * DAY_MS;
  return isNear ? undefined : `应在此刻之后、${SECRECY_DAYS} 天之内；更长的须凭新的文书另行办理`;
}
