import { serve } from '../../lib/host/serve';
import { accountOperations } from './account-operations';
import { phoneOperations } from './phone-operations';
import { sessionOperations } from './session-operations';
import { signInOperations } from './sign-in-operations';
import { wayOperations } from './way-operations';
import { webOperations } from './web-operations';

export const login = {
  ...signInOperations,
  ...sessionOperations,
  ...webOperations,
  ...accountOperations,
  ...phoneOperations,
  ...wayOperations,
};

export const { handler } = serve('login', login);
