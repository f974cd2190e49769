import { serve } from '../../lib/host/serve';
import { appealOperations } from './appeal-operations';
import { gaugeOperations } from './gauge-operations';
import { guardianOperations } from './guardian-operations';
import { verificationOperations } from './verification-operations';

export const identity = {
  ...verificationOperations,
  ...guardianOperations,
  ...appealOperations,
  ...gaugeOperations,
};

export const { handler } = serve('identity', identity);
