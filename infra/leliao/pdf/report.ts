/** A report as it is printed: words only, in the order of the page. Nothing in them is read as markup. */
export type Report = {
  title: string;
  /** Who reports. */
  operator: string;
  /** Of the incident, in the foot of every page. */
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
  /** RFC 3339. The document's own time: the same report is the same file, byte for byte. */
  madeAt: string;
};
