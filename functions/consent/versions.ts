import type { Deps } from '../../lib/deps';
import { describeDifference } from '../../lib/policy/difference';
import { renderKinds, renderRecipients } from '../../lib/policy/render';
import type { PolicyVersion } from '../../lib/policy/version';

/** Every published version, oldest first, with what each changed. */
export async function versions(deps: Deps) {
  const { version: inForce } = deps.policy.inForce();
  const summaries = await deps.policy.all();
  const full = await Promise.all(summaries.map(({ version }) => deps.policy.load(version)));
  return { inForce, versions: full.flatMap((version) => (version ? [announcementOf(version)] : [])) };
}

/** What the home page announces: the version that is to come, what it changes, and who will be asked again. */
export async function announcement(deps: Deps) {
  const coming = deps.policy.announced();
  const version = coming && (await deps.policy.load(coming.version));
  return version ? { announcement: announcementOf(version) } : {};
}

export function announcementOf({
  version,
  effectiveAt,
  announcedAt,
  textHash,
  registry,
  difference,
}: PolicyVersion) {
  const widened = difference?.widened ?? [];
  return {
    version,
    effectiveAt,
    announcedAt,
    textHash,
    material: difference?.material ?? true,
    says: difference ? describeDifference(registry, difference) : ['第一版。'],
    asksAgain: widened.filter((id) => registry.purposes[id]?.basis === 'CONSENT'),
  };
}

/** The two lists of the version in force: what is collected, and who receives what (网络数据安全管理条例 art. 21; K7). */
export async function lists(deps: Deps) {
  const { version, textHash } = deps.policy.inForce();
  const full = await deps.policy.load(version);
  const collected = full ? renderKinds(full.registry) : '';
  const shared = full ? renderRecipients(full.registry) : '';
  return { version, textHash, collected, shared };
}
