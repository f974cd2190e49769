import type { CardContent } from './content';
import { parseContent } from './vcard-content';
import { decodeLines, readLine } from './vcard-decode';
import { cardsIn, isFileLike, type RawCard } from './vcard-file';
import { type CardProblem, MAX_PROPERTIES_PER_CARD } from './vcard-limits';
import type { ContentLine } from './vcard-line';
import type { LineOutcome, Refusal } from './vcard-outcome';

/** How often a property was met. Names only: a report never holds a value. */
export type Counts = Record<string, number>;

/** What became of one card of a file. */
export type CardReport = {
  /** Its place in the file, from 1. */
  place: number;
  understood: Counts;
  /** Given back by an export, and shown to nobody. */
  kept: Counts;
  /** Left behind, and why. A line that is no property is named by its number in the card: `line 4`. */
  refused: { property: string; reason: Refusal; count: number }[];
  /** Read, but for characters that were damaged in the file and stand as U+FFFD. */
  damaged: Counts;
  /** The charset that some of it was read in although nothing in the file names it: worth a look. */
  guessedCharset?: string;
  /** The property that gave the card its name, where the file has none. */
  namedBy?: string;
  /** Why there is no content. */
  problem?: CardProblem;
};
export type CardFromFile = { content?: CardContent; report: CardReport };

/** Names in a report; a card with more different ones is a hostile one, and the rest goes under "others". */
const MAX_NAMES_IN_REPORT = 100;

/**
 * Reads a vCard file: 4.0 (RFC 6350), 3.0 (RFC 2426), and the habits of 2.1 that are still about. Every card is read by
 * itself, so that a bad one loses nothing of the others; a card that cannot be used has a `problem` and no content.
 * @throws VCardError when the file as a whole is over a limit or holds no card
 */
export function readVCards(file: Uint8Array): CardFromFile[] {
  return cardsIn(file).map((card, index) => readCard(card, index + 1));
}

function readCard(card: RawCard, place: number): CardFromFile {
  if (!card.complete) return unusable(place, 'cut-short');
  if (card.lines.length > MAX_PROPERTIES_PER_CARD) return unusable(place, 'too-many-properties');
  const lines: ContentLine[] = [];
  const refused: LineOutcome[] = [];
  const damaged: Counts = {};
  let guessedCharset: string | undefined;
  for (const [index, { text, damaged: isDamaged, guessed }] of decodeLines(card.lines).entries()) {
    const { bytes = '', tooLong } = card.lines[index] ?? {};
    const read = tooLong || text === undefined ? undefined : readLine(text);
    // Of what is nothing but damage nothing can be read.
    const isLost = isDamaged && read && /^[\uFFFD;,\s]*$/.test(read.value);
    const line = isLost ? undefined : read;
    const name = nameIn(bytes);
    if (line) {
      lines.push(line);
      guessedCharset ??= guessed;
      if (isDamaged) damaged[line.name] = (damaged[line.name] ?? 0) + 1;
    }
    // A picture is refused as a picture, whatever its length.
    else if (name && tooLong)
      refused.push(lineOutcome(name, isFileLike(bytes) ? 'picture-or-file' : 'too-long'));
    else if (name && (text === undefined || isLost)) refused.push(lineOutcome(name, 'unreadable-charset'));
    else refused.push(lineOutcome(`line ${index + 2}`, 'not-a-property'));
  }
  const { content, report } = withReport(place, lines, refused);
  return {
    ...(content && { content }),
    report: { ...report, damaged, ...(guessedCharset && { guessedCharset }) },
  };
}

/** The content of lines that are already text, with the report of what was done with each. */
export function withReport(place: number, lines: ContentLine[], refused: LineOutcome[]): CardFromFile {
  const { content, outcomes, namedBy } = parseContent(lines);
  const report = { ...reportOf(place, [...outcomes, ...refused]), ...(namedBy && { namedBy }) };
  return content.name === '' ? { report: { ...report, problem: 'no-name' } } : { content, report };
}

function unusable(place: number, problem: CardProblem): CardFromFile {
  return { report: { place, understood: {}, kept: {}, refused: [], damaged: {}, problem } };
}

function nameIn(bytes: string): string | undefined {
  return /^(?:[\w-]{1,64}\.)?([A-Za-z][A-Za-z0-9-]{0,63})[ \t]*[;:]/.exec(bytes)?.[1]?.toUpperCase();
}

function lineOutcome(name: string, outcome: Refusal): LineOutcome {
  return { line: { name, parameters: [], value: '' }, outcome };
}

function reportOf(place: number, outcomes: LineOutcome[]): CardReport {
  const report: CardReport = { place, understood: {}, kept: {}, refused: [], damaged: {} };
  const names = new Set<string>();
  for (const { line, outcome } of outcomes) {
    const known = names.size < MAX_NAMES_IN_REPORT || names.has(line.name);
    const property = known ? line.name : 'others';
    names.add(property);
    if (outcome === 'understood' || outcome === 'kept') {
      report[outcome][property] = (report[outcome][property] ?? 0) + 1;
      continue;
    }
    const same = report.refused.find((one) => one.property === property && one.reason === outcome);
    if (same) same.count += 1;
    else report.refused.push({ property, reason: outcome, count: 1 });
  }
  return report;
}
