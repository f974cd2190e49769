import { serve } from '../../lib/host/serve';
import { incidentOperations } from './incident-operations';
import { noticeOperations } from './notice-operations';

export const breach = {
  ...incidentOperations,
  ...noticeOperations,
};

export const { handler } = serve('breach', breach);
