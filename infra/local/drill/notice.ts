import { type NoticeWords, noticeItemIds, noticeItems } from '../../../lib/notice/text/items';
import { kinds as registered } from '../../../lib/policy/kinds';
import { type Words, words } from '../../command-line/words';
import { noticeWords } from '../notice-words';
import { type Findings, quoted } from './findings';
import { inTurn } from './in-turn';
import type { Leak } from './leaks';
import { answerTo, type Team, watch } from './team';

export type Books = Record<'affected' | 'delivered' | 'announced' | 'exempt' | 'pending', number>;
export type Told = { noticeId: string; people: Books; guardians: Books };
type Whose = { incidentId: string; scopeId: string };

function wordsOf({ story }: Leak): NoticeWords {
  const remedies = '已经制止并修复，撤销了有关的访问凭证，并向主管部门报告。';
  return { ...noticeWords, event: story.event, cause: story.cause, remedies };
}

/** Words the notice, tries to send it as it must not be sent, has it approved by two others, and sends it (promise B4). */
export async function tellPeople(team: Team, whose: Whose, leak: Leak, findings: Findings): Promise<Told> {
  const { responder, officer, second } = team;
  const { incidentId } = whose;
  const wording = wordsOf(leak);
  // One after the other, as one person does: side by side they meet at the count of what that person tries.
  const refusedWithout = await inTurn(noticeItemIds, 1, async (id) => {
    const { [id]: _, ...rest } = wording;
    const { code, fields } = await answerTo(responder.breach.draftNotice({ ...whose, words: rest }));
    return [id, code === 'INVALID_INPUT' && fields.includes(`words.${id}`)] as const;
  });
  const { hash, noticeId, drill } = await responder.breach.draftNotice({ ...whose, words: wording });
  const exact = { incidentId, hash };
  const own = await answerTo(responder.breach.approveNotice(exact));
  await officer.breach.approveNotice(exact);
  const early = await answerTo(responder.breach.sendNotice(exact));
  const { approvedBy } = await second.breach.approveNotice(exact);
  const preview = await officer.breach.previewNotice({ incidentId });
  const texts = preview.says.filter(({ channel, reader }) => channel === 'inbox' && reader !== 'everybody');
  const says = (said: string) => texts.length > 0 && texts.every(({ text }) => text.includes(said));
  for (const [id, refused] of refusedWithout) {
    const { name, article } = noticeItems[id];
    const isSaid = says(wording[id]);
    const evidence = words(
      `${isSaid ? '写明' : '没有写明'}；缺这一项时${refused ? '被退回' : '没有被退回'}`,
      `${isSaid ? 'said' : 'not said'}; without it the draft is ${refused ? 'refused' : 'taken'}`,
    );
    findings.note('notice', quoted(`${name}（${article}）`), refused && isSaid, evidence);
  }
  const named = preview.kinds.filter((kind) =>
    says(registered[kind as keyof typeof registered]?.name ?? kind),
  );
  findings.note(
    'notice',
    quoted('涉及的信息种类（个人信息保护法第五十七条第一款第一项）'),
    named.length === preview.kinds.length && named.length > 0,
    words(`${named.length} 种，按本人涉及的写出`, `${named.length}, to each person what concerns them`),
  );
  const isApproved = own.code === 'CALLER_NOT_ALLOWED' && early.code === 'NOT_NOW' && approvedBy.length === 2;
  findings.note(
    'notice',
    words('拟定、批准分开，两人批准后才发', 'worded by one, approved by two others, and sent only then'),
    isApproved && drill,
    words(
      `拟定人自批：${own.code}；一人批准就发：${early.code}；批准：${approvedBy.join('、')}`,
      `approved by who worded it: ${own.code}; sent with one approval: ${early.code}; approved by ${approvedBy.join(', ')}`,
    ),
  );
  await responder.breach.sendNotice(exact);
  const { people, guardians } = await untilTold(team, incidentId, findings);
  return { noticeId, people, guardians };
}

/** Recounts the books until nobody is pending; at every look they have to balance (promise B5). */
async function untilTold({ officer }: Team, incidentId: string, findings: Findings) {
  let looks = 0;
  let unbalanced = 0;
  const look = async () => {
    const sum = { people: noBooks(), guardians: noBooks() };
    let from: number | undefined = 0;
    while (from !== undefined) {
      const { people, guardians, next }: Recounted = await officer.breach.books({ incidentId, from });
      sum.people = added(sum.people, people);
      sum.guardians = added(sum.guardians, guardians);
      from = next;
    }
    looks += 1;
    if (!balances(sum.people) || !balances(sum.guardians)) unbalanced += 1;
    return sum;
  };
  const books = await watch(look, ({ people, guardians }) => people.pending + guardians.pending === 0);
  findings.note(
    'books',
    words('受影响＝已送达＋仅公告＋不告知＋待告知', 'affected = delivered + announced + exempt + pending'),
    unbalanced === 0,
    words(
      `清点 ${looks} 次，不平 ${unbalanced} 次`,
      `counted ${looks} times, out of balance ${unbalanced} times`,
    ),
  );
  return books;
}

type Recounted = { people: Books; guardians: Books; next?: number | undefined };
const columns = ['affected', 'delivered', 'announced', 'exempt', 'pending'] as const;
const noBooks = (): Books => ({ affected: 0, delivered: 0, announced: 0, exempt: 0, pending: 0 });

function added(one: Books, other: Books): Books {
  return Object.fromEntries(columns.map((column) => [column, one[column] + other[column]])) as Books;
}

function balances({ affected, delivered, announced, exempt, pending }: Books): boolean {
  return affected === delivered + announced + exempt + pending;
}

export function booksInWords({ affected, delivered, announced, exempt, pending }: Books): Words {
  return words(
    `${affected} ＝ 已送达 ${delivered} ＋ 仅公告 ${announced} ＋ 不告知 ${exempt} ＋ 待告知 ${pending}`,
    `${affected} = delivered ${delivered} + announced ${announced} + exempt ${exempt} + pending ${pending}`,
  );
}
