import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import type { CardContent } from '../../lib/card/content';
import { writeJCard } from '../../lib/card/jcard';
import { phoneContactOf } from '../../lib/card/phone-contact';
import { cardProblems, VCardError } from '../../lib/card/vcard-limits';
import { refusals } from '../../lib/card/vcard-outcome';
import { type CardReport, readVCards } from '../../lib/card/vcard-read';
import { writeVCards } from '../../lib/card/vcard-write';
import { saysHelp } from './help';

/**
 * `npm run vcard -- FILE|- [--to 4.0|3.0|jcard|contact]`: says card by card what of a vCard file is understood, kept and
 * refused, names and counts only; with `--to` writes the cards anew to standard output and the report to standard error.
 */
const USAGE = '用法：npm run vcard -- 文件|- [--to 4.0|3.0|jcard|contact]';

const forms: Record<string, (cards: CardContent[]) => string> = {
  '4.0': (cards) => writeVCards(cards, '4.0'),
  '3.0': (cards) => writeVCards(cards, '3.0'),
  jcard: (cards) => `${JSON.stringify(cards.map(writeJCard), null, 1)}\n`,
  contact: (cards) => `${JSON.stringify(cards.map(phoneContactOf), null, 1)}\n`,
};

/** The report of one card in words. */
function told(report: CardReport): string[] {
  const { place, understood, kept, refused, problem, damaged, guessedCharset, namedBy } = report;
  const list = (counts: Record<string, number>) =>
    Object.entries(counts)
      .map(([name, count]) => (count > 1 ? `${name}×${count}` : name))
      .join('、') || '无';
  return [
    `第 ${place} 张：${problem === undefined ? '可以导入' : `不能导入。${cardProblems[problem]}`}`,
    `  读懂：${list(understood)}`,
    `  保留：${list(kept)}`,
    ...(namedBy ? [`  文件里没有姓名，以 ${namedBy} 代替。`] : []),
    ...(guessedCharset ? [`  文件没有说明文字编码，按 ${guessedCharset} 读出，请核对。`] : []),
    ...(Object.keys(damaged).length > 0 ? [`  文件里有损坏的文字，以“\uFFFD”代替：${list(damaged)}`] : []),
    ...refused.map(
      ({ property, count, reason }) => `  没有带上：${list({ [property]: count })}。${refusals[reason]}`,
    ),
  ];
}

async function main(): Promise<void> {
  if (saysHelp(USAGE)) return;
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { to: { type: 'string' } } });
  const [source] = positionals;
  const write = values.to === undefined ? undefined : forms[values.to];
  if (source === undefined || positionals.length > 1 || (values.to !== undefined && !write))
    throw new Error(USAGE);
  const cards = readVCards(source === '-' ? await buffer(process.stdin) : await readFile(source));
  const report = cards.flatMap((card) => told(card.report)).join('\n');
  if (write) {
    console.error(report);
    process.stdout.write(write(cards.flatMap(({ content }) => content ?? [])));
  } else console.log(report);
}

main().catch((error: Error) => {
  console.error(error instanceof VCardError ? error.message : USAGE);
  process.exitCode = 1;
});
