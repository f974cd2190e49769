import { readConfig } from '../config';
import { buildDeps, type Deps } from '../deps';
import type { Operations } from '../gate/operation';
import { handleAws } from './aws';
import { handleCloudbase } from './cloudbase';

/**
 * A function's entry points, from its operations: `handler` for AWS Lambda and `main` for Tencent CloudBase. Settings
 * are read and everything is built on the first call, once per instance; a wrong setting fails that call and the next.
 */
export function serve(functionName: string, operations: Operations) {
  let built: Deps | undefined;
  const deps = () => {
    built ??= buildDeps(readConfig(process.env));
    return built;
  };
  return {
    handler: (event: unknown, context: { awsRequestId: string }) =>
      handleAws(deps(), functionName, operations, event, context.awsRequestId),
    main: (event: unknown, context?: unknown) => {
      const { CLOUDBASE_TIMER_SOURCES } = process.env;
      return handleCloudbase(deps(), functionName, operations, event, context, CLOUDBASE_TIMER_SOURCES);
    },
  };
}
