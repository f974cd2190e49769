import { words } from '../notice/wording';
import type { World } from '../support/world';
import { approvedNotice, draft, evidence, incidentWith, ling, somebody, wu } from './notice-stage';

type Prepare = () => Promise<{ input?: unknown; by?: object }>;

/** How the operations on notices are brought to their usual case, for the budgets. */
export function noticeRows(theWorld: () => World): Record<string, Prepare> {
  const newScope = () => incidentWith(theWorld(), [somebody(), somebody({ kinds: ['card-name'] })]);
  const drafted = async () => {
    const of = await newScope();
    return { incidentId: of.incidentId, hash: (await draft(theWorld(), of)).hash };
  };
  const approved = async () => {
    const of = await newScope();
    return { incidentId: of.incidentId, hash: (await approvedNotice(theWorld(), of)).hash };
  };
  const sending = async () => {
    const exact = await approved();
    await theWorld().ok('breach/sendNotice', exact, ling);
    return exact;
  };
  const reason = '渠道报错，先停一停';
  return {
    'breach/draftNotice': async () => ({ input: { ...(await newScope()), words }, by: ling }),
    'breach/previewNotice': async () => ({
      input: { incidentId: (await drafted()).incidentId },
      by: wu,
    }),
    'breach/exempt': async () => ({
      input: { ...(await drafted()), kinds: ['card-name'], reason: '该字段在泄露前已加密', evidence },
      by: ling,
    }),
    'breach/approveNotice': async () => ({ input: await drafted(), by: wu }),
    'breach/sendNotice': async () => ({ input: await approved(), by: ling }),
    'breach/books': async () => ({ input: { incidentId: (await sending()).incidentId }, by: wu }),
    'breach/pauseNotice': async () => ({
      input: { incidentId: (await sending()).incidentId, reason },
      by: ling,
    }),
    'breach/resumeNotice': async () => {
      const exact = await sending();
      await theWorld().ok('breach/pauseNotice', { incidentId: exact.incidentId, reason }, ling);
      return { input: exact, by: ling };
    },
    'breach/stopNotice': async () => ({
      input: { incidentId: (await sending()).incidentId, reason },
      by: ling,
    }),
  };
}
