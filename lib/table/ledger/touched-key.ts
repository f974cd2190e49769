import { shardOf } from '../keys';

/**
 * Who can have touched data: a session of the person who called, a member of the staff, a recipient that was given it, or
 * an operation that ran by itself; and over how many parts of the index `touched` each is spread. A session or a member of
 * the staff does little; a recipient or an operation meets everybody.
 */
export const actorShards = { session: 1, staff: 1, recipient: 16, operation: 16 } as const;

export type ActorKind = keyof typeof actorShards;
/** `session:<id>` (never its secret), `staff:<id>`, `recipient:<row of the registry>`, `operation:<function>/<name>`. */
export type Actor = `${ActorKind}:${string}`;

/** The one actor that an entry is found by. What a recipient was given is its own; who caused that stays in `by`. */
export function actorOf(entry: {
  recipient?: string | undefined;
  staff?: string | undefined;
  by?: Actor | undefined;
}): Actor | undefined {
  const { recipient, staff, by } = entry;
  if (recipient !== undefined) return `recipient:${recipient}`;
  if (staff !== undefined) return `staff:${staff}`;
  return by;
}

/** The part of the index that holds what an actor touched of a person. */
export function touchedKey(actor: Actor, subjectId: string): string {
  return partOf(actor, shardOf(subjectId, shardsOf(actor)));
}

/** Every part of the index that holds what an actor touched. */
export function touchedKeys(actor: Actor): string[] {
  return Array.from({ length: shardsOf(actor) }, (_, shard) => partOf(actor, shard));
}

function shardsOf(actor: Actor): number {
  const [kind] = actor.split(':', 1) as [ActorKind];
  return actorShards[kind];
}

function partOf(actor: Actor, shard: number): string {
  return `${actor}#${shard}`;
}
