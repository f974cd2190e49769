import { serve } from '../../lib/host/serve';
import { closingOperations } from './closing-operations';
import { lookOperations } from './look-operations';
import { ownOperations } from './own-operations';

export const rights = { ...ownOperations, ...closingOperations, ...lookOperations };

export const { handler } = serve('rights', rights);
