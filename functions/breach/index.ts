import { serve } from '../../lib/host/serve';
import { containmentOperations } from './containment-operations';
import { dutyOperations } from './duty-operations';
import { incidentOperations } from './incident-operations';
import { reportOperations } from './report-operations';

export const breach = {
  ...incidentOperations,
  ...dutyOperations,
  ...containmentOperations,
  ...reportOperations,
};

export const { handler } = serve('breach', breach);
