import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { CardContent } from '../../lib/card/content';
import { writeJCard } from '../../lib/card/jcard';
import { phoneContactOf } from '../../lib/card/phone-contact';
import { type CardProblem, cardProblems, VCardError } from '../../lib/card/vcard-limits';
import { type Refusal, refusals } from '../../lib/card/vcard-outcome';
import { type CardReport, readVCards } from '../../lib/card/vcard-read';
import { writeVCards } from '../../lib/card/vcard-write';
import { Stop } from '../command-line/exit';
import { choice, neededText } from '../command-line/options';
import { program, start } from '../command-line/program';
import { type Lang, words } from '../command-line/words';

const forms = {
  '4.0': (cards: CardContent[]) => writeVCards(cards, '4.0'),
  '3.0': (cards: CardContent[]) => writeVCards(cards, '3.0'),
  jcard: (cards: CardContent[]) => `${JSON.stringify(cards.map(writeJCard), null, 1)}\n`,
  contact: (cards: CardContent[]) => `${JSON.stringify(cards.map(phoneContactOf), null, 1)}\n`,
};

/** What `cardProblems`, `refusals` and `VCardError` say in Chinese. */
const problems: Record<CardProblem, string> = {
  'cut-short': 'It is not whole: no END:VCARD.',
  'too-many-properties': 'It has too many properties.',
  'no-name': 'It has no name that can be used, and nothing that could stand for one.',
};
const reasons: Record<Refusal, string> = {
  'picture-or-file':
    'Pictures, sounds, keys and the like are not imported: they may hold place, time and device.',
  'card-inside-card': 'A card inside a card is not imported.',
  'not-a-property': 'This line is no property of a card.',
  'unreadable-charset': 'The text is not in the charset that it claims.',
  'too-long': 'Too long.',
  'too-many-kept': 'As many as can be kept are kept already.',
};
const refusedFiles: Record<VCardError['reason'], string> = {
  'no-card': 'No card in the file: no line BEGIN:VCARD.',
  'too-large': 'The file is too large: export without photos, or in several files.',
  'too-many-lines': 'The file has too many lines: divide it.',
  'too-many-cards': 'The file has too many cards: divide it.',
  'not-a-jcard': 'This is no jCard (RFC 7095): it should look like ["vcard", [properties]].',
};

/** The report of one card in words. */
function told(report: CardReport, lang: Lang): string[] {
  const say = (zh: string, en: string) => words(zh, en)[lang];
  const { place, understood, kept, refused, problem, damaged, guessedCharset, namedBy } = report;
  const list = (counts: Record<string, number>) =>
    Object.entries(counts)
      .map(([name, count]) => (count > 1 ? `${name}×${count}` : name))
      .join(say('、', ', ')) || say('无', 'nothing');
  return [
    problem === undefined
      ? say(`第 ${place} 张：可以导入`, `Card ${place}: can be imported`)
      : say(
          `第 ${place} 张：不能导入。${cardProblems[problem]}`,
          `Card ${place}: refused. ${problems[problem]}`,
        ),
    say(`  读懂：${list(understood)}`, `  understood: ${list(understood)}`),
    say(`  保留：${list(kept)}`, `  kept: ${list(kept)}`),
    ...(namedBy
      ? [say(`  文件里没有姓名，以 ${namedBy} 代替。`, `  no name in the file: ${namedBy} stands for it.`)]
      : []),
    ...(guessedCharset
      ? [
          say(
            `  文件没有说明文字编码，按 ${guessedCharset} 读出，请核对。`,
            `  the file names no charset: read as ${guessedCharset}, please check.`,
          ),
        ]
      : []),
    ...(Object.keys(damaged).length > 0
      ? [
          say(
            `  文件里有损坏的文字，以“\uFFFD”代替：${list(damaged)}`,
            `  damaged text, “\uFFFD” stands for it: ${list(damaged)}`,
          ),
        ]
      : []),
    ...refused.map(({ property, count, reason }) => {
      const what = list({ [property]: count });
      return say(`  没有带上：${what}。${refusals[reason]}`, `  left out: ${what}. ${reasons[reason]}`);
    }),
  ];
}

async function readCards(source: string) {
  try {
    return readVCards(source === '-' ? await buffer(process.stdin) : await readFile(source));
  } catch (error) {
    if (error instanceof VCardError)
      throw new Stop('refused', words(error.message, refusedFiles[error.reason]));
    throw new Stop('usage', words('读不到 vCard 文件。', 'The vCard file cannot be read.'));
  }
}

const vcardProgram = program({
  script: 'vcard',
  does: words(
    '逐张说出 vCard 文件里读懂、保留、没有带上的是什么，只说名称和数目',
    'say card by card what of a vCard file is understood, kept and refused: names and counts only',
  ),
  options: {
    to: choice(
      ['4.0', '3.0', 'jcard', 'contact'],
      '把名片重新写到标准输出，说明写到标准错误',
      'write the cards anew to stdout, and what is said of them to stderr',
    ),
  },
  places: { file: neededText('vCard 文件；- 为标准输入', 'a vCard file, or - for what comes in') },
  run: async ({ file, to }, { lang, print }) => {
    const cards = await readCards(file);
    const report = cards.flatMap((card) => told(card.report, lang)).join('\n');
    if (to) {
      console.error(report);
      print(forms[to](cards.flatMap(({ content }) => content ?? [])).replace(/\n$/, ''));
    } else print(report);
    return 'ok';
  },
});

if (require.main === module) void start(vcardProgram);
