import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import {
  type Api,
  ApiError,
  createClient,
  httpTransport,
  memoryTokenStore,
  newIdempotencyKey,
  type TokenStore,
} from '../../../lib/client/client';
import { readConfig } from '../../../lib/config';
import { parseToken } from '../../../lib/crypto/token';
import { buildDeps, type Deps } from '../../../lib/deps';
import { keys } from '../../../lib/table/keys';
import { patientLimits } from '../patient';
import { startService } from '../service';

/** A key for one act that is not to happen twice. */
export const once = async () => ({ idempotencyKey: await newIdempotencyKey() });

/** A promise is not kept. The message is the evidence. */
export class Broken extends Error {}

/** Says that the promise is broken unless `holds`. */
export function demand(holds: boolean, evidence: string): asserts holds {
  if (!holds) throw new Broken(evidence);
}

export type Person = {
  api: Api;
  token: TokenStore;
  openid: string;
  /** What a tap on the phone button gives; another appid makes WeChat's answer bear its watermark. */
  phoneCode(phone: string, appid?: string): Promise<string>;
  /** A fresh wx.login code of this person, in our mini-program or in another one. */
  code(appid?: string): Promise<string>;
  subjectId(): string;
};

/** A fresh service under examination: from outside over HTTP, and from below through its raw table and its log. */
export type Running = {
  api: string;
  environment: Record<string, string>;
  /** Everything the functions and their host have written. */
  lines: string[];
  /** A new WeChat person, not yet signed in; `as` says what WeChat knows of them. */
  stranger(device?: string, as?: { unionid?: string; rank?: number }): Promise<Person>;
  /** Changes what WeChat knows of a person. */
  known(person: Person, as: { unionid?: string; rank?: number }): Promise<void>;
  /** Says what a partner's next calls come to. */
  trouble(path: string, kind: string, calls: number): Promise<void>;
  /** A new person, signed in. */
  person(device?: string): Promise<Person>;
  /** A new person, signed in, who has agreed to cards. */
  cardHolder(device?: string): Promise<Person>;
  /** Another device of the same person, signed in. */
  device(person: Person, name: string): Promise<Person>;
  /** Every raw item of both tables. */
  scan(): Promise<Record<string, unknown>[]>;
  raw: DynamoDBDocument;
  tableName: string;
  /** The service's own parts over the same table, for what is not reachable over HTTP. */
  deps: Deps;
  stop(): Promise<void>;
};

export type Act = Parameters<Api['consent']['grant']>[0];

/** A well-formed act on the policy in force. */
export async function actOn(api: Api, seenEntry: number, purpose: Act['purpose'] = 'cards'): Promise<Act> {
  const { version: policyVersion, textHash } = await api.consent.policy();
  const evidence = { control: 'consent.agree', defaultState: 'unchecked', dwellMs: 5000 } as const;
  const idempotencyKey = await newIdempotencyKey();
  return { purpose, seenEntry, policyVersion, textHash, language: 'zh-CN', evidence, idempotencyKey };
}

/** A consent given, or taken back, as the policy in force asks for it. */
export async function agree({ api }: Person, purpose: Act['purpose'], granted = true): Promise<void> {
  const { consents } = await api.consent.status();
  const seenEntry = consents.find((one) => one.purpose === purpose)?.seenEntry ?? 0;
  const made = await actOn(api, seenEntry, purpose);
  await (granted ? api.consent.grant(made) : api.consent.withdraw(made));
}

/** What is in a person's partition, raw. */
export async function partitionOf({ scan }: Running, person: Person): Promise<Record<string, unknown>[]> {
  const { pk } = keys.person(person.subjectId());
  return (await scan()).filter((item) => item.pk === pk);
}

/** The code a call is refused with, or OK. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'OK';
  } catch (error) {
    return error instanceof ApiError ? error.code : String(error);
  }
}

export { within } from '../within';

import { post } from '../post';

/** Every byte of the items as text, binary included, to look for what should not be there. */
export function textOf(items: unknown): string {
  return JSON.stringify(items, (_, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  );
}

/** Starts a fresh service on free ports. */
export async function startRunning(sealSuite: 'aes' | 'sm' = 'aes'): Promise<Running> {
  const lines: string[] = [];
  const service = await startService({ sealSuite, onRawLog: (line) => lines.push(line) });
  const { environment, sandbox } = service.services;
  const config = readConfig(environment);
  const raw = DynamoDBDocument.from(
    new DynamoDBClient({ region: config.SERVICE_REGION, endpoint: config.TABLE_ENDPOINT }),
  );

  function personOf(openid: string, device: string): Person {
    const token = memoryTokenStore();
    const transport = httpTransport({ baseUrl: service.api, device, version: '1.0.0' });
    return {
      api: createClient({ transport, token }),
      token,
      openid,
      phoneCode: async (phone, appid) =>
        (await post(`${sandbox}/sandbox/people/${openid}/phone-code`, { phone, ...(appid && { appid }) }))
          .code ?? '',
      code: async (appid) =>
        (await post(`${sandbox}/sandbox/people/${openid}/code`, appid ? { appid } : {})).code ?? '',
      subjectId: () => parseToken(token.get() ?? '')?.subjectId ?? '',
    };
  }
  const signIn = async (person: Person): Promise<Person> => {
    await person.api.login.signIn({ code: await person.code() });
    return person;
  };
  const stranger: Running['stranger'] = async (device = 'iPhone', as = {}) => {
    const { openid = '' } = await post(`${sandbox}/sandbox/people`, as);
    return personOf(openid, device);
  };
  const person = async (device?: string) => signIn(await stranger(device));
  return {
    api: service.api,
    environment,
    lines,
    stranger,
    person,
    async cardHolder(device) {
      const holder = await person(device);
      await holder.api.consent.grant(await actOn(holder.api, 0));
      return holder;
    },
    async known({ openid }, as) {
      await post(`${sandbox}/sandbox/people`, { openid, ...as });
    },
    async trouble(path, kind, calls) {
      await post(`${sandbox}/sandbox/faults`, { path, kind, calls });
    },
    device: ({ openid }, name) => signIn(personOf(openid, name)),
    async scan() {
      const items: Record<string, unknown>[] = [];
      for (const TableName of [config.TABLE_NAME, config.PLACES_TABLE_NAME]) {
        let after: Record<string, unknown> | undefined;
        do {
          const page = await raw.scan({ TableName, ...(after && { ExclusiveStartKey: after }) });
          items.push(...(page.Items ?? []));
          after = page.LastEvaluatedKey;
        } while (after);
      }
      return items;
    },
    raw,
    tableName: config.TABLE_NAME,
    deps: buildDeps(config, { log: () => {}, limits: patientLimits }),
    stop: service.stop,
  };
}

/** What the table keeps beside an entry of a ledger, and no checksum covers. */
export const besideAnEntry = ['pk', 'sk', 'entity', 'createdAtSeconds', 'touchedBy'];
