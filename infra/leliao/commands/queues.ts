import { command, group } from '../command';
import { dueIn, rowsIn, timeIn } from '../view';
import { words } from '../words';

const account = words('账号', 'account');

/** What waits for a human. Opening and deciding is an act on a person's record: `leliao call`, with a ticket. */
export const queueCommands = group(words('等待人工处理的事项', 'what waits for a human'), {
  appeals: command({
    does: words('待复核的申诉，最急的在前', 'appeals, the most urgent first'),
    async run(session) {
      const found = await (await session.api()).identity.appeals();
      await session.print(found, () =>
        rowsIn(
          session,
          [
            [words('申诉', 'appeal'), ({ appealId }) => appealId],
            [account, ({ subjectId }) => subjectId],
            [words('期限', 'due'), ({ dueAt }) => dueIn(session, dueAt)],
          ],
          found.appeals,
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
        rowsIn(
          session,
          [
            [words('名片', 'card'), ({ cardId }) => cardId],
            [account, ({ subjectId }) => subjectId],
            [words('提交时间', 'since'), ({ since }) => timeIn(since)],
          ],
          found.texts,
        ),
      );
    },
  }),
});
