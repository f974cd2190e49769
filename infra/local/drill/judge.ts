import { words } from '../../command-line/words';
import type { After } from './after';
import type { Findings } from './findings';
import type { Leak } from './leaks';
import { booksInWords } from './notice';
import type { Somebody } from './people';
import type { Carried } from './plan';

/**
 * Whom the leaker knows against whom the service has computed, one by one: nobody certain who was not, nobody left out who was.
 * Of a list those whose number leads to nobody any more are strangers: each of them has withdrawn or was erased since.
 */
export function judgeScope(
  leak: Pick<Leak, 'truth' | 'strangers'>,
  { erased, withdrawn }: After,
  carried: Pick<Carried, 'members' | 'affected'>,
  findings: Findings,
): void {
  const { truth, strangers: nobody } = leak;
  const { members, affected } = carried;
  const { atLeast, atMost, strangers } = affected;
  const wrong = [...members].filter(([id, { certain }]) => certain && !truth.has(id)).length;
  const absent = [...truth].filter((id) => !members.has(id));
  const gone = strangers - nobody;
  const missed = absent.filter((id) => gone === 0 || !(erased.has(id) || withdrawn.has(id))).length;
  const isWithin = atLeast + gone <= truth.size && truth.size <= atMost + gone && members.size === atMost;
  const exact = atLeast === atMost;
  const computed = words(
    exact ? `${atLeast} 人` : `${atLeast} 至 ${atMost} 人`,
    exact ? `${atLeast}` : `${atLeast} to ${atMost}`,
  );
  const since = words(
    gone > 0 ? `（另有 ${gone} 条，泄露之后撤回同意或者账号已删除）` : '',
    gone > 0 ? ` (and ${gone} entries of people who have withdrawn or were erased since)` : '',
  );
  const evidence = words(
    `真实 ${truth.size} 人，算出 ${computed.zh}${since.zh}；错列 ${wrong} 人，漏列 ${missed} 人`,
    `really ${truth.size}, computed ${computed.en}${since.en}; ${wrong} named wrongly, ${missed} missed`,
  );
  const isMet = isWithin && wrong === 0 && missed === 0 && absent.length === gone;
  findings.note(
    'scope',
    words('与泄露者所知逐人核对', 'held against what the leaker knows, one by one'),
    isMet,
    evidence,
  );
}

/**
 * The columns of the books against what is known of the people: those erased are left to the announcement, everybody else is
 * told, and so is the guardian of each minor who has one (未保网条例 art. 35).
 */
export function judgeBooks(
  made: readonly Pick<Somebody, 'subjectId' | 'minor' | 'guardianId'>[],
  { erased }: Pick<After, 'erased'>,
  { members, minors, told: { people, guardians } }: Pick<Carried, 'members' | 'minors' | 'told'>,
  findings: Findings,
): void {
  const gone = [...members.keys()].filter((id) => erased.has(id)).length;
  const isAll = people.affected === members.size && people.pending === 0;
  const isTold = isAll && people.announced === gone && people.delivered === members.size - gone;
  findings.note(
    'books',
    words('每个受影响的人都有着落', 'everybody affected has a place in them'),
    isTold,
    booksInWords(people),
  );
  const children = made.filter(({ subjectId, minor }) => minor && members.has(subjectId));
  const certain = children.filter(({ subjectId }) => members.get(subjectId)?.certain).length;
  const wards = children.filter(({ guardianId }) => guardianId !== undefined).length;
  const isCounted = minors.atLeast === certain && children.length <= minors.atMost;
  const areTold = guardians.affected === wards && guardians.delivered === wards && wards > 0;
  const toldOf = booksInWords(guardians);
  findings.note(
    'books',
    words(
      '未成年人的监护人同时告知（未成年人网络保护条例第三十五条）',
      'the guardians of minors are told as well (「未成年人网络保护条例第三十五条」)',
    ),
    isCounted && areTold,
    words(
      `未成年人 ${children.length} 人，有监护人的 ${wards} 人；监护人 ${toldOf.zh}`,
      `${children.length} minors, ${wards} with a guardian; guardians ${toldOf.en}`,
    ),
  );
}
