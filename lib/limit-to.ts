import { allCapabilities, type Capability, capabilities } from './capabilities';
import type { Deps } from './deps';
import { holdPartners, type PartnerId, partnersIn } from './partners';

/**
 * The same dependencies without what these capabilities do not include: whoever reaches for such a part meets an Error that
 * names the capability. Values that are no objects stay as they are, since their settings are empty.
 */
export function limitTo(deps: Deps, has: readonly Capability[]): Deps {
  const missing = allCapabilities.filter((one) => !has.includes(one));
  const parts = lacking(missing, has, 'parts');
  const clients = lacking(missing, has, 'partners');
  return { ...deps, ...parts, partners: holdPartners({ ...partnersIn(deps.partners), ...clients }) };
}

/** The table with its names checked: parts are those of `Deps`, partners those that are held. */
const needs: Record<Capability, { parts?: readonly (keyof Deps)[]; partners?: readonly PartnerId[] }> =
  capabilities;

/** By name, a stand-in for everything that only missing capabilities bring. */
function lacking(missing: Capability[], has: readonly Capability[], what: 'parts' | 'partners'): object {
  const there = new Set<string>(has.flatMap((one) => needs[one][what] ?? []));
  const gone = missing.flatMap((one) => (needs[one][what] ?? []).map((name) => [name, absent(one)] as const));
  return Object.fromEntries(gone.filter(([name]) => !there.has(name)));
}

function absent(capability: Capability): object {
  return new Proxy(
    {},
    {
      get(_, name) {
        if (typeof name === 'symbol') return undefined;
        throw new Error(`this function lacks the capability '${capability}' (lib/capabilities.ts)`);
      },
    },
  );
}
