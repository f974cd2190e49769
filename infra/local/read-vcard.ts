import type { CardContent } from '../../lib/card/content';
import { cardProblems, VCardError } from '../../lib/card/vcard-limits';
import { readVCards } from '../../lib/card/vcard-read';

/** What a vCard gives for the first card of a journey, and what of it is kept as it came or was left behind. */
export type ReadCard = {
  content: CardContent;
  /** Names of properties, never their values: those with no place on a card of ours, which an export gives back, and those refused. */
  kept: string[];
  left: string[];
  /** How many cards the file holds; the first one was read. */
  cards: number;
};

/** The file cannot be used here. The message names limit or property, never a value. */
export class UnusableVCard extends Error {}

/** The first card of a vCard file, as the operations take it. @throws UnusableVCard */
export function readFirstCard(file: Uint8Array): ReadCard {
  try {
    const cards = readVCards(file);
    const { content, report } = cards[0] ?? {};
    if (!content || !report) throw new UnusableVCard(report?.problem && cardProblems[report.problem]);
    const left = report.refused.map(({ property }) => property);
    return { content, kept: Object.keys(report.kept), left, cards: cards.length };
  } catch (error) {
    throw error instanceof VCardError ? new UnusableVCard(error.message) : error;
  }
}
