import { serve } from '../../lib/host/serve';
import { containmentOperations } from './containment-operations';
import { dutyOperations } from './duty-operations';
import { incidentOperations } from './incident-operations';
import { trailOperations } from './trail-operations';

export const breach = {
  ...incidentOperations,
  ...dutyOperations,
  ...containmentOperations,
  ...trailOperations,
};

export const { handler } = serve('breach', breach);
