import { serve } from '../../lib/host/serve';
import { pushOperations } from './push-operations';
import { receiptOperations } from './receipt-operations';

export const events = { ...pushOperations, ...receiptOperations };

export const { handler } = serve('events', events);
