import { words } from '../../command-line/words';
import { command, group } from '../command';
import { cursor } from '../options';
import { pageIn, rowsIn, timeIn } from '../view';

const account = words('账号', 'account');

/** Cards that wait for a human. Opening and deciding is an act on a person's record: `leliao call`. The rest: `leliao tickets`. */
export const queueCommands = group(words('等待人工判断的名片', 'cards that wait for a human'), {
  reviews: command({
    does: words(
      '待人工判断的名片文字和图片，等得最久的在前',
      'texts and pictures of cards, the longest waiting first',
    ),
    options: { cursor },
    async run(session, { cursor: from }) {
      const found = await (await session.api()).cards.reviewQueue(from ? { cursor: from } : {});
      await session.print(found, async () => {
        const rows = await rowsIn(
          session,
          [
            [words('名片', 'card'), ({ cardId }) => cardId],
            [account, ({ subjectId }) => subjectId],
            [words('提交时间', 'since'), ({ since }) => timeIn(since)],
          ],
          found.texts,
        );
        return pageIn(session, rows, found.cursor);
      });
    },
  }),
});
