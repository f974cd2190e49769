/** Which report a duty asks for, by its id (lib/policy/incident/duties.ts); undefined where it asks for none. */
export function reportOf(dutyId: string): { kind: 'initial' | 'closing'; authority: string } | undefined {
  const [, kind, authority = ''] = /^(initial|closing)-report:(.+)$/.exec(dutyId) ?? [];
  return kind ? { kind: kind as 'initial' | 'closing', authority } : undefined;
}
