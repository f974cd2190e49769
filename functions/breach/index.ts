import { serve } from '../../lib/host/serve';
import { containmentOperations } from './containment-operations';
import { dutyOperations } from './duty-operations';
import { incidentOperations } from './incident-operations';
import { noticeOperations } from './notice-operations';
import { reportOperations } from './report-operations';
import { scopeOperations } from './scope-operations';
import { trailOperations } from './trail-operations';

export const breach = {
  ...incidentOperations,
  ...dutyOperations,
  ...containmentOperations,
  ...reportOperations,
  ...scopeOperations,
  ...noticeOperations,
  ...trailOperations,
};

export const { handler } = serve('breach', breach);
