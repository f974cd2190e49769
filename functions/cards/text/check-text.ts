import type { Field } from '../../../lib/card/content';
import { fieldsFor } from '../../../lib/card/content';
import { isPicture, kindsOf, wordsOf } from '../../../lib/card/field-rules';
import { verdictOf } from '../../../lib/card/shown';
import { toInstant } from '../../../lib/clock';
import type { Deps } from '../../../lib/deps';
import { AppError } from '../../../lib/errors';
import { disclose } from '../../../lib/gate/disclose';
import type { Run, Subject } from '../../../lib/gate/operation';
import type { TextAnswer } from '../../../lib/partner/wechat-text';
import { type Card, noteVerdicts } from '../../../lib/table/card/card';
import type { Item, Write } from '../../../lib/table/client';
import { readOpenid, wechatAccountKey } from '../../../lib/table/person/wechat-account';

/**
 * The card as it goes into the table, and the fields that WeChat must be asked about first: those that others may see
 * and whose text nobody has judged. Until then they wait, and nobody sees them. A field without words has nothing to
 * judge; a picture is for a human to judge. What nobody else may see is not sent anywhere.
 */
export function beforeCheck(card: Card, nowMs: number): { card: Card; ask: Field[] } {
  const open = fieldsFor(card.visibility, 'link').filter((field) => {
    const said = card.verdicts[field];
    return said !== 'passed' && said !== 'refused';
  });
  const ask = withWords(card, open);
  const said = open.map((field) => [field, ask.includes(field) || isPicture(field) ? 'waiting' : 'passed']);
  return {
    card: withVerdicts(card, Object.fromEntries(said), toInstant(nowMs)),
    ask,
  };
}

/** The fields whose words WeChat can be asked about. */
export function withWords(card: Card, among: readonly Field[]): Field[] {
  return among.filter((field) => wordsOf(card, [field]).length > 0);
}

/** A card with these verdicts too. While one of its visible fields waits, it stands in the queue of the staff. */
export function withVerdicts(card: Card, said: Card['verdicts'], now: string): Card {
  const { dueAt, ...rest } = card;
  const verdicts = { ...card.verdicts, ...said };
  const waits = waitingFields({ ...card, verdicts }).length > 0;
  return { ...rest, verdicts, ...(waits && { dueAt: dueAt ?? now }) };
}

/** The fields that others may see as soon as somebody has judged them. */
export function waitingFields(card: Card): Field[] {
  return fieldsFor(card.visibility, 'link').filter((field) => card.verdicts[field] === 'waiting');
}

/**
 * Asks WeChat about these fields of a card, after the register says that they go there (promises C1, D1). `made` are
 * writes that go with the register's entry, the card itself among them; the verdict goes with the entry of the answer.
 * Answers the card as it is then.
 * @throws ConditionFailed when one of `made` is refused; `found` counts from the first of them
 */
export async function askWechat(
  deps: Deps,
  { caller, requestId }: Pick<Run<'subject', unknown>, 'caller' | 'requestId'>,
  card: Card,
  ask: readonly Field[],
  /** The card's item as it is then: the one that `made` puts, or else the one that was seen. */
  item: Item,
  made: Write[],
): Promise<Card> {
  const openid = await openidOf(deps, caller);
  const kinds = [...new Set(['wechat-openid' as const, ...ask.flatMap(kindsOf)])];
  const judged = (answer: TextAnswer): Card => {
    const said = Object.fromEntries(ask.map((field) => [field, verdictOf(answer)]));
    return withVerdicts(card, said, toInstant(deps.clock.now()));
  };
  const { answer, kept } = await disclose(
    deps,
    caller.person,
    { recipient: 'wechat-text', kinds, requestId },
    (wechatText) => wechatText.judge(wordsOf(card, ask), openid),
    (said) => said,
    {
      made,
      answered: (said) =>
        verdictOf(said) === 'waiting'
          ? []
          : [noteVerdicts(caller.person.subjectId, item, card, judged(said))],
    },
  );
  return kept ? judged(answer) : card;
}

/** @throws AppError NOT_NOW for an account that WeChat does not know: it cannot show text to others */
async function openidOf({ table }: Deps, { person, sealer }: Subject): Promise<string> {
  const [item] = await table.getMany([wechatAccountKey(person.subjectId)]);
  const openid = readOpenid(item, sealer);
  if (!openid) throw new AppError('NOT_NOW', { why: '这个账号没有可用的微信身份，不能请微信检查文字。' });
  return openid;
}
