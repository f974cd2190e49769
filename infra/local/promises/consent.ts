import { newIdempotencyKey } from '../../../lib/client/client';
import { ledgerEntry } from '../../../lib/table/ledger/ledger';
import { type Act, actOn, codeOf, demand, partitionOf, type Running, within } from './running';

/** K1: nothing without an explicit act, bound to the text shown. */
export async function explicitConsent(running: Running): Promise<string> {
  const me = await running.person();
  const good = await actOn(me.api, 0);
  const bad: [string, object][] = [
    ['no evidence', { evidence: undefined }],
    ['a box ticked beforehand', { evidence: { ...good.evidence, defaultState: 'checked' } }],
    ['another text', { textHash: '0'.repeat(64) }],
    ['an unknown version', { policyVersion: good.policyVersion + 1 }],
    ['an earlier version', { policyVersion: good.policyVersion - 1 }],
    ['another language', { language: 'en' }],
    ['several purposes', { purpose: ['cards', 'profile'] }],
    ['a field more', { all: true }],
  ];
  const before = JSON.stringify(await running.scan());
  for (const [what, change] of bad) {
    const code = await codeOf(me.api.consent.grant({ ...good, ...change } as Act));
    demand(['INVALID_INPUT', 'POLICY_CHANGED'].includes(code), `a grant with ${what} got ${code}`);
  }
  for (let use = 0; use < 5; use += 1) await me.api.consent.status();
  await me.api.consent.policy();
  demand(
    JSON.stringify(await running.scan()) === before,
    'refused grants or continued use changed the table',
  );
  const create = me.api.cards.create({ name: '未同意', idempotencyKey: await newIdempotencyKey() });
  demand((await codeOf(create)) === 'CONSENT_REQUIRED', 'a card was made without consent');
  const { seenEntry } = await me.api.consent.grant(good);
  const { Item: entry } = await running.raw.get({
    TableName: running.tableName,
    Key: ledgerEntry.key(me.subjectId(), seenEntry),
  });
  const bound =
    entry?.textHash === good.textHash &&
    entry?.policyVersion === good.policyVersion &&
    entry?.language === 'zh-CN';
  demand(
    bound && entry?.sealed instanceof Uint8Array,
    'the ledger does not bind the grant to text, version, language and evidence',
  );
  return `${bad.length} malformed grants refused and 6 uses without one: no byte written; the grant names version, hash, language and evidence`;
}

/** K3: withdrawing is as easy, works at once and everywhere, erases, and costs nothing basic. */
export async function withdrawConsent(running: Running): Promise<string> {
  const phone = await running.cardHolder('iPhone');
  const tablet = await running.device(phone, 'iPad');
  const grantFields = Object.keys(await actOn(phone.api, 0)).length;
  const ids: string[] = [];
  for (const name of ['一', '二', '三']) {
    ids.push((await phone.api.cards.create({ name, idempotencyKey: await newIdempotencyKey() })).cardId);
  }
  const [cardId = ''] = ids;
  const act = await actOn(phone.api, 2);
  demand(Object.keys(act).length === grantFields, 'withdrawing asks for more than granting');
  await phone.api.consent.withdraw(act);
  const next = [
    await codeOf(tablet.api.cards.get({ cardId })),
    await codeOf(tablet.api.cards.list()),
    await codeOf(phone.api.cards.create({ name: '四', idempotencyKey: await newIdempotencyKey() })),
    await codeOf(phone.api.cards.update({ cardId, version: 1, name: '五' })),
  ];
  const deleting = await codeOf(phone.api.cards.delete({ cardId, version: 1 }));
  demand(
    deleting === 'NOT_FOUND',
    `deleting asks for no consent, and after the withdrawal it got ${deleting}`,
  );
  demand(
    next.every((code) => code === 'CONSENT_REQUIRED'),
    `after the withdrawal calls got ${next.join(', ')}`,
  );
  const basic = [
    await codeOf(phone.api.login.listSessions()),
    await codeOf(phone.api.consent.status()),
    await codeOf(phone.api.consent.history({})),
    await codeOf(phone.api.consent.policy()),
  ];
  demand(
    basic.every((code) => code === 'OK'),
    `basic service got ${basic.join(', ')}`,
  );
  const status = await phone.api.consent.status();
  const seen = status.consents.find(({ purpose }) => purpose === 'cards')?.seenEntry ?? 0;
  await phone.api.consent.grant(await actOn(phone.api, seen));
  const back = (await phone.api.cards.list()).cards.length;
  demand(back === 0, `${back} cards of an ended consent are back with the next one`);
  const started = Date.now();
  const own = async () => (await partitionOf(running, phone)).filter(({ entity }) => entity === 'card');
  demand(
    await within(15_000, async () => (await own()).length === 0),
    'cards are still in the table after 15 s',
  );
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  const recorded = await within(5_000, async () => {
    const { entries, intact } = await phone.api.consent.history({});
    return intact && entries.some(({ act, count }) => act === 'erasure.done' && count === 3);
  });
  demand(recorded, 'the ledger does not say that 3 cards were erased');
  return `5 calls refused at once on 2 devices; 4 basic ones served; 3 cards erased through the queue in ${seconds} s and recorded; ${grantFields} fields to grant, ${grantFields} to withdraw`;
}
