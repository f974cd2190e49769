import { serve } from '../../lib/host/serve';
import { certificateOperations } from './certificate-operations';
import { closingOperations } from './closing-operations';
import { disclosureOperations } from './disclosures/disclosure-operations';
import { exportOperations } from './export-operations';
import { lookOperations } from './look-operations';
import { ownOperations } from './own-operations';
import { ownTicketOperations } from './tickets/own-ticket-operations';
import { staffTicketOperations } from './tickets/staff-ticket-operations';
import { usageOperations } from './usage/usage-operations';

export const rights = {
  ...ownOperations,
  ...closingOperations,
  ...lookOperations,
  ...exportOperations,
  ...certificateOperations,
  ...disclosureOperations,
  ...usageOperations,
  ...ownTicketOperations,
  ...staffTicketOperations,
};

export const { handler } = serve('rights', rights);
