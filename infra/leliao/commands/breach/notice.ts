import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { kindIds } from '../../../../lib/policy/kinds';
import { Stop } from '../../../command-line/exit';
import { aSwitch, neededSomeOf, neededText, someOf, whole } from '../../../command-line/options';
import { type Words, words } from '../../../command-line/words';
import { command, group } from '../../command';
import { confirmStep } from '../../confirm';
import { incidentId, neededJson, neededScopeId } from '../../options';
import type { Session } from '../../session';
import { factsIn, rangeOf } from '../../view';
import { readJson } from '../call';
import { booksCommand } from './books';
import { ofDrill, yes } from './duty';
import type { Client } from './incident-view';
import { channelsIn, type Notice, noticeView, type Preview, previewView, stateIn } from './notice-view';

type Breach = Client['breach'];
type Draft = Parameters<Breach['draftNotice']>[0];

const incident = incidentId('事件编号', 'number of the incident');
const number = whole('第几份告知，默认 1', 'which notice of the incident; 1 when absent');
const reason = neededText('理由', 'why');
const leading = ['subscribe', 'sms', 'mail'] as const;

/** What affected people are told: one words it, two others approve it, then it is sent. */
export const noticeCommands = group(words('告知受影响的人', 'what affected people are told'), {
  draft: command({
    does: words('拟定一份告知，或者在批准之前重拟', 'word a notice, or word it anew before it is approved'),
    more: words(
      '--words 的 JSON：title、state（正在处置、已经补救）、causeStatus（known、under-investigation）、\nevent、cause、harm、remedies、selfHelp、advice、contact。缺哪一项，会逐项说明。',
      '--words is JSON: title, state [正在处置|已经补救], causeStatus [known|under-investigation],\nevent, cause, harm, remedies, selfHelp, advice, contact. What is missing is named item by item.',
    ),
    places: { incident },
    options: {
      scope: neededScopeId('发给哪次计算的人', 'to whose people: the number of a scope'),
      words: neededJson('告知的文字：JSON，@文件，或者 -', 'its words: JSON, @file, or -'),
      kinds: someOf(kindIds, 'kind', '另外可能涉及的种类', 'kinds that may be concerned besides'),
      channel: someOf(leading, 'channel', '渠道，依次写', 'channels, in the order in which they are tried'),
      days: whole('公告几天，默认 30', 'days of the announcement; 30 when absent'),
      number,
    },
    async run(
      session,
      { incident: incidentId, scope: scopeId, words: text, kinds, channel: channels, days, number },
    ) {
      const said = (await readJson(session.around, text)) as Draft['words'];
      const input = { incidentId, number, scopeId, words: said, kinds, channels, announceDays: days };
      const made = await (await session.api()).breach.draftNotice(input);
      await session.print(made, () => noticeView(session, made));
    },
  }),
  preview: command({
    does: words(
      '逐字预览每个渠道发出的内容，以及发给多少人',
      'see word by word what each channel sends, and to how many',
    ),
    places: { incident },
    options: {
      number,
      kinds: someOf(kindIds, 'kind', '涉及这些种类的人看到的', 'as a person with these kinds reads it'),
      uncertain: aSwitch('不能确定是否受影响的人看到的', 'as somebody reads it of whom it is not certain'),
    },
    async run(session, { incident: incidentId, number, kinds, uncertain }) {
      const found = await (await session.api()).breach.previewNotice({
        incidentId,
        number,
        kinds,
        certain: !uncertain,
      });
      await session.print(found, () => previewView(session, found));
    },
  }),
  approve: command({
    does: words(
      '批准一份告知；拟定的人不能批准，须有另外两人',
      'approve a notice: two others than who worded it',
    ),
    places: { incident },
    options: { number, yes },
    async run(session, { incident: incidentId, number, yes: given }) {
      const { breach } = await session.api();
      const seen = await breach.previewNotice({ incidentId, number });
      const says = await previewView(session, seen);
      const step = words(
        `将批准以上内容，可以发给 ${rangeOf(seen.whom.told)} 人（${seen.approvedBy.length + 1}/${seen.approvalsNeeded} 人批准）。`,
        `The above will be approved for ${rangeOf(seen.whom.told)} people (${seen.approvedBy.length + 1} of ${seen.approvalsNeeded} approvals).`,
      );
      await confirmStep(session, {
        number: incidentId,
        does: [words(says, says), ...ofDrill(seen), step],
        yes: given,
      });
      const done = await breach.approveNotice({ incidentId, number, hash: seen.hash });
      await session.print(done, () => noticeView(session, done));
    },
  }),
  send: command({
    does: words(
      '发送一份已经批准的告知，并向所有人公告',
      'send an approved notice, and announce it to everybody',
    ),
    places: { incident },
    options: { number, yes },
    async run(session, { incident: incidentId, number, yes: given }) {
      const { breach } = await session.api();
      const seen = await breach.previewNotice({ incidentId, number });
      await confirmStep(session, { number: incidentId, does: sendWords(seen), yes: given });
      const done = await breach.sendNotice({ incidentId, number, hash: seen.hash });
      await session.print(done, () => noticeView(session, done));
    },
  }),
  books: booksCommand,
  pause: command({
    does: words('暂停发送', 'stop sending for now'),
    places: { incident },
    options: { number, reason },
    async run(session, { incident: incidentId, number, reason }) {
      const done = await (await session.api()).breach.pauseNotice({ incidentId, number, reason });
      await showMoved(session, done);
    },
  }),
  resume: command({
    does: words('继续发送一份暂停的告知', 'go on sending a notice that was paused'),
    places: { incident },
    options: { number, yes },
    async run(session, { incident: incidentId, number, yes: given }) {
      const { breach } = await session.api();
      const seen = await breach.previewNotice({ incidentId, number });
      await confirmStep(session, { number: incidentId, does: sendWords(seen), yes: given });
      await showMoved(session, await breach.resumeNotice({ incidentId, number, hash: seen.hash }));
    },
  }),
  stop: command({
    does: words('停止发送，不再恢复，并撤下公告', 'end sending for good, and take the announcement down'),
    places: { incident },
    options: { number, reason, yes },
    async run(session, { incident: incidentId, number, reason, yes: given }) {
      const { breach } = await session.api();
      const seen = await breach.previewNotice({ incidentId, number });
      const step = words(
        `将停止“${seen.title}”：应告知 ${rangeOf(seen.whom.told)} 人，还没有发出的不再发出，公告撤下。不能恢复。`,
        `“${seen.title}” will end: of ${rangeOf(seen.whom.told)} people who are to be told, whoever was not reached yet is not told, and the announcement goes. There is no way back.`,
      );
      await confirmStep(session, { number: incidentId, does: [...ofDrill(seen), step], yes: given });
      await showMoved(session, await breach.stopNotice({ incidentId, number, reason }));
    },
  }),
  exempt: command({
    does: words(
      '提出不告知只涉及某些种类的人，须有证据',
      'propose not to tell those with these kinds only, on evidence',
    ),
    places: { incident },
    options: {
      number,
      kinds: neededSomeOf(
        kindIds,
        'kind',
        '只涉及这些种类的人',
        'whoever is concerned with these kinds only',
      ),
      reason,
      document: neededText('证据的文号', 'number of the paper that says so'),
      evidence: neededText('证据的文件；只计算摘要，不上传', 'its file: it is hashed, not uploaded'),
    },
    async run(session, { incident: incidentId, number, kinds, reason, document, evidence: file }) {
      const { breach } = await session.api();
      const { hash } = await breach.previewNotice({ incidentId, number });
      const evidence = { document, sha256: await sha256Of(file) };
      const done = await breach.exempt({ incidentId, number, hash, kinds, reason, evidence });
      await session.print(done, async () => {
        const owed = done.stillOwed.map(({ id, name }) => `  · ${id} ${name}`);
        const head = words('免除告知并不免除：', 'Still owed:');
        return [await noticeView(session, done), '', session.text(head), ...owed].join('\n');
      });
    },
  }),
});

function sendWords({ title, whom, channels, drill, announceDays }: Preview): Words[] {
  const told = rangeOf(whom.told);
  return [
    ...ofDrill({ drill }),
    words(
      `将发送“${title}”给 ${told} 人（其中未成年人 ${whom.minors} 人，并告知其监护人），依次用${channelsIn('zh', channels).join('、')}，${drill ? '演练只模拟，也不公告' : `并向所有人公告 ${announceDays} 天。发出的不能收回`}。`,
      `“${title}” will go to ${told} people (of them ${whom.minors} minors, and their guardians), by ${channelsIn('en', channels).join(', ')} in this order${drill ? ', as a drill, and is not announced' : `, and be announced to everybody for ${announceDays} days. What is sent cannot be taken back`}.`,
    ),
  ];
}

const showMoved = (session: Session, done: Pick<Notice, 'noticeId' | 'state'>) =>
  session.print(done, () =>
    factsIn(session, [
      [words('告知', 'notice'), done.noticeId],
      [words('状态', 'state'), stateIn(session, done.state)],
    ]),
  );

async function sha256Of(file: string): Promise<string> {
  const bytes = await readFile(file).catch(() => {
    throw new Stop('usage', words('读不到证据的文件。', 'The file of the evidence cannot be read.'));
  });
  return createHash('sha256').update(bytes).digest('hex');
}
