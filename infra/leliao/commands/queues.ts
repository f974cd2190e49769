import { command, group } from '../command';
import { table } from '../table';
import { beijing, countdown } from '../times';
import { words } from '../words';

/** What waits for a human. Opening and deciding is an act on a person's record: `leliao call`, with a ticket. */
export const queueCommands = group(words('等待人工处理的事项', 'what waits for a human'), {
  appeals: command({
    does: words('待复核的申诉，最急的在前', 'appeals, the most urgent first'),
    async run(session) {
      const found = await (await session.api()).identity.appeals();
      await session.print(found, () =>
        table(
          [words('申诉', 'appeal'), words('账号', 'account'), words('期限', 'due')].map((one) =>
            session.text(one),
          ),
          found.appeals.map(({ appealId, subjectId, dueAt }) => [
            appealId,
            subjectId,
            `${beijing(dueAt)}（${countdown(dueAt, session.around.now(), session.lang)}）`,
          ]),
        ),
      );
    },
  }),
  reviews: command({
    does: words(
      '待人工判断的名片文字和图片，等得最久的在前',
      'texts and pictures of cards, the longest waiting first',
    ),
    async run(session) {
      const found = await (await session.api()).cards.reviewQueue();
      await session.print(found, () =>
        table(
          [words('名片', 'card'), words('账号', 'account'), words('提交时间', 'since')].map((one) =>
            session.text(one),
          ),
          found.texts.map(({ cardId, subjectId, since }) => [cardId, subjectId, beijing(since)]),
        ),
      );
    },
  }),
});
