import { createHash } from 'node:crypto';
import { newIdempotencyKey } from '../../../lib/client/client';
import { keys } from '../../../lib/table/keys';
import { INCOMING } from '../../../lib/table/profile/avatar';
import { ladenPictures } from './pictures';
import { proveClosing } from './rights';
import { agree, codeOf, demand, type Person, type Running, within } from './running';

const SOON_MS = 30_000;
const MAX_FILE_BYTES = 4_000_000;
/** What ends somebody's data, by its kind of process. */
const ENDING = ['erasure', 'end-account'];

/** What ends the consent that a picture rests on, each in its own way. */
const ends: Record<string, (me: Person) => Promise<unknown>> = {
  'the withdrawal': (me) => agree(me, 'profile', false),
  'the erasure of the part': async ({ api }) => {
    const { consents } = await api.consent.status();
    const seenEntry = consents.find(({ purpose }) => purpose === 'profile')?.seenEntry ?? 0;
    return api.rights.erasePart({ purpose: 'profile', seenEntry, idempotencyKey: await newIdempotencyKey() });
  },
  'the end of the account': async (me) => {
    await me.api.rights.close({}, await proveClosing(me, 'close'));
    return me.api.rights.closeNow({}, await proveClosing(me, 'closeNow'));
  },
};

/**
 * K3, C7: an address for a picture that somebody was given before what it rests on ended. It takes the file still, for S3 knows
 * nothing of that; but the file is nobody's picture, and stays named by what deletes it until no address can bring one.
 */
export async function lateUpload(running: Running): Promise<string> {
  const [sample] = ladenPictures;
  demand(sample !== undefined, 'there is no picture to send');
  const [contentType, file] = sample;
  const sha256 = createHash('sha256').update(file).digest('hex');
  for (const [what, end] of Object.entries(ends)) {
    const me = await running.person();
    await agree(me, 'profile');
    const ticket = await me.api.profile.requestAvatarUpload({ contentType, bytes: file.length, sha256 });
    const { url, method, headers, uploadId } = ticket;
    const name = new URL(url).pathname.split('/').slice(-2).join('/');
    demand(name.startsWith(INCOMING), 'the address is of another form: the check proves nothing');
    // Whose session has ended is nobody to the client any more.
    const { pk } = keys.person(me.subjectId());
    const theirs = async () => (await running.scan()).filter((item) => item.pk === pk);
    await end(me);
    // Only once the erasure has been through is it known what it leaves.
    const rests = async () => (await theirs()).filter(({ kind }) => ENDING.includes(`${kind}`));
    const waits = async () => (await rests()).every(({ dueAt }) => Date.parse(`${dueAt}`) > Date.now());
    demand(await within(SOON_MS, waits), `${what} does not come about`);
    const sent = await fetch(url, { method, headers, body: new Uint8Array(file) });
    const late = await codeOf(me.api.profile.confirmAvatar({ uploadId }));
    demand(late !== 'OK', `a picture that came after ${what} is taken`);
    if (!sent.ok) continue;
    const isNamed = (await theirs()).some(
      ({ objects, openUntilSeconds }) =>
        (objects as string[] | undefined)?.includes(name) && Number(openUntilSeconds) * 1000 > Date.now(),
    );
    const isGone = (await running.deps.objects.read(name, MAX_FILE_BYTES)) === undefined;
    const isAwaited = (await rests()).length > 0;
    demand(isGone || (isNamed && isAwaited), `a file that came after ${what} is named nowhere`);
  }
  return `an address used after ${Object.keys(ends).join(', ')}: the file is taken for no picture, and named until it goes`;
}
