import { serve } from '../../lib/host/serve';
import { lookOperations } from './look-operations';
import { ownOperations } from './own-operations';

export const rights = { ...ownOperations, ...lookOperations };

export const { handler } = serve('rights', rights);
