import { readdir } from 'node:fs/promises';
import { type ObjectStore, startObjectStore } from '../../infra/local/objects';
import type { Deps } from '../../lib/deps';
import type { Call } from '../../lib/gate/call';
import { dispatch } from '../../lib/gate/dispatch';
import { createObjects, type Objects } from '../../lib/partner/objects';
import { grant } from '../support/consent';
import { type Caller, createWorld, functions, type World } from '../support/world';
import { announce } from './budget-rows';

export const AVATAR = { bucket: 'test-objects', accessKeyId: 'local', secretAccessKey: 'local' };

/** A world whose files lie in the local object store, reached by the very partner that runs in the cloud. */
export type Stage = World & {
  store: ObjectStore;
  /** The names of every file there is. */
  stored(): Promise<string[]>;
  /** Signs in and grants purposes. */
  person(openid: string, ...purposes: string[]): Promise<Caller>;
  /** Asks for an upload and sends the file; answers the upload's id. */
  upload(caller: Caller, bytes: Buffer, contentType?: string): Promise<string>;
  /** The whole way of an avatar. */
  avatar(caller: Caller, bytes: Buffer, contentType?: string): Promise<{ avatarId: string }>;
  /** A call through the gate with other parts than the world's: a code, or `OK`. */
  with(deps: Partial<Deps>, path: string, input: unknown, by: Partial<Call>): Promise<string>;
  end(): Promise<void>;
};

export type Ticket = { uploadId: string; url: string; headers: Record<string, string>; expiresAt: string };

export async function createStage(): Promise<Stage> {
  let store: ObjectStore | undefined;
  let now = () => 0;
  const starting = startObjectStore({ ...AVATAR, clock: { now: () => now() } });
  store = await starting;
  const { endpoint, bucket, folder } = store;
  const world = await createWorld({
    objects: (clock) => {
      now = clock.now;
      return createObjects({ bucket, region: 'cn-north-1', endpoint, clock, log: () => {} });
    },
  });
  const { ok } = world;
  const stage: Stage = {
    ...world,
    store,
    async stored() {
      const found = await readdir(folder, { recursive: true, withFileTypes: true });
      return found
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => `${parentPath}/${name}`.slice(folder.length + 1));
    },
    async person(openid, ...purposes) {
      const caller = await world.signIn(openid);
      for (const purpose of purposes) await grant(world, caller, purpose);
      return caller;
    },
    async upload(caller, bytes, contentType = 'image/png') {
      const ticket = await ok<Ticket>('profile/requestAvatarUpload', announce(bytes, contentType), caller);
      expect(await put(ticket, bytes)).toBe(200);
      return ticket.uploadId;
    },
    async avatar(caller, bytes, contentType) {
      const uploadId = await stage.upload(caller, bytes, contentType);
      return ok('profile/confirmAvatar', { uploadId }, caller);
    },
    async with(deps, path, input, by) {
      const [name = '', operation = ''] = path.split('/');
      const call = {
        requestId: 'r',
        host: 'test',
        trigger: 'client',
        address: '203.0.113.7',
        operation,
        input,
        ...by,
      } as const;
      const reply = await dispatch({ ...world.deps, ...deps }, name, functions[name] ?? {}, call);
      return reply.ok ? 'OK' : reply.error.code;
    },
    end: () => store.stop(),
  };
  return stage;
}

/** Sends a file to an upload's address; answers the status. */
export async function put(
  { url, headers }: Ticket,
  body: Buffer,
  change: Record<string, string> = {},
): Promise<number> {
  const response = await fetch(url, {
    method: 'PUT',
    headers: { ...headers, ...change },
    body: new Uint8Array(body),
  });
  await response.arrayBuffer();
  return response.status;
}

/** The partner with something happening at one of its acts. */
export function during(
  objects: Objects,
  act: keyof Objects,
  before: () => Promise<unknown>,
  after?: () => Promise<unknown>,
): Objects {
  const original = objects[act] as (...args: unknown[]) => Promise<unknown>;
  const changed = async (...args: unknown[]) => {
    await before();
    const answer = await original(...args);
    await after?.();
    return answer;
  };
  return { ...objects, [act]: changed };
}
