import { serve } from '../../lib/host/serve';
import { acceptanceOperations } from './acceptance-operations';
import { avatarOperations } from './avatar-operations';
import { deliveryOperations } from './delivery-operations';
import { mailOperations } from './mail-operations';
import { nicknameOperations } from './nickname-operations';
import { preferencesOperations } from './preferences-operations';
import { serviceOperations } from './service-operations';

export const profile = {
  ...nicknameOperations,
  ...avatarOperations,
  ...serviceOperations,
  ...deliveryOperations,
  ...preferencesOperations,
  ...acceptanceOperations,
  ...mailOperations,
};

export const { handler } = serve('profile', profile);
