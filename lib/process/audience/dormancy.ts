import { DAY_MS } from '../../clock';
import type { Deps } from '../../deps';
import { COOLING_OFF_DAYS } from '../../policy/closing';
import {
  afterAsk,
  type DormancyAsk,
  type DormancyStage,
  dormancyAsks,
  firstAskAtMs,
} from '../../policy/dormancy';
import { operator } from '../../policy/registry';
import { beijingDay } from '../../policy/working-days';
import type { Write } from '../../table/client';
import { DUE_SHARDS, type Key, keys } from '../../table/keys';
import { dormantPeople, isGone, moveWatch, waitsAt } from '../../table/person/dormancy';
import { type Person, readPerson } from '../../table/person/person';
import { lastUseOf, watchAt, watchSince } from '../../table/person/watch';
import type { ProcessState } from '../../table/process/process';
import type { Concern, Page, Said } from './concern';

/** People that one step looks at: with what it writes of them, they fit into one transaction. */
const PEOPLE_PER_STEP = 80;
/** Somebody who is restricted, kept by law or being closed already is looked at again after so long. */
const LOOK_AGAIN_MS = 30 * DAY_MS;

/**
 * An account that has not been used for nearly the period of a dormant one (promise S2; 个人信息保护法 art. 19): its owner is asked
 * whether to keep it. That they are asked, and what they wait for next, is one transaction, so each is asked once.
 */
export const dormancyConcern: Concern = { page, said };

async function page(deps: Deps, state: ProcessState): Promise<Page> {
  const ask = askOf(state);
  const nowMs = deps.clock.now();
  const { people, next } = await duePeople(deps, ask, state);
  const asked = people.filter((person) => isDormant(person, nowMs));
  const { stage, atMs } = afterAsk(ask, nowMs);
  const writes = people.map((person) =>
    asked.includes(person)
      ? moveWatch(person, watchAt(person.subjectId, stage, atMs))
      : putOff(person, ask, nowMs),
  );
  return { subjectIds: asked.map(({ subjectId }) => subjectId), writes, next };
}

/** The people of one page that still wait at a stage, and where to go on. */
export async function duePeople(
  { table, clock }: Pick<Deps, 'table' | 'clock'>,
  stage: DormancyStage,
  state: ProcessState,
): Promise<{ people: Person[]; next: ProcessState | undefined }> {
  const { shard: at = 0, after, ...rest } = state;
  const shard = Number(at);
  const from = after === undefined ? undefined : (JSON.parse(String(after)) as Key);
  const of = { stage, shard };
  const { subjectIds, last } = await dormantPeople(table, of, clock.now(), PEOPLE_PER_STEP, from);
  const items = await table.getMany(subjectIds.map(keys.person));
  const people = items.flatMap((item) => (item ? [readPerson(item)] : []));
  const next = last ? { ...rest, shard, after: JSON.stringify(last) } : { ...rest, shard: shard + 1 };
  const isOver = !last && shard + 1 >= DUE_SHARDS;
  return { people: people.filter((person) => waitsAt(person, stage)), next: isOver ? undefined : next };
}

/** Whether somebody who was found due has really not been here. */
export function isDormant(person: Person, nowMs: number): boolean {
  return person.lifeState === 'active' && firstAskAtMs(lastUseOf(person)) <= nowMs;
}

/** Whoever has been here since waits anew; of who may do less nothing is asked. */
export function putOff(person: Person, stage: DormancyStage, nowMs: number): Write {
  const { subjectId, lifeState } = person;
  if (isGone(person)) return moveWatch(person, undefined);
  if (lifeState === 'active') return moveWatch(person, watchSince(subjectId, lastUseOf(person)));
  return moveWatch(person, watchAt(subjectId, stage, nowMs + LOOK_AGAIN_MS));
}

async function said(_deps: Deps, state: ProcessState): Promise<Said> {
  const atMs = Number(state.beganAtMs) + askOf(state) * DAY_MS;
  return {
    title: '您的账号还要保留吗',
    atMs,
    sections: [
      {
        heading: '为什么问您',
        text: '您的账号已经很久没有使用。个人信息保护政策规定，连续 24 个月没有使用的账号不再保存。',
      },
      {
        heading: '不处理会怎样',
        text: `到${beijingDay(atMs)}仍没有使用的，账号进入注销：先停用 ${COOLING_OFF_DAYS} 天，期间登录可以撤销，期满后删除。`,
      },
      {
        heading: '怎样保留',
        text: '在此之前登录一次小程序，或者在这份通知里选择“保留账号”，即可保留，不需要填写任何信息。',
      },
      { heading: '联系方式', text: operator.contact },
    ],
  };
}

function askOf({ days }: ProcessState): DormancyAsk {
  const ask = dormancyAsks.find((one) => one === days);
  if (ask === undefined) throw new Error('nobody is asked so many days before');
  return ask;
}
