import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifySignedCard } from '../../../lib/card/signed-card-verify';
import { newIdempotencyKey } from '../../../lib/client/client';
import { codeOf, demand, once, type Running } from './running';

const samples = ['apple-rich.vcf', 'google-rich.vcf', 'outlook.vcf', 'camcard-rich.vcf', 'android-21.vcf'];

function demandShortLines(what: string, format: string, text: string): void {
  const isShort = text.split('\r\n').every((line) => Buffer.byteLength(line) <= 75);
  demand(isShort, `${what}: a line of ${format} is over 75 octets`);
}

/** C5: other people's vCards come in and go out whole; C8's mark rides on a signed card without identity. */
export async function filesAndCodes(running: Running): Promise<string> {
  const me = await running.cardHolder();
  const { api } = me;
  let cards = 0;
  let unknown = 0;
  for (const name of samples) {
    const file = readFileSync(join(__dirname, '../../../tests/samples', name)).toString('base64');
    const told = (await api.cards.importVCard({ file, idempotencyKey: await newIdempotencyKey() })).cards;
    const ids = told.flatMap(({ cardId }) => cardId ?? []);
    demand(ids.length > 0, `${name} became no card`);
    for (const format of ['4.0', '3.0'] as const) {
      const { text } = await api.cards.exportVCard({ cardIds: ids, format });
      demandShortLines(name, format, text);
      for (const property of told
        .flatMap(({ kept }) => Object.keys(kept))
        .filter((one) => one.startsWith('X-')))
        demand(text.toUpperCase().includes(property), `${name}: ${property} was lost in ${format}`);
    }
    cards += ids.length;
    unknown += told.flatMap(({ kept }) => Object.values(kept)).reduce((sum, count) => sum + count, 0);
    for (const cardId of ids) await api.cards.delete({ cardId, version: 1 });
  }
  // Longer than a line may be, in characters of three and four octets.
  const note = `一,二;三\\四\n五：𠮷${'很长的备注'.repeat(15)}`;
  const { cardId: written } = await api.cards.create({ name: '王,小;明', note, ...(await once()) });
  for (const format of ['4.0', '3.0'] as const) {
    const { text } = await api.cards.exportVCard({ cardIds: [written], format });
    demandShortLines('a long text', format, text);
    const file = Buffer.from(text).toString('base64');
    const [back] = (await api.cards.importVCard({ file, ...(await once()) })).cards;
    const read = await api.cards.get({ cardId: back?.cardId ?? '' });
    demand(read.name === '王,小;明' && read.note === note, `a text comes back from ${format} as another`);
    await api.cards.delete({ cardId: read.cardId, version: 1 });
  }
  await api.cards.delete({ cardId: written, version: 1 });
  const bad = await codeOf(
    api.cards.importVCard({ file: 'bm90IGEgY2FyZA==', idempotencyKey: await newIdempotencyKey() }),
  );
  demand(bad === 'INVALID_INPUT', `a file that is no vCard got ${bad}`);
  const { cardId } = await api.cards.create({
    name: '林晓',
    phones: [{ number: '13800138000' }],
    idempotencyKey: await newIdempotencyKey(),
  });
  const { contact } = await api.cards.phoneContact({ cardId });
  demand(contact.mobilePhoneNumber === '13800138000', 'the fields of wx.addPhoneContact lack the phone');
  const closed = await codeOf(api.cards.signCard({ cardId, fields: ['phones'] }));
  demand(closed === 'INVALID_INPUT', `a field that is open to nobody was signed: ${closed}`);
  await api.cards.setVisibility({ cardId, version: 1, visibility: { name: 'link' } });
  const { text, bytes } = await api.cards.signCard({ cardId, fields: ['name'] });
  const { keys } = await api.consent.jwks();
  const verified = await verifySignedCard(text, { keys, nowMs: Date.now() });
  demand(
    verified.content.name === '林晓' && !('phones' in verified.content),
    'the signed card says something else',
  );
  const forged = text.replace(/^(.{80})./, (_, start: string) => `${start}${text[80] === 'A' ? 'B' : 'A'}`);
  const holds = await verifySignedCard(forged, { keys, nowMs: Date.now() }).then(
    () => true,
    () => false,
  );
  demand(!holds, 'an altered signed card holds');
  return `${samples.length} files in five styles: ${cards} cards in and out in 4.0 and 3.0, ${unknown} unknown properties given back; phone contact filled; a signed card of ${bytes} bytes holds offline, an altered one does not`;
}
