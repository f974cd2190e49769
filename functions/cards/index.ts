import { serve } from '../../lib/host/serve';
import { exchangeOperations } from './exchange/exchange-operations';
import { folderOperations } from './exchange/folder-operations';
import { vcardOperations } from './files/vcard-operations';
import { cardOperations } from './own/card-operations';
import { logoOperations } from './own/logo-operations';
import { visibilityOperations } from './own/visibility-operations';
import { reportOperations } from './reports/report-operations';
import { staffReportOperations } from './reports/staff-report-operations';
import { shareOperations } from './sharing/share-operations';
import { viewOperations } from './sharing/view-operations';
import { textReviewOperations } from './text/text-review-operations';

export const cards = {
  ...cardOperations,
  ...visibilityOperations,
  ...textReviewOperations,
  ...logoOperations,
  ...shareOperations,
  ...exchangeOperations,
  ...folderOperations,
  ...viewOperations,
  ...vcardOperations,
  ...reportOperations,
  ...staffReportOperations,
};

export const { handler } = serve('cards', cards);
