import type { Deps } from '../../lib/deps';
import { AppError, invalidInput } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import type { Item } from '../../lib/table/client';
import {
  type Acceptance,
  acceptanceKey,
  acceptancesLeft,
  hear,
  type MessageTemplate,
  mayBeSent,
  putAcceptance,
  readAcceptance,
  requestOf,
} from '../../lib/table/profile/message-acceptance';
import { lostRace, untilWon } from '../../lib/table/races';

/** What wx.requestSubscribeMessage says of a template. */
export const acceptanceResults = ['accept', 'acceptWithAudio', 'reject', 'ban', 'filter'] as const;
type Result = { templateId: string; result: (typeof acceptanceResults)[number] };
export type Record = { results: Result[]; idempotencyKey: string };

/**
 * Counts what a person has just answered in WeChat's own window (promise B6 rests on it: a message is sent only to who said
 * yes). The same record counts once. A template that WeChat has left out of its window (`filter`) has not been answered.
 * @throws AppError INVALID_INPUT for a template that is not ours or named twice, IDEMPOTENCY_CONFLICT
 */
export async function recordAcceptances(deps: Deps, { caller, input }: Run<'subject', Record>) {
  const { subjectId } = caller.person;
  const ours = input.results.map(({ templateId }, at) => templateOf(deps, input, templateId, at));
  const request = await requestOf(deps.ring, subjectId, input.idempotencyKey);
  const keys = ours.map(({ id }) => acceptanceKey(subjectId, id));
  let seen: (Item | undefined)[] | undefined = [caller.alsoRead, ...caller.furtherRead];
  return untilWon(async () => {
    const items = seen ?? (await deps.table.getMany(keys));
    seen = undefined;
    const before = items.map(readAcceptance);
    if (isRepeat(input, before, request)) return { templates: ours.map((one, at) => shown(one, before[at])) };
    const after = input.results.map(({ result }, at) =>
      result === 'filter' ? before[at] : hear(before[at], saidNow(deps, result, request)),
    );
    const [first, ...more] = ours.flatMap(({ id }, at) => {
      const value = after[at];
      return value === before[at] || !value ? [] : putAcceptance(subjectId, id, value, items[at]);
    });
    if (first) {
      const won = await deps.table.write(first, ...more).then(() => true, lostRace);
      if (!won) return undefined;
    }
    return { templates: ours.map((one, at) => shown(one, after[at])) };
  });
}

function templateOf({ templates }: Deps, { results }: Record, id: string, at: number): MessageTemplate {
  const field = `results.${at}.templateId`;
  const found = templates.find((one) => one.id === id);
  if (!found) throw invalidInput(field, '不是本服务的消息模板');
  if (results.findIndex(({ templateId }) => templateId === id) !== at) throw invalidInput(field, '重复');
  return found;
}

type Answered = Exclude<Result['result'], 'filter'>;

const wordOf = (result: Answered) => (result === 'acceptWithAudio' ? 'accept' : result);

function saidNow({ clock }: Deps, result: Answered, request: string) {
  const word = wordOf(result);
  return { word, by: 'toldBySelf', atMs: clock.now(), request: `${request}.${word}` } as const;
}

/** Whether all of a record has been counted before. @throws AppError IDEMPOTENCY_CONFLICT for the key of another record */
function isRepeat({ results }: Record, before: (Acceptance | undefined)[], request: string): boolean {
  const answered = results.flatMap(({ result }, at) => {
    if (result === 'filter') return [];
    const known = before[at]?.requests.find((one) => one.startsWith(`${request}.`));
    return [known && (known === `${request}.${wordOf(result)}` ? 'same' : 'other')];
  });
  const isKnown = answered.some(Boolean);
  if (isKnown && answered.some((one) => one !== 'same')) throw new AppError('IDEMPOTENCY_CONFLICT');
  return isKnown;
}

/** What may be asked, and what is still allowed of it. */
export async function listAcceptances({ table, templates }: Deps, { caller }: Run<'subject', unknown>) {
  const { subjectId } = caller.person;
  if (templates.length === 0) return { templates: [] };
  const items = await table.getMany(templates.map(({ id }) => acceptanceKey(subjectId, id)));
  return { templates: templates.map((one, at) => shown(one, readAcceptance(items[at]))) };
}

function shown(template: MessageTemplate, acceptance: Acceptance | undefined) {
  const { id: templateId, name, kind } = template;
  const common = { templateId, name, kind };
  if (!acceptance) return { ...common, accepted: false };
  const accepted = mayBeSent(template, acceptance);
  return { ...common, accepted, ...(kind === 'once' && { left: acceptancesLeft(acceptance) }) };
}
