import { serve } from '../../lib/host/serve';
import { actOperations } from './act-operations';
import { ledgerOperations } from './ledger-operations';
import { planOperations } from './plans/plan-operations';
import { policyOperations } from './policy-operations';
import { receiptOperations } from './receipt-operations';

export const consent = {
  ...policyOperations,
  ...actOperations,
  ...ledgerOperations,
  ...receiptOperations,
  ...planOperations,
};

export const { handler } = serve('consent', consent);
