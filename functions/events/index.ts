import { serve } from '../../lib/host/serve';
import { pushOperations } from './push-operations';

export const events = { ...pushOperations };

export const { handler } = serve('events', events);
