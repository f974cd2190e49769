import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { APPEARING_SECONDS } from '../../functions/profile/request-avatar-upload';
import { MINUTE_MS } from '../../lib/clock';
import { parseToken } from '../../lib/crypto/token';
import { AppError } from '../../lib/errors';
import { isBareJpeg } from '../../lib/picture/jpeg';
import { runProcess } from '../../lib/process/run';
import { keys } from '../../lib/table/keys';
import type { ProcessRef } from '../../lib/table/process/process';
import { fields, ladenJpeg, ladenPng, ladenWebp, marks, plainJpeg, png } from '../picture/samples';
import { grant, withdraw } from '../support/consent';
import { type Caller, onceKey } from '../support/world';
import { announce } from './budget-rows';
import { createStage, during, put, type Stage, type Ticket } from './stage';

let stage: Stage;
let me: Caller;
const picture = png(fields(64, 64));
const other = png(fields(48, 96));
const MAKING_MS = 30_000;
const APPEARING_MS = APPEARING_SECONDS * 1000;

beforeAll(async () => {
  stage = await createStage();
});
/** Somebody new for each test, with no file of anybody left in the store. */
beforeEach(async () => {
  for (const name of await stage.stored()) await rm(join(stage.store.folder, name));
  me = await stage.person(`me-${onceKey()}`, 'profile');
});
afterAll(() => stage.end());

type Shown = { avatarId: string; width: number; base64?: string };
const shown = () => stage.ok<Shown>('profile/getAvatar', {}, me);
/** Where the last process that was asked for has come to. */
async function erase(): Promise<string> {
  const message = stage.queued.at(-1);
  return (await stage.ok<{ outcome: string }>('retention/runProcess', message, { trigger: 'queue' })).outcome;
}
const down = () => Promise.reject(new AppError('PARTNER_UNAVAILABLE'));
/** Items of this person's avatar, whatever their epoch. */
const items = async () =>
  (await stage.scan(keys.person(parseToken(me.token)?.subjectId ?? '').pk)).filter((item) =>
    JSON.stringify(item.sk).includes('DATA#profile#avatar'),
  );

describe('an avatar (C7)', () => {
  it.each([
    ['image/jpeg', () => ladenJpeg(6)],
    ['image/png', () => ladenPng()],
    ['image/webp', () => ladenWebp()],
  ] as const)(
    'from a laden %s: uploaded, drawn anew, shown; the original is gone and nothing of it is left',
    async (type, make) => {
      const original = await make();
      const { avatarId } = await stage.avatar(me, original, type);
      const { base64 = '', ...description } = await shown();
      const content = Buffer.from(base64, 'base64');
      expect(isBareJpeg(content)).toBe(true);
      expect(description).toMatchObject({
        avatarId,
        contentType: 'image/jpeg',
        width: type === 'image/jpeg' ? 384 : 512,
      });
      expect(await stage.stored()).toEqual([expect.stringMatching(/^avatars\/[\w-]{22}$/)]);
      const [name = ''] = await stage.stored();
      const raw = await readFile(join(stage.store.folder, name));
      for (const mark of Object.values(marks)) {
        expect(content.includes(mark)).toBe(false);
        expect(raw.includes(mark)).toBe(false);
      }
      // Where it lies it is sealed under the person's own key (S5).
      expect(raw.includes(content.subarray(0, 20))).toBe(false);
    },
  );

  it('is not sent again to who has it already', async () => {
    const { avatarId } = await stage.avatar(me, picture);
    expect(await stage.ok('profile/getAvatar', { knownId: avatarId }, me)).not.toHaveProperty('base64');
    expect(await stage.refused('profile/getAvatar', {}, await stage.person('other', 'profile'))).toBe(
      'NOT_FOUND',
    );
  });

  it('that is replaced or removed is deleted', async () => {
    await stage.avatar(me, picture);
    const [first] = await stage.stored();
    await stage.avatar(me, other);
    const now = await stage.stored();
    expect(now).toHaveLength(1);
    expect(now[0]).not.toBe(first);
    for (let times = 0; times < 2; times += 1) {
      expect(await stage.ok('profile/removeAvatar', {}, me)).toEqual({ removed: true });
      expect(await stage.stored()).toEqual([]);
    }
    expect(await stage.refused('profile/getAvatar', {}, me)).toBe('NOT_FOUND');
  });

  it('moved under the name of another file does not open', async () => {
    await stage.avatar(me, picture);
    const you = await stage.person(`you-${onceKey()}`, 'profile');
    await stage.avatar(you, other);
    const [mine = '', yours = ''] = await stage.stored();
    const folder = stage.store.folder;
    const both = [await readFile(join(folder, mine)), await readFile(join(folder, yours))] as const;
    await writeFile(join(folder, mine), both[1]);
    await writeFile(join(folder, yours), both[0]);
    expect(await stage.refused('profile/getAvatar', {}, me)).toBe('INTERNAL');
    expect(await stage.refused('profile/getAvatar', {}, you)).toBe('INTERNAL');
  });
});

describe('an upload', () => {
  const ask = (bytes = picture, type = 'image/png') =>
    stage.ok<Ticket>('profile/requestAvatarUpload', announce(bytes, type), me);

  it('takes exactly what was announced: these bytes, this length, this type', async () => {
    const ticket = await ask();
    const changed = Buffer.from(picture);
    changed[50] = (changed[50] ?? 0) ^ 1;
    expect(await put(ticket, changed)).toBe(400);
    expect(await put(ticket, Buffer.concat([picture, Buffer.from('x')]))).toBe(403);
    expect(await put(ticket, picture, { 'content-type': 'text/html' })).toBe(403);
    expect(
      await put({ ...ticket, url: ticket.url.replace(/incoming\/[\w-]+/, 'avatars/mine') }, picture),
    ).toBe(403);
    expect((await fetch(ticket.url)).status).toBe(403);
    expect(await stage.stored()).toEqual([]);
    expect(await put(ticket, picture)).toBe(200);
  });

  it('is over after five minutes, for the file and for the confirmation', async () => {
    const late = await ask();
    const early = await ask(other);
    expect(await put(early, other)).toBe(200);
    stage.wait(5 * MINUTE_MS);
    expect(await put(late, picture)).toBe(403);
    expect(await stage.refused('profile/confirmAvatar', { uploadId: early.uploadId }, me)).toBe('NOT_FOUND');
    await ask();
    expect(await stage.stored()).toEqual([]);
  });

  it('that has not arrived can be confirmed later, however often it was asked', async () => {
    const ticket = await ask();
    const confirm = () => stage.refused('profile/confirmAvatar', { uploadId: ticket.uploadId }, me);
    for (let times = 0; times < 5; times += 1) expect(await confirm()).toBe('NOT_NOW');
    await put(ticket, picture);
    expect(await confirm()).toBe('OK');
  });

  it('of another person looks like none', async () => {
    const uploadId = await stage.upload(me, picture);
    const you = await stage.person(`you-${onceKey()}`, 'profile');
    expect(await stage.refused('profile/confirmAvatar', { uploadId }, you)).toBe('NOT_FOUND');
    expect(await stage.refused('profile/confirmAvatar', { uploadId: 'A'.repeat(22) }, you)).toBe('NOT_FOUND');
    expect(await stage.refused('profile/confirmAvatar', { uploadId }, me)).toBe('OK');
  });

  it('confirmed twice answers the same, and a file sent once more is found by the erasure', async () => {
    const ticket = await ask();
    await put(ticket, picture);
    const confirm = () => stage.ok('profile/confirmAvatar', { uploadId: ticket.uploadId }, me);
    const first = await confirm();
    expect(await confirm()).toEqual(first);
    expect(await put(ticket, picture)).toBe(200);
    expect(await stage.stored()).toHaveLength(2);
    await withdraw(stage, me, 'profile');
    stage.wait(APPEARING_MS);
    await stage.work();
    expect(await stage.stored()).toEqual([]);
  });

  it('ends the one before it', async () => {
    const uploadId = await stage.upload(me, picture);
    await stage.upload(me, other);
    expect(await stage.refused('profile/confirmAvatar', { uploadId }, me)).toBe('NOT_FOUND');
    expect(await stage.stored()).toHaveLength(1);
  });

  it('that is not what it claims is refused, deleted and over; the avatar stays as it was', async () => {
    const { avatarId } = await stage.avatar(me, other);
    const wrong: [Buffer, string][] = [
      [await plainJpeg(fields(32, 32)), 'image/png'],
      [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/png'],
      [picture.subarray(0, -20), 'image/png'],
    ];
    for (const [bytes, type] of wrong) {
      const uploadId = await stage.upload(me, bytes, type);
      expect(await stage.refused('profile/confirmAvatar', { uploadId }, me)).toBe('INVALID_INPUT');
      expect(await stage.refused('profile/confirmAvatar', { uploadId }, me)).toBe('NOT_FOUND');
    }
    expect(await stage.stored()).toHaveLength(1);
    expect((await shown()).avatarId).toBe(avatarId);
  });

  it('whose bytes are others than announced is refused, should the store ever let them in', async () => {
    const uploadId = await stage.upload(me, picture);
    const [name = ''] = await stage.stored();
    await writeFile(join(stage.store.folder, name), other);
    expect(await stage.refused('profile/confirmAvatar', { uploadId }, me)).toBe('INVALID_INPUT');
    expect(await stage.stored()).toEqual([]);
  });

  it('too large, of another type or with a false checksum is not even asked for', async () => {
    const asked = (change: object) =>
      stage.refused('profile/requestAvatarUpload', { ...announce(picture), ...change }, me);
    expect(await asked({ bytes: 2 * 1024 * 1024 + 1 })).toBe('INVALID_INPUT');
    expect(await asked({ bytes: 0 })).toBe('INVALID_INPUT');
    expect(await asked({ contentType: 'image/gif' })).toBe('INVALID_INPUT');
    expect(await asked({ sha256: 'ab' })).toBe('INVALID_INPUT');
    expect(await asked({ key: 'avatars/x' })).toBe('INVALID_INPUT');
    expect(await asked({})).toBe('OK');
  });

  it('is limited to ten an hour (A7)', async () => {
    for (let times = 0; times < 10; times += 1) await ask();
    expect(await stage.refused('profile/requestAvatarUpload', announce(picture), me)).toBe(
      'TOO_MANY_ATTEMPTS',
    );
    stage.wait(60 * MINUTE_MS);
    await ask();
  });
});

describe('withdrawing (K3)', () => {
  it('hides the avatar at once, and the erasure takes every file, whatever state it was in', async () => {
    await stage.avatar(me, picture);
    await stage.upload(me, other);
    expect(await stage.stored()).toHaveLength(2);
    await withdraw(stage, me, 'profile');
    for (const [path, input] of [
      ['profile/getAvatar', {}],
      ['profile/requestAvatarUpload', announce(picture)],
      ['profile/confirmAvatar', { uploadId: 'A'.repeat(22) }],
    ] as const) {
      expect(await stage.refused(path, input, me)).toBe('CONSENT_REQUIRED');
    }
    expect(await erase()).toBe('waits');
    expect(await stage.stored()).toEqual([]);
    stage.wait(APPEARING_MS);
    expect(await erase()).toBe('done');
    expect(await stage.stored()).toEqual([]);
    expect(await items()).toEqual([]);
  });

  it.each(['uploadAddress', 'read', 'write', 'remove'] as const)(
    'in the middle of a call, at %s, before and after: nothing is shown and no file outlives the erasure',
    async (act) => {
      await stage.avatar(me, other);
      for (const when of ['before', 'after'] as const) {
        let done = false;
        const once = async () => {
          if (done) return;
          done = true;
          await withdraw(stage, me, 'profile');
        };
        const nothing = async () => {};
        const objects = during(
          stage.deps.objects,
          act,
          when === 'before' ? once : nothing,
          when === 'after' ? once : nothing,
        );
        const ticket = announce(picture);
        if (act === 'uploadAddress') await stage.with({ objects }, 'profile/requestAvatarUpload', ticket, me);
        else {
          const uploadId = await stage.upload(me, picture);
          await stage.with({ objects }, 'profile/confirmAvatar', { uploadId }, me);
        }
        expect(done).toBe(true);
        expect(await stage.refused('profile/getAvatar', {}, me)).toBe('CONSENT_REQUIRED');
        stage.wait(APPEARING_MS);
        expect(await erase()).toBe('done');
        expect(await stage.stored()).toEqual([]);
        expect(await items()).toEqual([]);
        await grant(stage, me, 'profile');
        expect(await stage.refused('profile/getAvatar', {}, me)).toBe('NOT_FOUND');
      }
    },
  );

  it('while a picture is being written by a call that then dies: the erasure waits and finds it', async () => {
    const uploadId = await stage.upload(me, picture);
    const dying = during({ ...stage.deps.objects, remove: down }, 'write', () =>
      withdraw(stage, me, 'profile'),
    );
    expect(await stage.with({ objects: dying }, 'profile/confirmAvatar', { uploadId }, me)).toBe(
      'PARTNER_UNAVAILABLE',
    );
    expect(await stage.stored()).toHaveLength(2);
    expect(await erase()).toBe('waits');
    expect(await stage.stored()).toEqual([]);
    expect(await items()).toHaveLength(1);
    stage.wait(APPEARING_MS);
    expect(await erase()).toBe('done');
    expect(await items()).toEqual([]);
  });

  it('is erased in full when the partner fails at first, and recorded once', async () => {
    await stage.avatar(me, picture);
    stage.wait(APPEARING_MS);
    await withdraw(stage, me, 'profile');
    const broken = { ...stage.deps.objects, remove: down };
    const message = stage.queued.at(-1);
    const failing = { ...stage.deps, objects: broken };
    expect(await runProcess(failing, message as ProcessRef, 'failing')).toMatchObject({ outcome: 'failed' });
    expect(await items()).toHaveLength(1);
    expect(await erase()).toBe('waits'); // the partner is not asked again at once
    stage.wait(APPEARING_MS);
    expect(await stage.ok('retention/runProcess', message, { trigger: 'queue' })).toEqual({
      outcome: 'done',
      count: 1,
    });
    expect(await stage.ok('retention/runProcess', message, { trigger: 'queue' })).toEqual({
      outcome: 'already-done',
      count: 0,
    });
    expect(await stage.stored()).toEqual([]);
    const { entries, intact } = await stage.ok<{ entries: { act: string }[]; intact: boolean }>(
      'consent/history',
      {},
      me,
    );
    expect(entries.filter(({ act }) => act === 'erasure.done')).toHaveLength(1);
    expect(intact).toBe(true);
  });

  it('and granting again does not lose the names of what is still to be erased', async () => {
    await stage.avatar(me, picture);
    await withdraw(stage, me, 'profile');
    await grant(stage, me, 'profile');
    expect(await stage.refused('profile/getAvatar', {}, me)).toBe('NOT_FOUND');
    expect(await stage.refused('profile/requestAvatarUpload', announce(picture), me)).toBe('BUSY');
    stage.wait(APPEARING_MS);
    expect(await erase()).toBe('done');
    await stage.avatar(me, other);
    expect(await stage.stored()).toHaveLength(1);
  });
});

describe('an address that still takes a file when the consent ends (K3, C7)', () => {
  const ask = (bytes: Buffer) => stage.ok<Ticket>('profile/requestAvatarUpload', announce(bytes), me);
  /** The erasure while an address is open, and after a file was sent to each of them. */
  async function eraseAround(open: Ticket[], bytes: Buffer[]): Promise<void> {
    await withdraw(stage, me, 'profile');
    expect(await erase()).toBe('waits');
    expect(await stage.stored()).toEqual([]);
    for (const [index, ticket] of open.entries())
      expect(await put(ticket, bytes[index] ?? picture)).toBe(200);
    expect(await stage.stored()).toHaveLength(open.length);
    expect(await erase()).toBe('waits');
    stage.wait(APPEARING_MS);
    for (const ticket of open) expect(await put(ticket, picture)).toBe(403);
    expect(await erase()).toBe('done');
    expect(await stage.stored()).toEqual([]);
    expect(await items()).toEqual([]);
  }

  it('keeps the erasure waiting, so that no raw file is left behind', async () => {
    await eraseAround([await ask(picture)], [picture]);
  });

  it('is not forgotten when another one is asked for, nor once the picture is shown or removed', async () => {
    const first = await ask(picture);
    const second = await ask(other);
    await put(second, other);
    await stage.ok('profile/confirmAvatar', { uploadId: second.uploadId }, me);
    await stage.ok('profile/removeAvatar', {}, me);
    await eraseAround([first, second], [picture, other]);
  });

  it('is forgotten with its end, so that the names do not pile up', async () => {
    for (let times = 0; times < 4; times += 1) {
      await ask(picture);
      stage.wait(APPEARING_MS);
    }
    const [item] = await items();
    expect(item?.objects).toMatchObject({ L: [expect.anything()] });
  });
});

describe('dying on the way', () => {
  it('between the object and its record: nothing is shown, it can be confirmed again, and one file is left', async () => {
    await stage.avatar(me, other);
    const { avatarId: before } = await shown();
    const uploadId = await stage.upload(me, picture);
    const { table } = stage.deps;
    let writes = 0;
    const dying = {
      ...table,
      write: (...all: Parameters<typeof table.write>) => {
        writes += 1;
        return writes === 2 ? Promise.reject(new Error('the instance died')) : table.write(...all);
      },
    };
    const dead = { ...stage.deps.objects, remove: () => Promise.reject(new Error('the instance died')) };
    expect(await stage.with({ table: dying, objects: dead }, 'profile/confirmAvatar', { uploadId }, me)).toBe(
      'INTERNAL',
    );
    expect((await shown()).avatarId).toBe(before);
    expect(await stage.stored()).toHaveLength(3);
    expect(await stage.refused('profile/confirmAvatar', { uploadId }, me)).toBe('BUSY');
    stage.wait(MAKING_MS);
    expect(await stage.ok('profile/confirmAvatar', { uploadId }, me)).toMatchObject({ avatarId: uploadId });
    expect(await stage.stored()).toHaveLength(1);
  });

  it('between the record and the deletion of the old file: asking again finishes it', async () => {
    await stage.avatar(me, other);
    const uploadId = await stage.upload(me, picture);
    const dead = { ...stage.deps.objects, remove: down };
    expect(await stage.with({ objects: dead }, 'profile/confirmAvatar', { uploadId }, me)).toBe(
      'PARTNER_UNAVAILABLE',
    );
    expect((await shown()).avatarId).toBe(uploadId);
    expect(await stage.stored()).toHaveLength(3);
    await stage.ok('profile/confirmAvatar', { uploadId }, me);
    expect(await stage.stored()).toHaveLength(1);
  });

  it('three looks at one upload are all there are, when each of them dies', async () => {
    const uploadId = await stage.upload(me, picture);
    const dead = { ...stage.deps.objects, write: down };
    for (let times = 0; times < 3; times += 1) {
      expect(await stage.with({ objects: dead }, 'profile/confirmAvatar', { uploadId }, me)).toBe(
        'PARTNER_UNAVAILABLE',
      );
      stage.wait(MAKING_MS);
    }
    expect(await stage.refused('profile/confirmAvatar', { uploadId }, me)).toBe('NOT_FOUND');
    await stage.avatar(me, picture);
    expect(await stage.stored()).toHaveLength(1);
  });

  it('with the partner down: a clear error, nothing half-written, a safe repeat', async () => {
    const uploadId = await stage.upload(me, picture);
    const objects = { ...stage.deps.objects, read: down };
    expect(await stage.with({ objects }, 'profile/confirmAvatar', { uploadId }, me)).toBe(
      'PARTNER_UNAVAILABLE',
    );
    expect(await stage.refused('profile/getAvatar', {}, me)).toBe('NOT_FOUND');
    expect(await stage.refused('profile/confirmAvatar', { uploadId }, me)).toBe('OK');
  });
});

describe('at the same moment', () => {
  it('two confirmations of one upload make one avatar', async () => {
    const uploadId = await stage.upload(me, picture);
    const both = await Promise.all(
      [1, 2, 3].map(() => stage.refused('profile/confirmAvatar', { uploadId }, me)),
    );
    expect(both.filter((code) => code === 'OK').length).toBeGreaterThanOrEqual(1);
    for (const code of both) expect(['OK', 'BUSY', 'VERSION_CONFLICT']).toContain(code);
    expect(await stage.stored()).toHaveLength(1);
    expect((await shown()).avatarId).toBe(uploadId);
  });

  it('of several uploads asked for at once, one is open', async () => {
    const input = announce(picture);
    const all = await Promise.all(
      [1, 2, 3, 4].map(() => stage.refused('profile/requestAvatarUpload', input, me)),
    );
    expect(all.filter((code) => code === 'OK').length).toBeGreaterThanOrEqual(1);
    for (const code of all) expect(['OK', 'VERSION_CONFLICT']).toContain(code);
  });

  it('a new upload asked for while a picture is being made: the picture is not shown and its file is deleted', async () => {
    const uploadId = await stage.upload(me, picture);
    const objects = during(stage.deps.objects, 'write', async () => {
      await stage.ok('profile/requestAvatarUpload', announce(other), me);
    });
    expect(await stage.with({ objects }, 'profile/confirmAvatar', { uploadId }, me)).toBe('VERSION_CONFLICT');
    expect(await stage.refused('profile/getAvatar', {}, me)).toBe('NOT_FOUND');
    stage.wait(MAKING_MS);
    await stage.avatar(me, other);
    expect(await stage.stored()).toHaveLength(1);
  });
});
