import { serve } from '../../lib/host/serve';
import { incidentOperations } from './incident-operations';
import { noticeOperations } from './notice-operations';
import { scopeOperations } from './scope-operations';

export const breach = {
  ...incidentOperations,
  ...scopeOperations,
  ...noticeOperations,
};

export const { handler } = serve('breach', breach);
