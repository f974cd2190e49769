import { MAX_TURNED_BACK } from '../../../functions/breach/turn-back';
import type { Api } from '../../../lib/client/client';
import { HOUR_MS, MINUTE_MS, toInstant } from '../../../lib/clock';
import { STAFF_ACCESSES_PER_HOUR } from '../../../lib/gate/staff';
import type { KindId } from '../../../lib/policy/kinds';
import { PART_ENTRIES } from '../../../lib/table/incident/people-list';
import { readLines } from '../../../lib/trail/line';
import { TrailReader } from '../../../lib/trail/report';
import { type Words, words } from '../../command-line/words';
import type { Running } from '../promises/running';
import { ticketOf } from '../ticket-of';
import { LEAKED_KINDS, serveHole, serveOfficer } from './hole';
import { inTurn, parts } from './in-turn';
import type { DrillOptions } from './options';
import type { Somebody } from './people';

type Selector = Parameters<Api['breach']['startScope']>[0]['anyOf'];
type Measure = Parameters<Api['breach']['contain']>[0]['measure'];

/** A leak that has happened: what only the leaker knows, and what a responder finds of it. */
export type Leak = {
  /** Whose data is out. */
  truth: Set<string>;
  /** What is out beside that and leads to nobody. */
  strangers: number;
  from: string;
  until: string;
  kinds: readonly KindId[];
  /** In the responder's words. */
  story: { title: string; event: string; cause: string };
  measure: { measure: Measure; target?: string };
  /** What the leak itself has shown. */
  seen: Words;
  /** Collects the evidence for the scope, by operations of the service alone. */
  investigate(
    responder: Api,
    incidentId: string,
  ): Promise<{ anyOf: Selector; strangers: number; doubts: number }>;
};

export type Happen = (running: Running, victims: Somebody[]) => Promise<Leak>;

const AT_ONCE = 8;
/** The staff's last look was so long ago: the index of what was touched has long settled. */
const ENDED_MS = 10 * MINUTE_MS;
const MOLE = 'drill-mole';

/** Has a ticket of everybody, and reads them one by one, thirty in an hour and no more, for as many hours as it takes; the times are of those hours. */
const byStaff: Happen = async ({ environment, deps }, victims) => {
  const ticketFor = (subjectId: string) => ticketOf(deps, subjectId, MOLE);
  const lastMs = deps.clock.now() - ENDED_MS;
  const hours = Math.ceil(victims.length / STAFF_ACCESSES_PER_HOUR.max);
  let atMs = lastMs - (hours - 1) * HOUR_MS;
  const from = toInstant(atMs);
  const officer = serveOfficer(environment, { staffId: MOLE, nowMs: () => atMs });
  const inspect = async (subjectId: string) =>
    officer.call('inspect', { subjectId, reason: 'complaint', ticket: await ticketFor(subjectId), limit: 1 });
  const truth = new Set<string>();
  let refused = 0;
  for (const some of parts(victims, STAFF_ACCESSES_PER_HOUR.max)) {
    await inTurn(some, AT_ONCE, async ({ subjectId }) => {
      const { code } = await inspect(subjectId);
      if (code === 'OK') truth.add(subjectId);
    });
    const further = victims[truth.size];
    if (further && (await inspect(further.subjectId)).code === 'TOO_MANY_ATTEMPTS') refused += 1;
    atMs += HOUR_MS;
  }
  const until = toInstant(lastMs + 1);
  return {
    ...{ truth, strangers: 0, from, until, kinds: ['ledger-entry', 'consent-state'] as const },
    story: {
      title: '工作人员越权查阅',
      event: '一名工作人员在没有工单的情况下，逐个查阅了部分用户的同意记录和处理记录。',
      cause: '该账号的查阅没有逐笔核对工单。',
    },
    measure: { measure: 'staff', target: MOLE },
    seen: words(
      `${hours} 个小时里每小时至多读到 ${STAFF_ACCESSES_PER_HOUR.max} 人，共 ${truth.size} 人${refused > 0 ? `；多读一人，${refused} 次都被拒绝` : ''}`,
      `in ${hours} hours at most ${STAFF_ACCESSES_PER_HOUR.max} people an hour were read, ${truth.size} in all${refused > 0 ? `; one more was refused ${refused} times` : ''}`,
    ),
    investigate: async () => ({
      anyOf: [{ allOf: [{ by: 'touched', actor: { kind: 'staff', id: MOLE }, from, until }] }],
      ...{ strangers: 0, doubts: 0 },
    }),
  };
};

/** Entries of a list that turn up and are nobody's. */
const NOBODY = 2;

/** The digests of telephone numbers have turned up, as somebody who got at the table would have them. */
const byList: Happen = async ({ deps }, victims) => {
  const from = toInstant(deps.clock.now());
  const known = victims.filter(({ phone }) => phone !== undefined);
  const digestOf = (number: string) => deps.ring.digest('phone', number);
  const numbers = [
    ...known.map(({ phone = '' }) => phone),
    ...Array.from({ length: NOBODY }, (_, n) => `1000000000${n}`),
  ];
  const digests = (await Promise.all(numbers.map(digestOf))).sort();
  const kinds = ['phone-number'] as const;
  return {
    ...{ truth: new Set(known.map(({ subjectId }) => subjectId)), strangers: NOBODY, kinds },
    ...{ from, until: toInstant(deps.clock.now() + 1) },
    story: {
      title: '手机号码摘要外泄',
      event: '有人在网上公开了一份名单，其中是部分用户手机号码的摘要。',
      cause: '一份数据副本的访问权限过宽。',
    },
    measure: { measure: 'keys' },
    seen: words(
      `名单有 ${digests.length} 条，其中 ${NOBODY} 条谁也不是`,
      `the list has ${digests.length} entries, ${NOBODY} of which are nobody`,
    ),
    async investigate({ breach }, incidentId) {
      let strangers = 0;
      for (const [part, some] of parts(digests, PART_ENTRIES).entries()) {
        const input = { incidentId, list: 'seen', part, kinds: [...kinds] };
        const entries = some.map((digest) => ({ domain: 'phone' as const, digest }));
        strangers += (await breach.uploadDigests({ ...input, digests: entries })).strangers;
      }
      return { anyOf: [{ allOf: [{ by: 'listed', list: 'seen' }] }], strangers, doubts: 0 };
    },
  };
};

/** Somebody has found the hole and reads people by it. `loses`: lines of its log that are lost afterwards. */
const byHole =
  (loses: number): Happen =>
  async ({ environment, deps }, victims) => {
    const from = toInstant(deps.clock.now());
    const hole = serveHole(environment);
    const truth = new Set<string>();
    await inTurn(victims, AT_ONCE, async ({ subjectId }) => {
      const { code } = await hole.call('peek', { subjectId });
      if (code === 'OK') truth.add(subjectId);
    });
    const until = toInstant(deps.clock.now() + 1);
    const openings = hole.lines.filter((line) => line.startsWith('{"event":"open"'));
    const lost = new Set(openings.slice(1, loses + 1));
    const log = hole.lines.filter((line) => !lost.has(line));
    return {
      ...{ truth, strangers: 0, from, until, kinds: LEAKED_KINDS },
      story: {
        title: '接口未校验权限',
        event: '名片服务的一处接口被未经授权的人访问，部分用户的姓名和电话可能被看到。',
        cause: '一处查询接口没有检查调用者的权限。',
      },
      measure: { measure: 'keys' },
      seen: words(
        `漏洞读到 ${truth.size} 人，日志 ${log.length} 行${loses > 0 ? `（丢了 ${lost.size} 行）` : ''}`,
        `${truth.size} people were read through the hole, ${log.length} lines of log${loses > 0 ? ` (${lost.size} lost)` : ''}`,
      ),
      investigate: (responder, incidentId) => fromTrail(responder, incidentId, { log, from, until }),
    };
  };

type Log = { log: readonly string[]; from: string; until: string };

/** Reads the log as `leliao trail` does, turns its pseudonyms back, and uploads whom it names as opened. */
async function fromTrail({ breach }: Api, incidentId: string, { log, from, until }: Log) {
  const reader = new TrailReader({ from, to: until, function: 'hole' });
  for (const text of log) for (const line of readLines(text)) reader.add(line);
  const { people, doubts } = reader.report();
  const kindsOf = new Map(people.map(({ day, person, kinds }) => [`${day} ${person}`, kinds as KindId[]]));
  const opened: { subjectId: string; kinds: KindId[] }[] = [];
  for (const day of new Set(people.map((one) => one.day))) {
    const pseudonyms = people.filter((one) => one.day === day).map(({ person }) => person);
    for (const some of parts(pseudonyms, MAX_TURNED_BACK)) {
      const turned = await breach.turnBack({ incidentId, day, pseudonyms: some });
      for (const { pseudonym, subjectId } of turned.people)
        opened.push({ subjectId, kinds: kindsOf.get(`${day} ${pseudonym}`) ?? [] });
    }
  }
  for (const [part, some] of parts(opened, PART_ENTRIES).entries())
    await breach.uploadOpened({ incidentId, list: 'opened', part, opened: some });
  // Lines are missing: whoever had what the hole reads may have been opened without one.
  const isWhole = doubts.length === 0;
  const missing = isWhole ? [] : (['start-missing'] as const).slice();
  const reach = isWhole ? {} : { reach: { kinds: [...LEAKED_KINDS], from, until } };
  return {
    anyOf: [{ allOf: [{ by: 'opened' as const, list: 'opened', missing, ...reach }] }],
    ...{ strangers: 0, doubts: doubts.length },
  };
}

/** What lets one leak happen. */
export function leakOf({ leak, lose }: Pick<DrillOptions, 'leak' | 'lose'>): Happen {
  const others = { staff: byStaff, list: byList };
  return leak === 'hole' ? byHole(lose) : others[leak];
}
