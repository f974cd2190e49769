import { type Words, words } from '../../command-line/words';

/** One thing that had to be met, and how it is known. */
export type Finding = { group: Group; name: Words; met: boolean; evidence: Words };

export const groups = {
  scope: words('范围', 'Scope'),
  terms: words('期限', 'Terms'),
  reports: words('报告办法', 'Reports'),
  notice: words('告知', 'Notice'),
  books: words('账目', 'Books'),
  plan: words('预案', 'Plan'),
  leaks: words('没有外泄', 'Nothing left'),
} as const;
export type Group = keyof typeof groups;

/** What a law, the policy or the service says, which is Chinese for every reader. */
export const quoted = (text: string): Words => words(text, `「${text}」`);

/** What a drill has come to. Seconds count from the declaration. */
export type DrillResult = {
  people: number;
  leak: string;
  incidentId: string;
  seconds: {
    people: number;
    leak: number;
    scope: number;
    firstReport: number;
    lastNotice: number;
    closed: number;
  };
  affected: { true: number; atLeast: number; atMost: number; exact: boolean; strangers: number };
  findings: Finding[];
  met: boolean;
};

/** Collects what was met and what was not; a drill goes on after what was not. */
export class Findings {
  readonly all: Finding[] = [];

  note(group: Group, name: Words, met: boolean, evidence: Words): void {
    this.all.push({ group, name, met, evidence });
  }

  get met(): boolean {
    return this.all.length > 0 && this.all.every((one) => one.met);
  }
}
