import { serve } from '../../lib/host/serve';
import { ownOperations } from './own-operations';

export const rights = { ...ownOperations };

export const { handler } = serve('rights', rights);
