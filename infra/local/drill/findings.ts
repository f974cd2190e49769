/** One thing that had to be met, and how it is known. */
export type Finding = { group: Group; name: string; met: boolean; evidence: string };

export const groups = ['范围', '期限', '报告办法', '告知', '账目', '预案', '没有外泄'] as const;
export type Group = (typeof groups)[number];

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

  note(group: Group, name: string, met: boolean, evidence: string): void {
    this.all.push({ group, name, met, evidence });
  }

  get met(): boolean {
    return this.all.length > 0 && this.all.every((one) => one.met);
  }
}
