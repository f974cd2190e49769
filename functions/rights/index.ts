import { serve } from '../../lib/host/serve';
import { certificateOperations } from './certificate-operations';
import { closingOperations } from './closing-operations';
import { exportOperations } from './export-operations';
import { lookOperations } from './look-operations';
import { ownOperations } from './own-operations';

export const rights = {
  ...ownOperations,
  ...closingOperations,
  ...lookOperations,
  ...exportOperations,
  ...certificateOperations,
};

export const { handler } = serve('rights', rights);
