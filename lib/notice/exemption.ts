/** Not telling those all of whose kinds are among `kinds`, because what was done protects them (PIPL art. 57 para 2). */
export type Exemption = { kinds: readonly string[]; reason: string };

/**
 * By which exemption somebody is not told; undefined where they are. Who is concerned by no kind that is known is told, and so
 * is every minor: 未成年人网络保护条例 art. 35 knows no exemption. None ever frees from a report to an authority.
 */
export function exemptBy<E extends Exemption>(
  { kinds, minor }: { kinds: readonly string[]; minor: boolean },
  exemptions: readonly E[],
): E | undefined {
  if (kinds.length === 0 || minor) return undefined;
  return exemptions.find((one) => kinds.every((kind) => one.kinds.includes(kind)));
}
