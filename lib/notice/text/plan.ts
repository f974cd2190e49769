import { operator } from '../../policy/registry';
import { beijingTime } from '../../policy/working-days';
import { charactersIn, hasLineBreak } from './characters';
import { type Flaw, isReachable, placeholderProblem, textProblem, titleFlaws } from './flaws';
import type { Wording } from './texts';

/** What officers plan to tell people of: of each kind the words that are asked for, all of them public. */
export const planWords = {
  survey: ['title', 'text', 'where'],
  transfer: ['recipient', 'contact', 'purposes', 'document'],
} as const;
export type PlanKind = keyof typeof planWords;
export const planKinds = Object.keys(planWords) as [PlanKind, ...PlanKind[]];

/** What is planned, in words that name nobody. `at`: until when answers are taken, or from when data moves; ISO 8601 in UTC. */
export type Planned = { kind: PlanKind; words: Readonly<Record<string, string>>; at: string };

/** Characters of one text at most: as of every notice. */
const MAX_CHARACTERS = 600;
const MAX_LINE = 100;
/** Whatever could be tapped or typed into a browser: a survey is answered inside the mini-program alone. */
const link = /https?:|www\.|:\/\/|[a-z0-9-]\.(com|cn|net|org|top|io)\b/iu;
const lines: readonly string[] = ['recipient', 'contact', 'document', 'where'];

/** What keeps a plan from being drafted, by field, in our own words. Empty: nothing. */
export function planFlaws({ kind, words }: Pick<Planned, 'kind' | 'words'>): Flaw[] {
  return planWords[kind].flatMap((name): Flaw[] => {
    const field = `words.${name}`;
    const text = words[name] ?? '';
    if (name === 'title') return titleFlaws(text);
    const most = lines.includes(name) ? MAX_LINE : MAX_CHARACTERS;
    const problem =
      charactersIn(text) > most
        ? `过长，最多 ${most} 个字`
        : (problemOf(name, text) ?? linkProblem(kind, text));
    return problem ? [{ field, problem }] : [];
  });
}

function problemOf(name: string, text: string): string | undefined {
  if (lines.includes(name) && hasLineBreak(text)) return '不能换行';
  if (name === 'contact')
    return isReachable(text) ? placeholderProblem(text) : '须写明可以拨打的电话或者电子邮箱';
  return textProblem(text);
}

function linkProblem(kind: PlanKind, text: string): string | undefined {
  return kind === 'survey' && link.test(text) ? '不能含有链接或者网址，调查只在小程序里作答' : undefined;
}

/** What people are told of a plan. */
export function planWording({
  kind,
  words,
  at,
}: Planned): Pick<Wording, 'kind' | 'title' | 'sections' | 'atMs'> {
  const when = `${beijingTime(at)}（北京时间）`;
  const contact = { heading: '联系方式', text: operator.contact };
  const atMs = Date.parse(at);
  if (kind === 'survey')
    return {
      ...{ kind, atMs, title: words.title ?? '' },
      sections: [
        { heading: '调查什么', text: words.text },
        { heading: '在哪里作答', text: words.where },
        { heading: '什么时候截止', text: when },
        { heading: '不想再收到', text: '可以随时在小程序的偏好设置里关闭调查邀请，关闭后不再发送。' },
        contact,
      ],
    };
  return {
    ...{ kind, atMs, title: '个人信息转移告知' },
    sections: [
      { heading: '接收方', text: words.recipient },
      { heading: '接收方的联系方式', text: words.contact },
      { heading: '接收方用于什么', text: words.purposes },
      { heading: '从什么时候起转移', text: `${when}。在此之前不转移。` },
      { heading: '依据的文件', text: words.document },
      {
        heading: '您可以怎么做',
        text: '接收方应当继续履行本服务的义务；变更处理目的、处理方式的，应当重新取得您的同意。不愿意转移的，可以在此之前撤回同意或者注销账号。',
      },
      contact,
    ],
  };
}
