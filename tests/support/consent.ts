import type { Call } from '../../lib/gate/call';
import { onceKey } from './once-key';

/** A call that must succeed, as `World.ok`. */
export type Ok = <T = Record<string, never>>(path: string, input?: unknown, by?: Partial<Call>) => Promise<T>;
type Service = { ok: Ok };

export type Kind = 'grant' | 'refuse' | 'withdraw';
export type Answer = { granted: boolean; seenEntry: number; at: string; receipt: string };

/** A well-formed act of consent to cards on the policy in force, by who never acted on cards; `change` alters it. */
export async function consentAct(
  ok: Ok,
  change: Record<string, unknown> = {},
): Promise<Record<string, unknown>> {
  const { version, textHash, language } = await ok<Record<string, unknown>>('consent/policy');
  return {
    purpose: 'cards',
    seenEntry: 0,
    policyVersion: version,
    textHash,
    language,
    evidence: { control: 'consent.cards.agree', defaultState: 'unchecked', dwellMs: 4200 },
    idempotencyKey: onceKey(),
    ...change,
  };
}

type Seen = (purpose: string) => number;
/** Number of the act that brought the state in which a person sees each purpose; 0 before any. */
async function entriesSeen({ ok }: Service, by: Partial<Call>): Promise<Seen> {
  const status = await ok<{ consents: { purpose: string; seenEntry: number }[] }>('consent/status', {}, by);
  return (purpose) => status.consents.find((one) => one.purpose === purpose)?.seenEntry ?? 0;
}

export async function seenEntryOf(service: Service, by: Partial<Call>, purpose: string): Promise<number> {
  return (await entriesSeen(service, by))(purpose);
}

/** One act on the state that the person sees, which must be accepted. */
export async function act(
  service: Service,
  by: Partial<Call>,
  kind: Kind,
  purpose = 'cards',
): Promise<Answer> {
  const seenEntry = await seenEntryOf(service, by, purpose);
  return service.ok(`consent/${kind}`, await consentAct(service.ok, { purpose, seenEntry }), by);
}

/** Agrees to each purpose, one after the other, whatever came before: what each shows is not changed by the others. */
export async function grant(service: Service, by: Partial<Call>, ...purposes: string[]): Promise<void> {
  const seen = await entriesSeen(service, by);
  for (const purpose of purposes) {
    const change = { purpose, seenEntry: seen(purpose) };
    await service.ok('consent/grant', await consentAct(service.ok, change), by);
  }
}

export const refuse = (service: Service, by: Partial<Call>, purpose?: string): Promise<Answer> =>
  act(service, by, 'refuse', purpose);

export const withdraw = (service: Service, by: Partial<Call>, purpose?: string): Promise<Answer> =>
  act(service, by, 'withdraw', purpose);
