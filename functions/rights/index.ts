import { serve } from '../../lib/host/serve';
import { certificateOperations } from './certificate-operations';
import { closingOperations } from './closing-operations';
import { ownOperations } from './own-operations';

export const rights = { ...ownOperations, ...closingOperations, ...certificateOperations };

export const { handler } = serve('rights', rights);
