import { citizens, giveMobile, sandboxCalls } from './registers';
import { agree, codeOf, demand, once, type Person, partitionOf, type Running, textOf } from './running';

const NO_CARD = 'A'.repeat(22);
const AT_ONCE = 12;
const content = {
  name: '标记名片姓名',
  title: '工程师',
  organisation: '数据局',
  note: '标记名片备注',
  phones: [{ number: '13912345670' }],
};
type Field = 'name' | 'title' | 'organisation' | 'note' | 'phones';
const all: Field[] = ['name', 'title', 'organisation', 'note', 'phones'];

const opened = (fields: readonly Field[], audience: 'link' | 'everyone' | 'nobody') =>
  Object.fromEntries(fields.map((field) => [field, audience]));

type Giver = Person & { cardId: string; version: number };

/** Somebody with a card of which these fields are open to links. */
async function giver(running: Running, fields = all, more: object = {}): Promise<Giver> {
  const person = await running.cardHolder();
  const { cardId } = await person.api.cards.create({ ...content, ...more, ...(await once()) });
  const visibility = opened(fields, 'link');
  const { version } = await person.api.cards.setVisibility({ cardId, version: 1, visibility });
  return { ...person, cardId, version };
}

async function linkOf({ api, cardId }: Giver, more: { maxUses?: number; passphrase?: string } = {}) {
  return api.cards.share({ cardId, fields: ['name', 'title'], ...more, ...(await once()) });
}

/** C1: words are judged before others see them, and what is not judged is not seen. */
export async function judgedWords(running: Running): Promise<string> {
  const control = sandboxCalls(running);
  const reader = await running.person();
  const seen: string[] = [];
  for (const [title, want] of [
    ['工程师', 'passed'],
    ['标记违规', 'refused'],
    ['标记存疑', 'waiting'],
    ['正常的话', 'waiting'],
  ] as const) {
    const me = await giver(running, ['name']);
    if (title === '正常的话')
      await control('/faults', { path: '/wxa/msg_sec_check', kind: 'down', calls: 1 });
    await me.api.cards.update({ ...content, title, cardId: me.cardId, version: 2 });
    const visibility = { title: 'link' } as const;
    const after = await me.api.cards.setVisibility({ cardId: me.cardId, version: 3, visibility });
    demand(after.verdicts.title === want, `${title} was judged ${after.verdicts.title}`);
    const { token } = await linkOf({ ...me, version: 4 });
    const { card } = await reader.api.cards.open({ token });
    demand(Boolean(card.title) === (want === 'passed'), `a ${want} text is ${card.title ? '' : 'not '}seen`);
    const { entries } = await me.api.consent.history({});
    const register = entries.filter(({ recipient }) => recipient === 'wechat-text').map((one) => one.act);
    demand(register[0] === 'disclosure.made', 'the register does not say what went to WeChat');
    seen.push(want);
  }
  return `words judged ${seen.join(', ')} (the last with WeChat down): only the passed one is seen`;
}

/** C2: each field has its own audience, and everyone needs a consent of its own. */
export async function eachField(running: Running): Promise<string> {
  const [me, reader] = [await running.cardHolder(), await running.person()];
  const { cardId } = await me.api.cards.create({ ...content, ...(await once()) });
  const closed = await codeOf(me.api.cards.share({ cardId, fields: ['name'], ...(await once()) }));
  demand(closed === 'INVALID_INPUT', `a link to a private card got ${closed}`);
  const wide = { cardId, version: 1, visibility: { name: 'everyone' } } as const;
  const without = await codeOf(me.api.cards.setVisibility(wide));
  demand(without === 'CONSENT_REQUIRED', `opening to everyone without its consent got ${without}`);
  await me.api.cards.setVisibility({ cardId, version: 1, visibility: opened(all, 'link') });
  const { token } = await me.api.cards.share({ cardId, fields: all, ...(await once()) });
  const shown = async () => Object.keys((await reader.api.cards.open({ token })).card).sort();
  demand((await shown()).join() === [...all].sort().join(), 'a link shows other fields than those chosen');
  let version = 2;
  for (const field of all) {
    const visibility = { [field]: 'nobody' } as const;
    await me.api.cards.setVisibility({ cardId, version, visibility });
    version += 1;
    demand(!(await shown()).includes(field), `${field} is still shown after it was closed`);
  }
  await agree(me, 'card-public');
  const toEveryone = { cardId, version, visibility: { name: 'everyone' } } as const;
  const unknown = await codeOf(me.api.cards.setVisibility(toEveryone));
  demand(
    unknown === 'NOT_NOW',
    `somebody of whom nobody knows who they are showed a name to everyone: ${unknown}`,
  );
  await giveMobile(me);
  await me.api.cards.setVisibility(toEveryone);
  await agree(me, 'card-public', false);
  const { visibility } = await me.api.cards.get({ cardId });
  demand(visibility.name === 'link', 'a name is still open to everyone after the consent ended');
  await agree(me, 'card-public');
  const again = (await me.api.cards.get({ cardId })).visibility.name;
  demand(again === 'link', 'a consent that was given anew has opened what an earlier one stood for');
  const theirs = await codeOf(reader.api.cards.get({ cardId }));
  demand(theirs !== 'OK', 'a stranger reads a card by its id');
  return `${all.length} fields closed one by one, each gone on the next call; everyone: refused without its own consent, closed when that ends`;
}

/** C3: links show what was chosen, and end when they should. */
export async function links(running: Running): Promise<string> {
  const me = await giver(running);
  const readers = await Promise.all(Array.from({ length: 3 }, () => running.person()));
  const open = (token: string, passphrase?: string, by = readers[0]) =>
    codeOf((by as Person).api.cards.open({ token, ...(passphrase && { passphrase }) }));
  const single = await linkOf(me, { maxUses: 1 });
  const rush = await Promise.all(
    Array.from({ length: AT_ONCE }, (_, index) => open(single.token, undefined, readers[index % 3])),
  );
  const got = new Set(rush.flatMap((code, index) => (code === 'OK' ? [index % 3] : []))).size;
  demand(got === 1, `${got} people opened a link for one`);
  const guarded = await linkOf(me, { passphrase: '芝麻开门' });
  const { card } = await (readers[1] as Person).api.cards.open({ token: (await linkOf(me)).token });
  demand(Object.keys(card).sort().join() === 'name,title', 'a link shows other fields than those chosen');
  const tries = [
    await open(guarded.token),
    await open(guarded.token, '芝麻关门'),
    await open(guarded.token, '芝麻开门'),
  ];
  demand(tries.join() === 'PASSPHRASE_REQUIRED,PASSPHRASE_REQUIRED,OK', `a pass-phrase got ${tries.join()}`);
  const revoked = await linkOf(me);
  await me.api.cards.revoke({ shareId: revoked.shareId });
  const after = await open(revoked.token);
  demand(after === 'NOT_FOUND', `a revoked link got ${after}`);
  const code = await me.api.cards.code({ shareId: guarded.shareId });
  demand(Buffer.from(code.base64, 'base64').includes('IHDR'), 'the code is no picture');
  const others = [await linkOf(me), await linkOf(me)];
  await me.api.cards.revokeAll();
  for (const { token } of [...others, guarded])
    demand((await open(token, '芝麻开门')) === 'NOT_FOUND', 'a link outlived the revocation of all');
  const guesser = await running.person();
  const guesses = new Set<string>();
  for (let n = 0; n < 25; n += 1)
    guesses.add(await open(`${String(n).padStart(2, '0')}${NO_CARD.slice(2)}`, undefined, guesser));
  demand(guesses.has('TOO_MANY_ATTEMPTS') && !guesses.has('OK'), `guessing got ${[...guesses].join()}`);
  const everything = textOf(await running.scan()) + running.lines.join('\n');
  demand(
    [single, guarded, revoked].every(({ token }) => !everything.includes(token)),
    'a token is in the raw table or the log',
  );
  return `1 of ${AT_ONCE} openings of a link for one; pass-phrase asked; one and all revoked: dead on the next call; 25 guesses refused and limited; no token in table or log`;
}

/** C4: both sides agree, changes arrive, a recall leaves a tombstone, and a blocked person is out. */
export async function exchanges(running: Running): Promise<string> {
  const [me, you] = [await giver(running), await giver(running, all, { name: '对方的姓名' })];
  const { token } = await linkOf(me);
  const offer = { token, cardId: you.cardId, fields: ['name' as const] };
  const first = await you.api.cards.offer(offer);
  await you.api.cards.takeBack({ offerId: first.offerId });
  const accepted = { cardId: me.cardId, fields: ['name' as const] };
  const late = await codeOf(me.api.cards.accept({ offerId: first.offerId, ...accepted }));
  demand(late === 'NOT_FOUND', `an offer that was taken back got ${late}`);
  const { offerId } = await you.api.cards.offer(offer);
  const early = await you.api.cards.folder({});
  demand(early.contacts.length === 0, 'a card changed hands before both agreed');
  const accept = { offerId, cardId: me.cardId, fields: ['name' as const, 'title' as const] };
  const { contactId } = await me.api.cards.accept(accept);
  const again = await me.api.cards.accept(accept);
  demand(again.contactId === contactId, 'a repeat made a second exchange');
  const held = async (person: Person) => (await person.api.cards.folder({})).contacts;
  demand((await held(me))[0]?.card?.name === '对方的姓名', 'the other card is not in my folder');
  await me.api.cards.update({ ...content, title: '处长', cardId: me.cardId, version: me.version });
  demand((await held(you))[0]?.card?.title === '处长', 'an update did not arrive');
  const raw = textOf(await partitionOf(running, you));
  demand(!raw.includes('处长'), 'a copy of my card lies open with its holder');
  await me.api.cards.recallAll({ cardId: me.cardId });
  const [tombstone] = await held(you);
  demand(
    tombstone?.recalled === true && tombstone.card === undefined,
    'a recalled card is still shown to its holder',
  );
  demand(!JSON.stringify(tombstone).includes(content.name), 'a tombstone says more than that');
  await me.api.cards.block({ by: 'contact', id: contactId });
  const [fresh, theirs] = [await linkOf(me), await linkOf(you)];
  const shut = [
    await codeOf(me.api.cards.open({ token: theirs.token })),
    await codeOf(you.api.cards.open({ token: fresh.token })),
    await codeOf(you.api.cards.offer({ ...offer, token: fresh.token })),
  ];
  demand(
    shut.every((code) => code === 'NOT_FOUND'),
    `after a block links and offers of both got ${shut.join()}`,
  );
  return 'nothing before both agreed; a repeat changes nothing; an update arrives; recalled: a tombstone; blocked: link and offer NOT_FOUND';
}

/** C6: owners see rough counts, and names only of those who agreed. */
export async function viewers(running: Running): Promise<string> {
  const me = await giver(running);
  const [silent, open] = [await running.person(), await running.person()];
  const { token } = await linkOf(me);
  for (const [person, nickname] of [
    [silent, '不留名的人'],
    [open, '留名的人'],
  ] as const) {
    await agree(person, 'profile');
    await person.api.profile.update({ version: 0, nickname });
  }
  await agree(open, 'viewer-name');
  for (const person of [silent, open]) await person.api.cards.open({ token });
  const { links: counted, days } = await me.api.cards.views({});
  demand(counted[0]?.total === 0 && days.length === 0, 'two views of today are told');
  const { viewers: named } = await me.api.cards.viewers({});
  demand(
    named.map(({ nickname }) => nickname).join() === '留名的人',
    'others than those who agreed are named',
  );
  const raw = textOf(await partitionOf(running, me));
  demand(!raw.includes(silent.subjectId()), 'who did not agree stands in the owner’s partition');
  await agree(open, 'viewer-name', false);
  const after = await me.api.cards.viewers({});
  demand(after.viewers.length === 0, 'a name is told after it was taken back');
  await agree(open, 'viewer-name');
  const again = await me.api.cards.viewers({});
  demand(again.viewers.length === 0, 'a name is told again of a view before it was taken back');
  return 'two views: no count told, one of two viewers named; taken back: nobody; the other stands nowhere with the owner';
}

/** C8: the mark comes and goes with the verification, and carries nothing. */
export async function realNameMark(running: Running): Promise<string> {
  const [me, reader] = [await giver(running), await running.person()];
  const { token } = await linkOf(me);
  const marked = async () => (await reader.api.cards.open({ token })).realName === true;
  await me.api.cards.setRealNameMark({ cardId: me.cardId, version: me.version, show: true });
  demand(!(await marked()), 'a card is marked before anybody was verified');
  await agree(me, 'real-name');
  const { card } = await reader.api.cards.open({ token });
  const { name, idNumber } = await citizens(running)({ name: card.name ?? '' });
  await me.api.identity.verify({ name, idNumber, ...(await once()) });
  demand(await marked(), 'a verified person’s card is not marked');
  const told = JSON.stringify(await reader.api.cards.open({ token }));
  demand(told === JSON.stringify({ card, realName: true }), 'the mark carries the identity');
  demand(!told.includes(idNumber), 'the mark carries the number');
  const named = await me.api.cards.get({ cardId: me.cardId });
  const other = { cardId: me.cardId, version: named.version, name: '市公安局 王局长' };
  await me.api.cards.update({ ...content, ...other });
  demand(!(await marked()), 'the mark stands beside a name that nobody has verified');
  await me.api.cards.update({ ...content, name, cardId: me.cardId, version: named.version + 1 });
  await me.api.cards.setVisibility({
    ...{ cardId: me.cardId, version: named.version + 2 },
    visibility: { name: 'link' },
  });
  demand(await marked(), 'the mark is lost with the verified name');
  const { version } = await me.api.cards.get({ cardId: me.cardId });
  await me.api.cards.setRealNameMark({ cardId: me.cardId, version, show: false });
  demand(!(await marked()), 'a card is marked against its owner’s will');
  await me.api.cards.setRealNameMark({ cardId: me.cardId, version: version + 1, show: true });
  await agree(me, 'real-name', false);
  demand(!(await marked()), 'the mark outlived the verification');
  return 'only while wanted and verified; gone on the next call after either ends; no name and no number with it';
}
