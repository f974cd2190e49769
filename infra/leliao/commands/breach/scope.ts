import { kindIds } from '../../../../lib/policy/kinds';
import { trailDoubts } from '../../../../lib/scope/doubts';
import { Stop } from '../../../command-line/exit';
import { aSwitch, someOf, text, texts } from '../../../command-line/options';
import { words } from '../../../command-line/words';
import { command, group } from '../../command';
import { incidentId, instant, json, neededScopeId } from '../../options';
import { watch } from '../../progress';
import { keyOf } from '../../same-act';
import type { Session } from '../../session';
import { dueIn, factsIn, rangeOf, rowsIn, sectionsIn, timeIn, yesIn } from '../../view';
import { readJson } from '../call';
import type { Client } from './incident-view';
import { uploadCommand } from './upload';

type Scope = Awaited<ReturnType<Client['breach']['scope']>>;
type Selector = Parameters<Client['breach']['startScope']>[0]['anyOf'];
type Condition = Selector[number]['allOf'][number];
type ActorKind = Extract<Condition, { by: 'touched' }>['actor']['kind'];

const incident = incidentId('事件编号', 'number of the incident');
const wait = aSwitch('等到算完', 'wait until it is computed');

/** Who is affected: computed by the service, exactly where there is evidence, otherwise at least and at most. */
export const scopeCommands = group(words('影响了谁', 'who is affected'), {
  start: command({
    does: words('开始计算影响了谁', 'begin to compute who is affected'),
    more: words(
      '写出的条件都要满足。要“或”和“非”的，用 --where 写成 JSON：{"anyOf":[{"allOf":[…]},…]}。\n同样的条件再运行一次，得到的还是同一次计算。',
      'Every condition has to be met. For or and not write JSON: --where \'{"anyOf":[{"allOf":[…]},…]}\'.\nThe same conditions once more answer the same computation.',
    ),
    places: { incident },
    options: {
      held: someOf(
        kindIds,
        'kind',
        '这段时间里存有哪些种类的信息',
        'of whom one of these kinds was held in the window',
      ),
      touched: text(
        '被谁接触过：staff、session、recipient、operation 加冒号和编号',
        'touched by whom: staff:ID, session:ID, recipient:ID, operation:ID',
      ),
      listed: texts('在上传的哪份名单上', 'who is on this list that was uploaded'),
      opened: text(
        '运行日志还原出的哪份名单',
        'whom the trail names as opened: the list of breach trail turn-back',
      ),
      missing: someOf(
        trailDoubts,
        'doubt',
        '日志的疑点，照 turn-back 所列',
        'what is in doubt of the trail, as turn-back says',
      ),
      reach: someOf(
        kindIds,
        'kind',
        '有疑点时：这段时间里所能打开的种类，存有它的人计入上限',
        'where in doubt: kinds that could be opened in the window; whoever had one is in the upper bound',
      ),
      registered: aSwitch('这段时间里开户的人', 'whose account was opened in the window'),
      from: instant('时段开始', 'the window begins'),
      until: instant('时段结束', 'the window ends just before'),
      where: json('全部条件的 JSON，@文件，或者 -', 'all conditions as JSON, @file, or -'),
      wait,
    },
    async run(session, given) {
      const { where, wait: waits, incident: incidentId } = given;
      const anyOf = where ? await readWhere(session, where) : [{ allOf: conditionsOf(given) }];
      const what = { incidentId, anyOf };
      const { breach } = await session.api();
      const begun = await breach.startScope({ ...what, idempotencyKey: keyOf('startScope', what) });
      await showScope(session, waits ? await computed(session, breach, begun) : begun);
    },
  }),
  show: command({
    does: words('一次计算的结果', 'what came of one computation'),
    places: { scope: neededScopeId('计算编号，如 20261127-7Q2K-s1', 'its number, as 20261127-7Q2K-s1') },
    options: { wait },
    async run(session, { scope: scopeId, wait: waits }) {
      const { breach } = await session.api();
      const found = await breach.scope({ scopeId });
      await showScope(session, waits ? await computed(session, breach, found) : found);
    },
  }),
  list: command({
    does: words('一起事件的各次计算', 'every computation of an incident'),
    places: { incident },
    async run(session, { incident: incidentId }) {
      const found = await (await session.api()).breach.scopes({ incidentId });
      await session.print(found, () =>
        rowsIn(
          session,
          [
            [words('计算', 'scope'), (one) => one.scopeId],
            [words('状态', 'state'), (one) => session.text(stateWords(one))],
            [words('人数', 'people'), (one) => rangeOf(one.people)],
            [words('开始', 'begun'), (one) => `${timeIn(one.startedAt)} ${one.startedBy}`],
          ],
          found.scopes,
        ),
      );
    },
  }),
  upload: uploadCommand,
});

type Given = {
  held: (typeof kindIds)[number][] | undefined;
  touched: string | undefined;
  listed: string[] | undefined;
  opened: string | undefined;
  missing: (typeof trailDoubts)[number][] | undefined;
  reach: (typeof kindIds)[number][] | undefined;
  registered: boolean;
  from: string | undefined;
  until: string | undefined;
};

/** @throws Stop where nothing is asked, or a window is needed and not said */
function conditionsOf({
  held,
  touched,
  listed,
  opened,
  missing = [],
  reach,
  registered,
  from,
  until,
}: Given): Condition[] {
  const window = () => {
    if (from && until) return { from, until };
    throw new Stop(
      'usage',
      words('还要写明时段：--from 和 --until。', 'Say the window as well: --from and --until.'),
    );
  };
  const [kind = '', ...rest] = touched?.split(':') ?? [];
  const made: Condition[] = [
    ...(held ? [{ by: 'held' as const, kinds: held, ...window() }] : []),
    ...(touched
      ? [{ by: 'touched' as const, actor: { kind: kind as ActorKind, id: rest.join(':') }, ...window() }]
      : []),
    ...(opened
      ? [
          {
            by: 'opened' as const,
            list: opened,
            missing,
            ...(reach && { reach: { kinds: reach, ...window() } }),
          },
        ]
      : []),
    ...(registered ? [{ by: 'registered' as const, ...window() }] : []),
    ...(listed ?? []).map((list) => ({ by: 'listed' as const, list })),
  ];
  if (missing.length > 0 !== (reach !== undefined))
    throw new Stop(
      'usage',
      words(
        '日志有疑点时，--missing 和 --reach 要一起写；没有疑点时都不写。',
        'Where the trail is in doubt say both --missing and --reach; otherwise neither.',
      ),
    );
  if (made.length > 0) return made;
  throw new Stop(
    'usage',
    words(
      '至少写一个条件：--held、--touched、--listed、--opened、--registered，或者 --where。',
      'Say a condition: --held, --touched, --listed, --opened, --registered or --where.',
    ),
  );
}

/** The service looks at the shape; here it only has to be a list of alternatives. */
async function readWhere(session: Session, given: string): Promise<Selector> {
  const { anyOf } = (await readJson(session.around, given)) as { anyOf?: Selector };
  if (Array.isArray(anyOf)) return anyOf;
  throw new Stop(
    'usage',
    words('--where 要写成 {"anyOf":[{"allOf":[…]}]}', 'write --where as {"anyOf":[{"allOf":[…]}]}'),
  );
}

function computed(session: Session, breach: Client['breach'], begun: Scope): Promise<Scope> {
  const { scopeId } = begun;
  session.say(
    words(`正在计算 ${scopeId}。按 Ctrl-C 不影响计算。`, `Computing ${scopeId}. Ctrl-C does not end it.`),
  );
  const goOn = words(
    `计算会继续：leliao breach scope show ${scopeId}`,
    `It goes on: leliao breach scope show ${scopeId}`,
  );
  return watch(session, words('计算', 'computing'), goOn, async () => {
    const seen = await breach.scope({ scopeId });
    return { ...seen, finished: seen.state === 'frozen' };
  });
}

const stateWords = ({ state }: Scope) =>
  state === 'frozen' ? words('已定', 'frozen') : words('计算中', 'computing');

const showScope = (session: Session, one: Scope) => session.print(one, () => scopeView(session, one));

async function scopeView(session: Session, one: Scope): Promise<string> {
  const head = await factsIn(session, [
    [words('计算', 'scope'), one.scopeId],
    [words('状态', 'state'), session.text(stateWords(one))],
    [words('开始', 'begun'), `${dueIn(session, one.startedAt)} ${one.startedBy}`],
    [words('人数', 'people'), rangeOf(one.people)],
    [words('涉及敏感信息', 'with sensitive data'), rangeOf(one.sensitive)],
    [words('未成年人', 'minors'), rangeOf(one.minors)],
    [words('是否确数', 'exact'), yesIn(session, one.exact)],
    [words('查不到人的条目', 'entries of nobody'), one.strangers || undefined],
    [words('存证摘要', 'SHA-256'), one.sha256],
  ]);
  const kinds = await rowsIn(
    session,
    [
      [words('种类', 'kind'), ({ kind, name }) => (session.lang === 'zh' ? name : kind)],
      [words('人数', 'people'), rangeOf],
    ],
    one.byKind,
  );
  const why = await rowsIn(
    session,
    [
      [words('人数', 'people'), ({ people }) => people],
      [words('理由', 'why'), ({ doubt, reason }) => (session.lang === 'zh' ? reason : doubt)],
    ],
    one.why,
  );
  const sections = sectionsIn(session, [
    [words('各类信息', 'By kind'), kinds],
    [words('为什么不能更确定', 'Why no more is known'), one.why.length > 0 ? why : undefined],
  ]);
  return `${head}\n\n${sections}`;
}
