import { serve } from '../../lib/host/serve';
import { certificateOperations } from './certificate-operations';
import { ownOperations } from './own-operations';

export const rights = { ...certificateOperations, ...ownOperations };

export const { handler } = serve('rights', rights);
