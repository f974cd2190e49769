import { cardProblems, VCardError } from '../../lib/card/vcard-limits';
import { readVCards } from '../../lib/card/vcard-read';

/** What a vCard gives for the first card of a journey, and what of it was left behind. */
export type ReadCard = {
  content: {
    name: string;
    organisation?: string;
    title?: string;
    phones: string[];
    mails: string[];
    address?: string;
    site?: string;
    note?: string;
  };
  /** Names of properties that were not taken over, never their values. */
  left: string[];
  /** How many cards the file holds; the first one was read. */
  cards: number;
};

/** The file cannot be used here. The message names limit or property, never a value. */
export class UnusableVCard extends Error {}

/** The first card of a vCard file, in the shape that the journey's operations take. @throws UnusableVCard */
export function readFirstCard(file: Uint8Array): ReadCard {
  try {
    const cards = readVCards(file);
    const { content, report } = cards[0] ?? {};
    if (!content || !report) throw new UnusableVCard(report?.problem && cardProblems[report.problem]);
    const { organisation, department, title, addresses, sites, note } = content;
    const optional = {
      organisation: [organisation, department].filter(Boolean).join(' ') || undefined,
      title,
      address: addresses[0]?.text,
      site: sites[0],
      note,
    };
    const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
    const phones = content.phones.map(({ number }) => number);
    const mails = content.mails.map(({ address }) => address);
    const left = [...Object.keys(report.kept), ...report.refused.map(({ property }) => property)];
    return { content: { name: content.name, phones, mails, ...given }, left, cards: cards.length };
  } catch (error) {
    throw error instanceof VCardError ? new UnusableVCard(error.message) : error;
  }
}
