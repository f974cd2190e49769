import { readAddress } from '../../functions/profile/mail-address';
import { startSmtp } from '../../infra/local/smtp';
import { parseToken } from '../../lib/crypto/token';
import { dispatch } from '../../lib/gate/dispatch';
import { createMail } from '../../lib/partner/mail';
import { MAX_CODE_TRIES } from '../../lib/table/profile/contact-mail';
import { grant, withdraw } from '../support/consent';
import { withPartner } from '../support/partners';
import { type Caller, createWorld, functions, onceKey, type World } from '../support/world';

let world: World;
let smtp: Awaited<ReturnType<typeof startSmtp>>;
beforeAll(async () => {
  smtp = await startSmtp();
  const relay = { url: `smtp://127.0.0.1:${smtp.port}`, user: '', password: '' };
  const addresses = { from: 'notice@leliao.cn', bounceHost: 'bounce.leliao.cn' };
  world = await createWorld({
    partners: (clock, log) => ({ mail: createMail({ ...relay, ...addresses, clock, log }) }),
  });
});
afterAll(() => smtp.stop());

const somebody = async (...purposes: string[]): Promise<Caller> => {
  const me = await world.signIn(`me-${onceKey()}`);
  for (const purpose of purposes) await grant(world, me, purpose);
  return me;
};
/** The code in the last mail that has really come to a mailbox. */
const codeAt = (address: string) =>
  /\d{6}/.exec(smtp.mailbox.find(({ to }) => to.includes(address))?.text ?? '')?.[0] ?? '';
const ask = (me: Caller, address: string) => world.call('profile/requestMailCode', { address }, me);
const confirm = (me: Caller, address: string, code: string) =>
  world.call('profile/confirmMail', { address, code }, me);
const another = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');
const own = async (me: Caller) => world.scan(`P#${parseToken(me.token)?.subjectId}`);
const ofMail = async (me: Caller) =>
  (await own(me)).filter(({ sk }) => (sk as { S: string }).S.startsWith('DATA#email#'));
const failed = (code: string) => ({ ok: false, error: expect.objectContaining({ code }) });

describe('the mailbox that a person wants to be told by (B6)', () => {
  it('is asked for first, bound by a code that came by mail, kept sealed, shown masked and removed at once', async () => {
    const me = await somebody();
    const address = 'lin.xiao@example.cn';
    expect(await ask(me, address)).toEqual(failed('CONSENT_REQUIRED'));
    await grant(world, me, 'email');
    expect(await ask(me, 'lin.xiao@EXAMPLE.cn')).toMatchObject({ ok: true, data: { sent: true } });
    const code = codeAt(address);
    expect(await confirm(me, address, code)).toMatchObject({ ok: true, data: { mail: 'l***@example.cn' } });
    expect(await confirm(me, address, code)).toMatchObject({ ok: true }); // as after a lost answer
    expect(await world.ok('profile/mail', {}, me)).toMatchObject({ mail: 'l***@example.cn' });
    const { entries } = await world.ok<{ entries: object[] }>('consent/history', {}, me);
    expect(entries.slice(-3)).toMatchObject([
      { act: 'disclosure.made', recipient: 'mail', purpose: 'email' },
      { act: 'disclosure.answered' },
      { act: 'mail.bound' },
    ]);
    const stored = JSON.stringify(await world.scan(), (_, value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
    );
    expect(stored + world.lines.join('')).not.toMatch(new RegExp(`lin\\.xiao|${code}`));
    for (const _ of [1, 2]) expect(await world.ok('profile/removeMail', {}, me)).toEqual({ removed: true });
    expect(await world.refused('profile/mail', {}, me)).toBe('NOT_FOUND');
    expect(await ofMail(me)).toEqual([]);
  });

  it('goes with the consent, a code that waits as well (K3)', async () => {
    const me = await somebody('email');
    await ask(me, 'first@example.cn');
    await confirm(me, 'first@example.cn', codeAt('first@example.cn'));
    await ask(me, 'second@example.cn');
    expect(await ofMail(me)).toHaveLength(2);
    await withdraw(world, me, 'email');
    await world.work();
    expect(await ofMail(me)).toEqual([]);
    await grant(world, me, 'email');
    expect(await confirm(me, 'second@example.cn', codeAt('second@example.cn'))).toEqual(failed('NOT_NOW'));
    expect(await world.refused('profile/mail', {}, me)).toBe('NOT_FOUND');
  });

  it('is confirmed only by the last code for that very mailbox, by its person, within ten minutes', async () => {
    const [me, other] = [await somebody('email'), await somebody('email')];
    const address = 'wu@example.cn';
    await ask(me, address);
    const old = codeAt(address);
    expect(await confirm(other, address, old)).toEqual(failed('NOT_NOW'));
    expect(await confirm(me, 'wu@example.com.cn', old)).toEqual(failed('INVALID_INPUT'));
    world.wait(1000);
    await ask(me, address);
    const code = codeAt(address);
    if (code !== old) expect(await confirm(me, address, old)).toEqual(failed('INVALID_INPUT'));
    world.wait(10 * 60_000);
    expect(await confirm(me, address, code)).toEqual(failed('NOT_NOW'));
  });

  it('bears so many wrong codes and no more, also at once (A7)', async () => {
    const me = await somebody('email');
    const address = 'zhou@example.cn';
    await ask(me, address);
    const code = codeAt(address);
    const tries = Array.from({ length: MAX_CODE_TRIES + 2 }, () => confirm(me, address, another(code)));
    const codes = (await Promise.all(tries)).map((reply) => (reply.ok ? 'OK' : reply.error.code));
    expect(codes.filter((one) => one === 'INVALID_INPUT')).toHaveLength(MAX_CODE_TRIES);
    expect(codes.filter((one) => one === 'NOT_NOW')).toHaveLength(2);
    expect(await confirm(me, address, code)).toEqual(failed('NOT_NOW'));
  });

  it('is not filled by strangers: one gets it so many codes a day, and not told who else has asked (A7)', async () => {
    const address = 'target@example.cn';
    const me = await somebody('email');
    const answers = [];
    for (let index = 0; index < 6; index += 1) answers.push(await ask(me, address));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(5);
    expect(answers.at(-1)).toMatchObject({ error: { code: 'TOO_MANY_ATTEMPTS' } });
    expect(smtp.mailbox.filter(({ to }) => to.includes(address))).toHaveLength(5);
    // Nor is it told that others have asked.
    expect(JSON.stringify(answers.at(-1))).not.toContain('MAILBOX');
  });
});

describe('what is no mailbox', () => {
  it.each([
    'nobody',
    '@example.cn',
    'a@b',
    'a@@example.cn',
    'a..b@example.cn',
    'a b@example.cn',
    '"a"@example.cn',
    'a@[127.0.0.1]',
    'a@127.0.0.1',
    'a@-x.cn',
    '林@example.cn',
    `${'a'.repeat(65)}@example.cn`,
    'a@example.cn\r\nBcc: b@example.cn',
    'a@example.cn,b@example.cn',
  ])('%j is refused by the name of the field, and nothing is sent', async (address) => {
    const me = await theAsker();
    const before = smtp.mailbox.length;
    const reply = await ask(me, address);
    expect(reply).toMatchObject({
      error: { code: 'INVALID_INPUT', details: { fields: [{ field: 'address' }] } },
    });
    expect(JSON.stringify(reply)).not.toContain('example');
    expect(smtp.mailbox.length).toBe(before);
  });

  it('a domain in Chinese is one, in the form of the network', async () => {
    expect(readAddress('office@例子.中国')).toBe('office@xn--fsqu00a.xn--fiqs8s');
    const before = smtp.mailbox.length;
    expect(await ask(await theAsker(), 'office@例子.中国')).toMatchObject({ ok: true });
    expect(smtp.mailbox.length).toBe(before + 1);
  });

  let asker: Promise<Caller> | undefined;
  function theAsker(): Promise<Caller> {
    asker ??= somebody('email');
    return asker;
  }
});

it('a relay that refuses the mailbox says so of the field; one that is away is to be asked later', async () => {
  const me = await somebody('email');
  const said = async (status: 'permanent-failure' | 'throttled') => {
    const deps = withPartner(world.deps, 'mail', { send: async () => ({ status, code: '550' }) });
    const input = { address: 'gone@example.cn' };
    const common = { requestId: 'r', host: 'test', trigger: 'client', address: '203.0.113.7' } as const;
    const call = { ...common, ...me, operation: 'requestMailCode', input };
    return dispatch(deps, 'profile', functions.profile ?? {}, call);
  };
  expect(await said('permanent-failure')).toMatchObject({
    error: { code: 'INVALID_INPUT', details: { fields: [{ field: 'address' }] } },
  });
  expect(await said('throttled')).toEqual(failed('PARTNER_UNAVAILABLE'));
});
