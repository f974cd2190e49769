import { serve } from '../../lib/host/serve';
import { incidentOperations } from './incident-operations';

export const breach = {
  ...incidentOperations,
};

export const { handler } = serve('breach', breach);
