import type { Context } from 'aws-lambda';
import { type FunctionName, functionCapabilities } from '../capabilities';
import { readConfig } from '../config';
import { buildDeps, type Deps } from '../deps';
import type { Operations } from '../gate/operation';
import { limitTo } from '../limit-to';
import { handleAws } from './aws';

/**
 * A function's entry point, from its operations: `handler` for AWS Lambda. Its settings are read and what its capabilities
 * need is built on the first call, once per instance; a wrong setting fails that call and the next. `prepared` adds what only
 * this function makes of it.
 */
export function serve(
  functionName: FunctionName,
  operations: Operations,
  prepared: (deps: Deps) => Deps = (deps) => deps,
) {
  const has = functionCapabilities[functionName];
  let built: Deps | undefined;
  return {
    handler: (event: unknown, context: Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>) => {
      built ??= prepared(limitTo(buildDeps(readConfig(process.env, has)), has));
      const remainingMs = () => context.getRemainingTimeInMillis();
      return handleAws(built, functionName, operations, event, context.awsRequestId, remainingMs);
    },
  };
}
