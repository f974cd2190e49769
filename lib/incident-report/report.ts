/**
 * A report as it is printed: words only, in the order of the page, nothing of them read as markup. The page to print
 * (html.ts) and the PDF of the command line are made of the same.
 */
export type Report = {
  title: string;
  /** Who reports. */
  operator: string;
  /** Of the incident and the report, in the foot of every page. */
  number: string;
  /** Printed in red at the top of every page, so that no exercise is ever filed. */
  drill: boolean;
  /** What stands below the title: to whom, from whom, when. */
  facts: [name: string, value: string][];
  sections: {
    heading: string;
    paragraphs?: string[];
    /** `widths` are shares of the page's width, one for each column; alike when absent. */
    table?: { head: string[]; widths?: number[]; rows: string[][] };
  }[];
  /** At the end on the right: who signs, and the day. */
  signature: string[];
  /** RFC 3339. The document's own time: the same report is the same page, byte for byte. */
  madeAt: string;
};

/** What every page of a drill says. */
export const DRILL_WORDS = '演练 · 不得报送';
