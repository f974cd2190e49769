import { serve } from '../../lib/host/serve';
import { closingOperations } from './closing-operations';
import { ownOperations } from './own-operations';

export const rights = { ...ownOperations, ...closingOperations };

export const { handler } = serve('rights', rights);
