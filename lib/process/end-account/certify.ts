import { certificateOf, type Seen, signCertificate } from '../../certificate/certificate';
import { type Found, Left, lookAgain, outsideStores } from '../../certificate/look';
import { stayOf } from '../../certificate/stays';
import { toInstant } from '../../clock';
import { randomId } from '../../crypto/random';
import type { Deps } from '../../deps';
import type { PurposeId } from '../../policy/purposes';
import type { RecipientId } from '../../policy/recipients';
import type { RetentionId } from '../../policy/retention';
import { certificateNoted, noteOfCertificate, putCertificate } from '../../table/certificate/certificate';
import { readSurveyPart, removeSurveyPart, surveyPartKey } from '../../table/certificate/survey-part';
import type { Item } from '../../table/client';
import { ledgerEntry } from '../../table/ledger/ledger';
import { person } from '../../table/person/person';
import { tombstoneOf } from '../../table/person/tombstone';
import type { Process, ProcessState } from '../../table/process/process';
import { confirmationsAbout, toldBy } from '../../table/recipient/recipient-duty';
import type { Next, Step, StepInput } from '../kind';
import { pageOf } from './survey';

/** What a certificate has to know besides what it sees; tests pass their own. */
export type Certifies = {
  /** Whether the locked bucket says that this person was erased, so that no restore brings them back. */
  isBuried(deps: Deps, subjectId: string, keyDestroyedAt: string): Promise<boolean>;
  /** Who of those that were told something of the person has confirmed that it is deleted. */
  confirmed(deps: Deps, subjectId: string): Promise<ReadonlySet<string>>;
};

/**
 * The last step of an end: looks again at everything that the survey named and at the whole partition, a part or a page at each
 * try, and signs what it has seen. Whoever erased is not asked. While anything is left that has to go, or the locked
 * bucket does not say that the person is gone, it is refused and rings, and the process stays where it is.
 */
export function certifyBy(certifies: Certifies): Step {
  return async (deps, input) => {
    const { process } = input;
    const { parts = 0, looked = 0, isWalked = 0 } = process.state;
    try {
      if (Number(looked) < Number(parts)) return await lookAtPart(deps, input, Number(looked));
      if (!isWalked) return await lookAtPage(deps, input);
      return await sign(deps, input, certifies);
    } catch (error) {
      if (error instanceof Left)
        for (const where of error.where)
          deps.log({
            event: 'alarm',
            requestId: input.requestId,
            operation: `process/${process.kind}`,
            outcome: `LEFT:${where}`,
          });
      throw error;
    }
  };
}

export const certify = certifyBy({
  async isBuried({ vault }, subjectId, keyDestroyedAt) {
    const { name } = tombstoneOf(subjectId, keyDestroyedAt);
    return (await vault.names(name)).names.includes(name);
  },
  async confirmed({ table }, subjectId) {
    return new Set((await confirmationsAbout(table, subjectId)).map(({ recipient }) => recipient));
  },
});

/** What a hold keeps, as the state counts what stays by purpose and rule. */
const HELD = 'kept accountability hold-life';

async function lookAtPart(deps: Deps, { process }: StepInput, number: number): Promise<Next> {
  const { subjectId = '', state, step } = process;
  const [item] = await deps.table.getMany([surveyPartKey(subjectId, number)]);
  const part = readSurveyPart(item);
  // Nothing says any more where to look.
  if (!part) throw new Left(['survey']);
  const { held, ...found } = await lookAgain(deps, subjectId, part);
  const counts = outsideStores.map((store) => [`of ${store}`, foundOf(state)[store] + found[store]]);
  return {
    to: step,
    state: {
      ...begun(deps, state),
      ...Object.fromEntries(counts),
      ...(held > 0 && { [HELD]: Number(state[HELD] ?? 0) + held }),
      looked: number + 1,
    },
    writes: [removeSurveyPart(subjectId, number)],
  };
}

async function lookAtPage(deps: Deps, { process }: StepInput): Promise<Next> {
  const { state, step } = process;
  const { items, last } = await pageOf(deps, process, state.walkAfter);
  const stays = items.map((item) => ({ item, stay: stayOf(item) }));
  if (stays.some(({ stay }) => stay === undefined)) throw new Left(['partition']);
  const { walkAfter: _, ...rest } = stays.reduce(
    (so, { item, stay }) => told(stay ? kept(so, `${stay.purpose} ${stay.rule}`, item) : so, item),
    begun(deps, state),
  );
  return { to: step, state: { ...rest, ...(last === undefined ? { isWalked: 1 } : { walkAfter: last }) } };
}

async function sign(deps: Deps, { process, self }: StepInput, certifies: Certifies): Promise<Next> {
  const { subjectId = '', state } = process;
  const { lifeState, lifeStateAt, wrappedKey } = person.read(self) ?? {};
  if (lifeState !== 'erased' || lifeStateAt === undefined || wrappedKey !== undefined)
    throw new Left(['partition']);
  if (!(await certifies.isBuried(deps, subjectId, lifeStateAt))) throw new Left(['vault']);
  const confirmed = await certifies.confirmed(deps, subjectId);
  const certificateId = randomId(deps.random);
  const seen: Seen = {
    certificateId,
    subjectId,
    keyDestroyedAt: lifeStateAt,
    lookedFrom: String(state.lookedFrom),
    partition: Object.fromEntries(named(state, 'found')),
    outside: foundOf(state),
    stays: staysIn(state),
    openRecipients: named(state, 'told').flatMap(([id]) => (confirmed.has(id) ? [] : [id as RecipientId])),
  };
  // Who was given no code when it began has nothing to show for it; the service keeps the proof all the same.
  const digest = String(state.receipt ?? certificateId);
  const nowMs = deps.clock.now();
  const text = await signCertificate(deps.ring, certificateOf(seen, nowMs));
  const signedAt = toInstant(nowMs);
  const { name, content } = noteOfCertificate(digest, signedAt, text);
  await deps.vault.put(name, content);
  // The first one stays: of two runners, and of an account that was erased again after a restore, when all was looked at anew.
  const first = certificateNoted((await deps.vault.read(name)) ?? content);
  return {
    to: 'end',
    writes: [putCertificate(digest, first.signedAt, first.text)],
    count: Number(state.count ?? 0),
  };
}

/** Since when has been looked: the first look says so. */
function begun({ clock }: Deps, state: ProcessState): ProcessState {
  return { ...state, lookedFrom: state.lookedFrom ?? toInstant(clock.now()) };
}

function kept(state: ProcessState, which: string, { expiresAtSeconds }: Item): ProcessState {
  const until = Math.max(Number(state[`until ${which}`] ?? 0), Number(expiresAtSeconds ?? 0));
  return {
    ...state,
    [`kept ${which}`]: Number(state[`kept ${which}`] ?? 0) + 1,
    ...(until > 0 && { [`until ${which}`]: until }),
  };
}

/** The state with whom the person's register names as told something that stays with them. */
function told(state: ProcessState, item: Item): ProcessState {
  const entry = ledgerEntry.read(item);
  const recipient = entry && toldBy(entry);
  return recipient ? { ...state, [`told ${recipient}`]: 1 } : state;
}

/** The numbers of a state whose names begin with a word, by what comes after it. */
function named(state: Process['state'], word: string): [string, number][] {
  return Object.entries(state).flatMap(([name, value]): [string, number][] =>
    name.startsWith(`${word} `) ? [[name.slice(word.length + 1), Number(value)]] : [],
  );
}

function foundOf(state: ProcessState): Found {
  return Object.fromEntries(
    outsideStores.map((store) => [store, Number(state[`of ${store}`] ?? 0)]),
  ) as Found;
}

function staysIn(state: ProcessState): Seen['stays'] {
  return named(state, 'kept').map(([which, count]) => {
    const [purpose, rule] = which.split(' ') as [PurposeId, RetentionId];
    const untilSeconds = state[`until ${which}`];
    return {
      purpose,
      rule,
      count,
      ...(untilSeconds !== undefined && { untilSeconds: Number(untilSeconds) }),
    };
  });
}
