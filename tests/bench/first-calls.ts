import { statusKeys } from '../../functions/identity/status';
import { SANDBOX_PUSH, signature } from '../../infra/local/sandbox/wechat-push';
import { API_PATH } from '../../lib/api-version';
import { systemClock } from '../../lib/clock';
import { cardKey } from '../../lib/table/card/card';
import { containmentKey } from '../../lib/table/incident/containment';
import type { Key } from '../../lib/table/keys';
import { locationKey } from '../../lib/table/location/location';
import { announcementsKey } from '../../lib/table/notice/announcement';
import { bookKey } from '../../lib/table/policy/policy-version';
import { processKey } from '../../lib/table/process/process';
import { nicknameKey } from '../../lib/table/profile/nickname';
import { KEYS } from '../../lib/table/service/key-store';
import { openedTableKey } from '../../lib/table/service/opened-table';
import type { Trip } from './bare/functions/bare/index';
import { type Person, partErased } from './person';

/** A function's event, and the trips that answering it takes: what the bare handler makes in its place. */
export type FirstCall = {
  event: object;
  /** What only a new instance has to read. */
  opening: Trip[];
  trips: Trip[];
};

/** What every function reads before its first call. */
const opening = [bookKey, containmentKey, announcementsKey, openedTableKey];

/**
 * A usual call of each function that leaves nothing behind, as the first one of a new instance: it loads the service
 * keys as well.
 */
export const firstCalls: Record<string, (person: Person) => FirstCall> = {
  login: (person) => overHttp(person, 'login/listSessions', {}, person.self),
  consent: (person) => overHttp(person, 'consent/status', {}, person.self),
  cards: (person) => {
    const { subjectId, cardId } = person;
    return overHttp(person, 'cards/get', { cardId }, [...person.self, cardKey(subjectId, cardId)]);
  },
  profile: (person) => overHttp(person, 'profile/get', {}, [...person.self, nicknameKey(person.subjectId)]),
  identity: (person) => {
    const id = person.subjectId;
    return overHttp(person, 'identity/status', {}, [...person.self, ...statusKeys(id)]);
  },
  location: (person) =>
    overHttp(person, 'location/current', {}, [...person.self, locationKey(person.subjectId)]),
  // A repeat of what was asked for before.
  rights: (person) => overHttp(person, 'rights/erasePart', partErased, person.self),
  // WeChat checks the address. It needs no key and reads nothing but the policy.
  events: () => {
    const timestamp = String(Math.floor(systemClock.now() / 1000));
    const signed = signature(SANDBOX_PUSH.token, timestamp, '1');
    const queryStringParameters = { timestamp, nonce: '1', echostr: '1', signature: signed };
    const http = { method: 'GET', path: '/events/wechat', sourceIp: '203.0.113.7' };
    const event = { version: '2.0', rawPath: '/events/wechat', headers: {}, requestContext: { http } };
    return { event: { ...event, queryStringParameters }, opening: [{ get: opening }], trips: [] };
  },
  // As for retention.
  notify: () => {
    const over = { kind: 'notice-part', id: '20261127-7Q2K-n1-0' };
    return {
      event: { Records: [{ messageId: 'bench', eventSource: 'aws:sqs', body: JSON.stringify(over) }] },
      opening: [{ get: opening }],
      trips: [{ get: [processKey(over)] }],
    };
  },
  // Of the staff alone, whom nobody vouches for here: it reads the policy and refuses.
  breach: (person) => overHttp(person, 'breach/list', {}),
  audit: (person) => overHttp(person, 'audit/chains', {}),
  // The queue delivers everything at least once: a message about a process that is already over. It needs no key.
  retention: ({ subjectId, self }) => {
    const over = { kind: 'erasure', id: '999', subjectId };
    const body = JSON.stringify(over);
    return {
      event: { Records: [{ messageId: 'bench', eventSource: 'aws:sqs', body }] },
      opening: [{ get: opening }],
      trips: [{ get: [processKey(over), ...self] }],
    };
  },
};

/** A call by the person; it reads the policy book and the service keys first, then gets each of the batches. */
function overHttp({ token }: Person, path: string, input: object, ...batches: Key[][]): FirstCall {
  const http = { method: 'POST', path: `/${path}`, sourceIp: '203.0.113.7', userAgent: 'bench' };
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const body = JSON.stringify(input);
  return {
    event: { version: '2.0', rawPath: `${API_PATH}/${path}`, headers, requestContext: { http }, body },
    opening: [{ get: opening }, { query: KEYS }],
    trips: batches.map((get) => ({ get })),
  };
}

/** Functions whose calls are of the staff alone: a refusal is the answer that they give without an issuer. */
const staffOnly = ['breach', 'audit'];

/** @throws Error when an answer is not that of a call that went well */
export function demandSuccess(name: string, answer: unknown): void {
  const { statusCode, batchItemFailures } = (answer ?? {}) as Record<string, unknown>;
  const done = Array.isArray(batchItemFailures) && batchItemFailures.length === 0;
  const refused = staffOnly.includes(name) && statusCode === 401;
  if (statusCode !== 200 && !done && !refused)
    throw new Error(`${name} did not answer its call: ${JSON.stringify(answer)}`);
}
