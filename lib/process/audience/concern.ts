import type { Deps } from '../../deps';
import type { NoticeKindId } from '../../notice/kinds';
import type { Wording } from '../../notice/text/texts';
import type { Write } from '../../table/client';
import type { ProcessState } from '../../table/process/process';

/** The kinds of notice that nobody drafts, and whose people have to be found. */
export type ConcernedKind = Exclude<NoticeKindId, 'breach' | 'disclosure' | 'phone-gone'>;

/** Some of those whom a notice concerns, as many as one part of an audience holds at most, and where to go on. */
export type Page = {
  subjectIds: string[];
  /** Happen with the page being noted, once. */
  writes?: Write[];
  /** Absent at the end. */
  next?: ProcessState | undefined;
};

/** What a notice says that nobody drafts: the same whenever it is asked. */
export type Said = Pick<Wording, 'title' | 'sections' | 'atMs'> & {
  /** Until when it is announced to everybody. */
  announcedUntilMs?: number;
};

/** Whom a kind of notice concerns, and what it says: all that sets kinds apart that nobody drafts. */
export type Concern = {
  /** People from where the state says. It may be asked twice: what it leaves, it leaves to its writes. */
  page(deps: Deps, state: ProcessState): Promise<Page>;
  said(deps: Deps, state: ProcessState): Promise<Said>;
  /** What must still hold when it is announced and when it is sent; undefined where it has been called off. */
  goesOn?(deps: Deps, state: ProcessState): Promise<Write[] | undefined>;
};
