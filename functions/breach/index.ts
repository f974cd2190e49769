import { serve } from '../../lib/host/serve';
import { incidentOperations } from './incident-operations';
import { scopeOperations } from './scope-operations';

export const breach = {
  ...incidentOperations,
  ...scopeOperations,
};

export const { handler } = serve('breach', breach);
