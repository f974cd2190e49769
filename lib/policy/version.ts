import { createHash } from 'node:crypto';
import { type Difference, differenceOf, reachesFurther } from './difference';
import { buildRegistry, type Registry } from './registry';
import { renderPolicy } from './render';

/**
 * By purpose: the version since which it reaches as far as it does. A consent covers the purpose when it was given to that
 * version or a later one; a change of wording moves nothing (PIPL art. 14 para 2; promise K4).
 */
export type ReachVersions = Record<string, number>;

/** What the gate needs of a version, on every call. */
export type PolicySummary = {
  version: number;
  effectiveAt: string;
  textHash: string;
  reachVersions: ReachVersions;
};

/** A version of the policy: the exact text that consents are bound to, and the registry it was made from. */
export type PolicyVersion = PolicySummary & {
  language: 'zh-CN';
  announcedAt: string;
  text: string;
  /** The operator's own text, which stands before what the registry says. */
  officialText?: string | undefined;
  registry: Registry;
  /** From the version before; absent for the first. */
  difference?: Difference | undefined;
};

/** When the first version took effect: with the service. */
const FIRST_EFFECTIVE_AT = '2026-11-01T00:00:00.000+08:00';

/** SHA-256 in hex: what a consent is bound to. */
export function hashText(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** The first version, from the registry that this build obeys. It stands until officers publish another one. */
export function firstVersion(registry: Registry = buildRegistry): PolicyVersion {
  const effectiveAt = new Date(FIRST_EFFECTIVE_AT).toISOString();
  const text = renderPolicy(registry, { version: 1, effectiveAt });
  return {
    version: 1,
    language: 'zh-CN',
    effectiveAt,
    announcedAt: effectiveAt,
    text,
    textHash: hashText(text),
    registry,
    reachVersions: Object.fromEntries(Object.keys(registry.purposes).map((id) => [id, 1])),
  };
}

/** The version after `before`, with its difference computed. */
export function versionAfter(
  before: PolicyVersion,
  registry: Registry,
  given: { effectiveAt: string; announcedAt: string; officialText?: string | undefined },
): PolicyVersion {
  const version = before.version + 1;
  const difference = differenceOf(before.registry, registry);
  const text = renderPolicy(registry, { version, ...given, difference });
  const reachVersions = Object.fromEntries(
    Object.keys(registry.purposes).map((id) => [
      id,
      reachesFurther(before.registry, registry, id) ? version : (before.reachVersions[id] ?? version),
    ]),
  );
  return {
    version,
    language: 'zh-CN',
    ...given,
    text,
    textHash: hashText(text),
    registry,
    reachVersions,
    difference,
  };
}

/** The purposes of `wanted` that a version does not cover: what a build does beyond what was published. */
export function purposesExceeding(published: Registry, wanted: Registry): Set<string> {
  return new Set(Object.keys(wanted.purposes).filter((id) => reachesFurther(published, wanted, id)));
}

/** The version in force at an instant, from all versions, oldest first; undefined before the first. */
export function versionAt(versions: readonly PolicySummary[], at: string): PolicySummary | undefined {
  return versions.filter(({ effectiveAt }) => effectiveAt <= at).at(-1);
}

/** The version since which a purpose reached as far as it did at an instant, from all versions, oldest first (K4). */
export function reachVersionAt(
  versions: readonly PolicySummary[],
  purpose: string,
  at: string,
): number | undefined {
  return versionAt(versions, at)?.reachVersions[purpose];
}
