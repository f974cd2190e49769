import { words } from '../../../command-line/words';
import { command } from '../../command';
import { rowsIn, timeIn, yesIn } from '../../view';

const ways: Record<string, ReturnType<typeof words>> = {
  earlier: words('已删除或已改过的又出现', 'deleted or replaced, and there again'),
  lower: words('只增的编号变小', 'a number fell that only grows'),
  'rolled-back': words('与存证不符', 'not as it was noted'),
  lost: words('备份之后的记录已丢失', 'lost since the backup'),
};

/** What was put back into the table around the service; ends with 1 where anything was. What a restore has lost is no such thing. */
export const putBackCommand = command({
  does: words(
    '数据库中被绕过本服务改回从前状态的每一处，及其账号',
    'whatever was put back into the table around the service, and whose it is',
  ),
  options: {},
  async run(session) {
    const { linesOfPutBack } = await import('../../audit/collect');
    const lines = await linesOfPutBack(await session.api());
    await session.print(lines, () =>
      rowsIn(
        session,
        [
          [words('时间', 'at'), ({ at }) => timeIn(at)],
          [words('数据', 'what'), ({ kind }) => kind],
          [words('怎样发现', 'how'), ({ how }) => ways[how] ?? how],
          [words('账号编号', 'person'), ({ subjectId }) => subjectId],
          [words('未被改动', 'unaltered'), ({ unaltered }) => yesIn(session, unaltered)],
        ],
        lines,
      ),
    );
    return lines.some(({ how }) => how !== 'lost') ? 'refused' : undefined;
  },
});
