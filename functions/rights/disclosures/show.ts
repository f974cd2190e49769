import { DAY_MS, toInstant } from '../../../lib/clock';
import type { Deps } from '../../../lib/deps';
import { AppError } from '../../../lib/errors';
import type { Run } from '../../../lib/gate/operation';
import { LAPSE_DAYS, legalBases, SECRECY_LAW } from '../../../lib/policy/disclosure';
import { readCursor, sealCursor } from '../../../lib/table/cursor';
import { type Disclosure, disclosureKey, disclosurePage } from '../../../lib/table/disclosure/disclosure';
import { type OpenDisclosure, openDisclosure } from '../../../lib/table/disclosure/open-disclosure';
import type { Key } from '../../../lib/table/keys';

const LIST = 'rights.disclosures';
const PAGE_DISCLOSURES = 30;

/** When a draft lapses that nobody has handed out by then. */
export const lapsesAtMs = ({ dueAt }: Pick<Disclosure, 'dueAt'>): number =>
  Date.parse(dueAt) + LAPSE_DAYS * DAY_MS;

/** Whether it can still be decided on and handed out. */
export function hasLapsed({ state, dueAt }: Pick<Disclosure, 'state' | 'dueAt'>, nowMs: number): boolean {
  return (state === 'proposed' || state === 'approved') && lapsesAtMs({ dueAt }) <= nowMs;
}

/** A disclosure as the staff sees it. Of the person there is only the number. */
export function shown(of: Omit<Disclosure, 'wrappedKey'>, nowMs: number) {
  const { dueAt, keptFromAt: _, request: __, basis, secretUntil, state, ...said } = of;
  const isOpen = state === 'proposed' || state === 'approved';
  return {
    ...said,
    state: hasLapsed(of, nowMs) ? ('lapsed' as const) : state,
    basis,
    law: legalBases[basis].law,
    draftedAt: dueAt,
    ...(isOpen && { lapsesAt: toInstant(lapsesAtMs(of)) }),
    ...(secretUntil !== undefined && { secretUntil, secrecyLaw: SECRECY_LAW }),
  };
}

/** The register, the newest draft first. */
export async function listDisclosures(
  deps: Deps,
  { caller, input: { cursor } }: Run<'staff', { cursor?: string | undefined }>,
) {
  const { ring, table } = deps;
  const position = cursor === undefined ? undefined : await readCursor(ring, LIST, caller.staffId, cursor);
  const after = position === undefined ? undefined : (JSON.parse(position) as Key);
  const { items, last } = await disclosurePage(table, PAGE_DISCLOSURES, after);
  const opened = await Promise.all(items.map((item) => openDisclosure(deps, item)));
  const nowMs = deps.clock.now();
  return {
    disclosures: opened.flatMap((one) => (one ? [shown(one.disclosure, nowMs)] : [])),
    ...(last && { cursor: await sealCursor(ring, LIST, caller.staffId, JSON.stringify(last)) }),
  };
}

/** @throws AppError NOT_FOUND */
export async function showDisclosure(deps: Deps, { input }: Run<'staff', { disclosureId: string }>) {
  const { disclosure } = await readDisclosure(deps, input.disclosureId);
  return shown(disclosure, deps.clock.now());
}

/** @throws AppError NOT_FOUND; SealError for one that was altered or moved */
export async function readDisclosure(deps: Deps, disclosureId: string): Promise<OpenDisclosure> {
  const [item] = await deps.table.getMany([disclosureKey(disclosureId)]);
  const opened = await openDisclosure(deps, item);
  if (!opened) throw new AppError('NOT_FOUND');
  return opened;
}
