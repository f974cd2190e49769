import { readConfig } from '../config';
import { buildDeps, type Deps } from '../deps';
import type { Operations } from '../gate/operation';
import { handleAws } from './aws';

/**
 * A function's entry point, from its operations: `handler` for AWS Lambda. Settings are read and everything is built on the
 * first call, once per instance; a wrong setting fails that call and the next.
 */
export function serve(functionName: string, operations: Operations) {
  let built: Deps | undefined;
  return {
    handler: (event: unknown, context: { awsRequestId: string }) => {
      built ??= buildDeps(readConfig(process.env));
      return handleAws(built, functionName, operations, event, context.awsRequestId);
    },
  };
}
