import { unzipSync } from 'fflate';
import { newIdempotencyKey } from '../../../lib/client/client';
import { entities } from '../../../lib/table/entities';
import { takenExport } from '../taken-export';
import { agree, codeOf, demand, once, type Person, partitionOf, type Running, within } from './running';

/** So long an export may take on a service that has nothing else to do, in milliseconds. */
const SOON_MS = 30_000;

export const proofOf = async (
  me: Person,
  operation: 'rights/startExport' | 'rights/startTransfer' | 'rights/close',
) => {
  const code = await me.code();
  return (await me.api.login.proveSelf({ operation, target: 'account', by: 'wechat', code })).proof;
};

/** Asks for an export and waits until it is made. */
async function made(me: Person): Promise<{ exportId: string; pieces: { piece: number }[] }> {
  await me.api.rights.startExport({}, { proof: await proofOf(me, 'rights/startExport') });
  return untilMade(me);
}

/** Waits until the export that somebody has asked for is made. */
export async function untilMade(me: Person): Promise<{ exportId: string; pieces: { piece: number }[] }> {
  const isMade = await within(
    SOON_MS,
    async () => (await me.api.rights.export()).export?.state === 'complete',
  );
  const { export: whole } = await me.api.rights.export();
  demand(isMade && whole !== undefined, `the export has come to ${whole?.state ?? 'an end'}`);
  return whole;
}

/** The bytes of an export that is made. */
export const taken = (me: Person): Promise<Buffer> => takenExport(me.api);

/** R1: everything that lies there, in one archive that any program opens, and nothing of anybody else’s. */
export async function takenAway(running: Running): Promise<string> {
  const [me, other] = [await running.cardHolder(), await running.cardHolder()];
  await agree(me, 'profile');
  await me.api.profile.update({ version: 0, nickname: '我的标记' });
  const mine = await me.api.cards.create({ name: '名片标记', ...(await once()) });
  const secret = { name: '对方姓名', note: '别人的标记', ...(await once()) };
  const theirs = await other.api.cards.create(secret);
  await me.api.cards.setVisibility({ cardId: mine.cardId, version: 1, visibility: { name: 'link' } });
  await other.api.cards.setVisibility({ cardId: theirs.cardId, version: 1, visibility: { name: 'link' } });
  const { token } = await me.api.cards.share({ cardId: mine.cardId, fields: ['name'], ...(await once()) });
  const fields = ['name' as const];
  const { offerId } = await other.api.cards.offer({ token, cardId: theirs.cardId, fields });
  await me.api.cards.accept({ offerId, cardId: mine.cardId, fields });

  const { purposes } = await me.api.rights.overview();
  const cards = purposes.find(({ purpose }) => purpose === 'cards');
  demand(
    cards?.keeps.every(({ basis }) => basis !== '') === true && cards.records > 0,
    'the overview says too little',
  );
  demand(
    purposes.some(({ given }) => given.length > 0),
    'the overview does not say who has got something',
  );

  await made(me);
  const lies = new Set((await partitionOf(running, me)).map(({ entity }) => String(entity)));
  const zip = await taken(me);
  const files = Object.entries(unzipSync(zip));
  const text = (name: RegExp) =>
    files.flatMap(([file, bytes]) => (name.test(file) ? [Buffer.from(bytes).toString()] : [])).join('');
  const data = text(/记录/);
  const told = new Set([...data.matchAll(/\{"entity":"([\w-]+)"/g)].map(([, entity = '']) => entity));
  // A copy, what is used up, and what tells no more than somebody else’s number are in no export.
  const untold = ['export', 'export-piece', 'self-proof', 'blocked-by', 'person-process'];
  const missing = [...lies].filter((entity) => !told.has(entity) && !untold.includes(entity));
  demand(missing.length === 0, `${missing.join(', ')} of theirs is not in the export`);
  const page = text(/\.html$/);
  demand(
    ['我的标记', '名片标记'].every((mark) => page.includes(mark)),
    'the page does not say what is held',
  );
  demand(text(/\.vcf$/).includes('FN:名片标记'), 'the card is no vCard');
  const everything = text(/./);
  const strangers = ['别人的标记', other.subjectId(), other.openid].filter((mark) =>
    everything.includes(mark),
  );
  demand(strangers.length === 0, 'something of somebody else is in the export');
  return `${told.size} of ${Object.keys(entities).length} sorts of records, as JSON by a schema, a page and vCards, in one ZIP of ${zip.length} bytes; every sort that lies there is in it; of somebody with whom a card was exchanged nothing they had not given`;
}

/** A6 in use: an export takes a proof for this very act, once; each piece goes once, to the session that asked. */
export async function provenForExport(running: Running): Promise<string> {
  const me = await running.cardHolder();
  const elsewhere = await running.device(me, 'Android');
  const start = async (proof?: string) => codeOf(me.api.rights.startExport({}, proof ? { proof } : {}));
  const refused = [await start(), await start(await proofOf(me, 'rights/close'))];
  demand(
    refused.every((code) => code === 'PROOF_REQUIRED'),
    `an export without the right proof got ${refused.join(', ')}`,
  );
  const { exportId } = await made(me);
  const take = async (who: Person) =>
    codeOf(who.api.rights.exportPiece({ exportId, piece: 1, idempotencyKey: await newIdempotencyKey() }));
  const codes = [await take(elsewhere), await take(me), await take(me)];
  demand(
    codes.join() === 'NOT_NOW,OK,NOT_NOW',
    `taking by another session, by this one, and again got ${codes.join(', ')}`,
  );
  await agree(me, 'cards', false);
  demand(
    (await me.api.rights.export()).export === undefined,
    'an export outlives a consent that was withdrawn',
  );
  return 'an export: with a proof for it alone, each piece once and to the session that asked; over with the consent';
}
