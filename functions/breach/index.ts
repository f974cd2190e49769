import { serve } from '../../lib/host/serve';
import { incidentOperations } from './incident-operations';
import { trailOperations } from './trail-operations';

export const breach = {
  ...incidentOperations,
  ...trailOperations,
};

export const { handler } = serve('breach', breach);
