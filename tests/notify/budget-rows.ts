import { beginPart, partProcess } from '../../lib/process/notice/spread';
import { putAudiencePart } from '../../lib/table/notice/audience';
import type { Notice } from '../../lib/table/notice/notice';
import { accountNumber } from '../login/support';
import { putApproved } from '../notice/stage';
import { onceKey, type World } from '../support/world';

type Prepare = () => Promise<{ input?: unknown; by?: object }>;

/** How the operations of notices are brought to their usual case: one person, whom the inbox alone reaches. */
export function notifyRows(world: () => World): Record<string, Prepare> {
  return {
    'notify/runProcess': async () => {
      const { deps, cardHolder } = world();
      const subjectId = await accountNumber(world(), await cardHolder(`told-${onceKey()}`));
      const noticeId = `20261201-${onceKey().slice(0, 6)}-n1`;
      const to = { subjectId, kinds: ['phone-number' as const], minor: false, certain: true };
      const value: Omit<Notice, 'version' | 'approvedBy'> = {
        ...{ noticeId, audienceId: noticeId, parts: 1, kind: 'breach', drill: false, state: 'sending' },
        ...{ channels: ['inbox', 'announcement'], texts: {}, exemptions: [] },
      };
      await deps.table.write(putAudiencePart(noticeId, 0, [to]));
      await putApproved(deps, value);
      await deps.table.write(beginPart(noticeId, 0, deps.clock.now()));
      const { kind, id } = partProcess(noticeId, 0);
      return { input: { kind, id }, by: { trigger: 'queue' } };
    },
    'notify/wake': async () => ({ by: { trigger: 'schedule' } }),
  };
}
