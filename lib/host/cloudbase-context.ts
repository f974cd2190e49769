/**
 * The variables of one call, by name: what `parseContext` of @cloudbase/node-sdk calls `environment`, or in the older
 * form `environ`, of the context that the platform hands to the function with the call. A test compares the two. Nothing
 * else says who is calling: the process's own variables are what some earlier call left there. A context that cannot be
 * read has none.
 */
export function variablesOf(context: unknown): Record<string, unknown> {
  if (typeof context !== 'object' || context === null) return {};
  const { environment, environ } = context as Record<string, unknown>;
  if (environment) return typeof environment === 'string' ? objectIn(environment) : {};
  return typeof environ === 'string' ? pairsIn(environ) : {};
}

/** The text of one variable, or undefined when it is absent, empty or a list. */
export function textOf(variables: Record<string, unknown>, name: string): string | undefined {
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function objectIn(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** `NAME=value;NAME=value`, where a value with commas is a list. */
function pairsIn(text: string): Record<string, unknown> {
  const pairs = text.split(';').filter((pair) => pair.includes('='));
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf('=');
      const value = pair.slice(equals + 1);
      return [pair.slice(0, equals), value.includes(',') ? value.split(',') : value];
    }),
  );
}
