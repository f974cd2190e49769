import { createHash } from 'node:crypto';
import { newIdempotencyKey } from '../../../lib/client/client';
import { toEpochSeconds } from '../../../lib/clock';
import { serviceIds } from '../../../lib/policy/services';
import { inPictures, ladenPictures } from './pictures';
import { staffClient } from './registers';
import {
  agree,
  codeOf,
  demand,
  once,
  type Person,
  partitionOf,
  type Running,
  textOf,
  within,
} from './running';

type Picture = { base64: string; width?: number | undefined; height?: number | undefined };

const ERASED_WITHIN_MS = 15_000;
/** An upload address with the end of a transfer that began in time. */
const ADDRESS_SECONDS = 360;

/** What lies in a person's partition for a purpose, raw. */
async function resting(running: Running, person: Person, purpose: string) {
  const items = await partitionOf(running, person);
  return items.filter(({ sk }) => String(sk).startsWith(`DATA#${purpose}#`));
}

const nothingRests = (running: Running, person: Person, purpose: string) =>
  within(ERASED_WITHIN_MS, async () => (await resting(running, person, purpose)).length === 0);

/** C7: pictures lose their metadata before they are stored. */
export async function cleanPictures(running: Running): Promise<string> {
  const me = await running.person();
  await agree(me, 'profile', true);
  for (const [contentType, file] of ladenPictures) {
    const marks = Object.values(inPictures);
    demand(
      marks.every((mark) => file.includes(mark)),
      `the ${contentType} sample has lost its metadata`,
    );
    const sha256 = createHash('sha256').update(file).digest('hex');
    const ticket = await me.api.profile.requestAvatarUpload({ contentType, bytes: file.length, sha256 });
    const { method, headers } = ticket;
    const sent = await fetch(ticket.url, { method, headers, body: new Uint8Array(file) });
    demand(sent.ok, `the upload of ${contentType} was answered with ${sent.status}`);
    await me.api.profile.confirmAvatar({ uploadId: ticket.uploadId });
    const { base64 = '', width, height } = await me.api.profile.getAvatar({});
    demandClean(`the avatar made from ${contentType}`, { base64, width, height });
    const kept = await keptFiles(running, me);
    demand(kept.length === 1, `${kept.length} files are kept of one avatar`);
    demand(!kept.some(isMarked), `a kept file of ${contentType} says more than its picture`);
  }
  await cleanLogos(await running.cardHolder());
  const names = await namesOf(running, me);
  await agree(me, 'profile', false);
  const gone = async () =>
    (await Promise.all(names.map((name) => running.deps.objects.read(name, 4_000_000)))).every(
      (file) => file === undefined,
    );
  demand(await within(ERASED_WITHIN_MS, gone), 'a file outlived the withdrawal by 15 s');
  // The record waits, and names what is to be deleted, as long as an address may still bring a file.
  const seconds = toEpochSeconds(Date.now());
  for (const { openUntilSeconds } of await resting(running, me, 'profile'))
    demand(
      Number(openUntilSeconds ?? 0) - seconds <= ADDRESS_SECONDS,
      'the record waits longer than any address lives',
    );
  return `${ladenPictures.length} pictures with EXIF, XMP, profile and texts, as avatar and as a card's logo: none of it in what is shown or kept, all upright; file gone after the withdrawal, the record when no address can bring one any more`;
}

/** What a picture says besides itself: the marks of the samples, and the blocks that hold such things. */
const isMarked = (content: Buffer) =>
  [...Object.values(inPictures), 'Exif', 'xmpmeta', 'ICC_PROFILE'].some((mark) => content.includes(mark));

function demandClean(what: string, { base64, width, height }: Picture): void {
  demand(width === 24 && height === 32, `${what} does not stand upright: ${width}×${height}`);
  demand(!isMarked(Buffer.from(base64, 'base64')), `${what} says more than its picture`);
}

async function cleanLogos({ api }: Person): Promise<void> {
  const card = await api.cards.create({ name: '标识', idempotencyKey: await newIdempotencyKey() });
  let { version } = card;
  for (const [contentType, file] of ladenPictures) {
    const set = { cardId: card.cardId, version, picture: file.toString('base64') };
    ({ version } = await api.cards.setLogo(set));
    demandClean(`the logo made from ${contentType}`, await api.cards.logo({ cardId: card.cardId }));
  }
}

async function namesOf(running: Running, person: Person): Promise<string[]> {
  const items = await resting(running, person, 'profile');
  return items.flatMap(({ objects }) => (objects as string[] | undefined) ?? []);
}

async function keptFiles(running: Running, person: Person): Promise<Buffer[]> {
  const files = await Promise.all(
    (await namesOf(running, person)).map((name) => running.deps.objects.read(name, 4_000_000)),
  );
  return files.filter((file) => file !== undefined);
}

/** O1: an optional service takes only what it asks, while it is on; refusing costs only that service. */
export async function optionalServices(running: Running): Promise<string> {
  const me = await running.cardHolder();
  const { services } = await me.api.profile.services();
  demand(services.length === serviceIds.length, 'a service is not listed');
  const refused = [
    await codeOf(me.api.profile.setFundAttributes({ version: 0, attributes: { sex: 'female' } })),
    await codeOf(me.api.profile.getTaxAttributes({})),
  ];
  demand(
    refused.every((code) => code === 'CONSENT_REQUIRED'),
    `without consent got ${refused.join(', ')}`,
  );
  const others = [
    await codeOf(me.api.cards.create({ name: '林晓', idempotencyKey: await newIdempotencyKey() })),
    await codeOf(me.api.cards.list()),
    await codeOf(me.api.login.listSessions()),
    await codeOf(me.api.profile.getPreferences({})),
  ];
  demand(
    others.every((code) => code === 'OK'),
    `with everything optional refused got ${others.join(', ')}`,
  );
  await agree(me, 'service-fund', true);
  const place = '标记户籍地丙寅';
  const tooMuch = { sex: 'female', householdPlace: place } as { sex: 'female' };
  demand(
    (await codeOf(me.api.profile.setFundAttributes({ version: 0, attributes: tooMuch }))) === 'INVALID_INPUT',
    'a service took what it does not ask',
  );
  await me.api.profile.setFundAttributes({ version: 0, attributes: { birthDate: '1987-06-05' } });
  const stored = await resting(running, me, 'service-fund');
  demand(
    stored.length === 1 && !textOf(stored).includes('1987-06-05'),
    'an attribute lies open in the table',
  );
  await agree(me, 'service-fund', false);
  const next = await codeOf(me.api.profile.getFundAttributes({}));
  demand(next === 'CONSENT_REQUIRED', `after switching off got ${next}`);
  demand(await nothingRests(running, me, 'service-fund'), 'attributes are still in the table after 15 s');
  demand((await codeOf(me.api.cards.list())) === 'OK', 'switching a service off cost something else');
  return `${services.length} services listed; refusing all: ${others.length} other calls served; an attribute not asked refused; switched off: next call refused, record gone`;
}

/** O2: where a delivery goes is kept for that delivery only. */
export async function deliveries(running: Running): Promise<string> {
  const me = await running.person();
  await agree(me, 'delivery', true);
  const contact = { name: '标记收件人', phone: '13912345679', address: '标记送达地址' };
  const { deliveryId, createdAt, forgottenAt } = await me.api.profile.createDelivery({
    ...contact,
    idempotencyKey: await newIdempotencyKey(),
  });
  const days = (Date.parse(forgottenAt) - Date.parse(createdAt)) / 86_400_000;
  demand(days > 29.9 && days < 30.1, `it is kept for ${days} days`);
  const open = await resting(running, me, 'delivery');
  demand(
    open.every(({ expiresAtSeconds }) => Number(expiresAtSeconds) > 0),
    'it has no expiry',
  );
  for (const value of Object.values(contact)) demand(!textOf(open).includes(value), 'a contact lies open');
  const stranger = await running.person();
  await agree(stranger, 'delivery', true);
  demand(
    (await codeOf(stranger.api.profile.getDelivery({ deliveryId }))) === 'NOT_FOUND',
    'a stranger found it',
  );
  await me.api.profile.cancelDelivery({ deliveryId });
  const over = await me.api.profile.getDelivery({ deliveryId });
  demand(!over.name && !over.phone && !over.address, 'the contact outlived the delivery');
  demand(
    (await resting(running, me, 'delivery')).every((item) => item.sealed === undefined),
    'the table still holds sealed content of a delivery that is over',
  );
  await demandDelivered(running, me);
  await agree(me, 'delivery', false);
  demand(await nothingRests(running, me, 'delivery'), 'the marker outlived the withdrawal');
  return 'sealed, with an expiry of 30 days; over: contact gone in the same call, a marker without content left; withdrawn: nothing';
}

/** What the staff has delivered is over as what its person has cancelled. */
async function demandDelivered(running: Running, me: Person): Promise<void> {
  const contact = { name: '标记收件人', phone: '13912345679', address: '标记送达地址' };
  const { deliveryId } = await me.api.profile.createDelivery({ ...contact, ...(await once()) });
  const support = await staffClient(running, 'support');
  await support.profile.completeDelivery({ subjectId: me.subjectId(), deliveryId });
  const left = await resting(running, me, 'delivery');
  demand(!left.some((item) => item.sealed !== undefined), 'the contact outlived a delivery that was made');
  const { state } = await me.api.profile.getDelivery({ deliveryId });
  demand(state === 'delivered', `a delivery that was made is ${state}`);
}
