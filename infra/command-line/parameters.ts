import { exits } from './exit';
import type { Option, Options } from './options';
import type { Lang } from './words';

/** Options and places as the library takes them, in one language. Of places only one may be `many`, and stands alone. */
export function parametersOf(options: Options, places: Options, lang: Lang): never {
  const [first, ...others] = Object.entries(places);
  const positional =
    first?.[1].many && others.length === 0
      ? { kind: 'array', parameter: placeOf(first, lang), minimum: first[1].must ? 1 : 0 }
      : { kind: 'tuple', parameters: Object.entries(places).map((place) => placeOf(place, lang)) };
  return { flags: flagsOf(options, lang), positional } as never;
}

/** What was given in its place, by name. */
export function byPlace(places: Options, given: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(places).map(([name, { many }], at) => [name, many ? given : given[at]]),
  );
}

function placeOf([name, place]: [string, Option], lang: Lang) {
  return {
    brief: place[lang],
    placeholder: place.placeholder ?? name,
    parse: place.read ?? String,
    ...(!place.must && !place.many && { optional: true }),
  };
}

function flagsOf(options: Options, lang: Lang): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).map(([name, one]) => {
      const shared = {
        brief: one[lang],
        optional: !one.must,
        ...(one.placeholder && { placeholder: one.placeholder }),
      };
      const many = one.many && { variadic: true };
      if (one.kind === 'switch') return [name, { kind: 'boolean', brief: one[lang], default: false }];
      if (one.kind === 'choice') return [name, { kind: 'enum', values: one.values, ...shared, ...many }];
      return [name, { kind: 'parsed', parse: one.read ?? String, ...shared, ...many }];
    }),
  );
}

/** The library has its own numbers, below nothing: for what was typed wrongly, and for faults of the program. */
export function exitCodeOf(code: number): number {
  if (code === -4 || code === -5) return exits.usage;
  return code < 0 ? exits.refused : code;
}
