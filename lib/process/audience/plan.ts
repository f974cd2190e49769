import type { Deps } from '../../deps';
import { isAsPlanned, planNoticeId } from '../../notice/plan';
import { planWording } from '../../notice/text/plan';
import { PART_MEMBERS } from '../../table/notice/audience';
import { type Plan, planGoesOn, readPlan } from '../../table/notice/plan';
import { recipientKey, SELF } from '../../table/notice/recipient';
import { isGone } from '../../table/person/dormancy';
import type { Person } from '../../table/person/person';
import type { ProcessState } from '../../table/process/process';
import { isWish, wishKeys } from '../notice/wish';
import type { Concern, Said } from './concern';
import { walk } from './walk';

/** A plan of two officers that is exactly as they approved it. */
type Approved = Plan & { approvedAt: string; approvedBy: string };

/** Adults who want to be invited at this moment. Whoever changes their mind before it is sent is not sent it (promise O3). */
export const surveyConcern: Concern = {
  async page(deps, state) {
    const found = await walk(deps, state, PART_MEMBERS, (people) => wishing(deps, people));
    return pageOf(found);
  },
  said,
  goesOn,
};

/** Everybody whose data would move; in a further round, who was addressed by none before it (promise D5; PIPL art. 22). */
export const transferConcern: Concern = {
  async page(deps, state) {
    const plan = await approvedPlan(deps, state);
    const found = await walk(deps, state, PART_MEMBERS, async (people) => {
      const here = people.filter((person) => !isGone(person));
      const addressed = await addressedOf(deps, plan, Number(state.round) - 1, here);
      return here.filter((_, index) => !addressed[index]);
    });
    return pageOf(found);
  },
  async said(deps, state) {
    const words = await said(deps, state);
    return { ...words, announcedUntilMs: Number(words.atMs) };
  },
  goesOn,
};

const pageOf = ({ people, next }: { people: Person[]; next?: ProcessState }) => ({
  subjectIds: people.map(({ subjectId }) => subjectId),
  next,
});

async function wishing({ table }: Deps, people: Person[]): Promise<Person[]> {
  const active = people.filter(({ lifeState }) => lifeState === 'active');
  const items = await table.getMany(active.flatMap(({ subjectId }) => wishKeys('survey', subjectId)));
  return active.filter(({ subjectId }) =>
    isWish('survey', items.splice(0, wishKeys('survey', subjectId).length)),
  );
}

/** Whether each of some people has a row of a notice of the plan's first `rounds` rounds. */
async function addressedOf(
  { table }: Deps,
  plan: Approved,
  rounds: number,
  people: Person[],
): Promise<boolean[]> {
  const of = Array.from({ length: rounds }, (_, index) => planNoticeId(plan, index + 1));
  const keysOf = ({ subjectId }: Person) =>
    of.map((noticeId) => recipientKey(subjectId, { noticeId, about: SELF }));
  const items = await table.getMany(people.flatMap(keysOf));
  return people.map(() => items.splice(0, rounds).some(Boolean));
}

async function said(deps: Deps, state: ProcessState): Promise<Said> {
  const { kind: _, ...words } = planWording(await approvedPlan(deps, state));
  return words;
}

async function goesOn(deps: Deps, state: ProcessState) {
  const plan = await readPlan(deps.table, String(state.plan));
  return plan?.state === 'approved' ? [planGoesOn(plan.planId)] : undefined;
}

/** @throws Error for a plan that nobody has approved, or that was altered since */
export async function approvedPlan(
  deps: Pick<Deps, 'table' | 'ring'>,
  { plan }: ProcessState,
): Promise<Approved> {
  const found = await readPlan(deps.table, String(plan));
  const { approvedAt, approvedBy } = found ?? {};
  if (
    !found ||
    approvedAt === undefined ||
    approvedBy === undefined ||
    !(await isAsPlanned(deps.ring, found))
  )
    throw new Error('a plan is not as it was approved');
  return { ...found, approvedAt, approvedBy };
}
