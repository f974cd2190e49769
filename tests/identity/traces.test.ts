import { giveBoundPhone } from '../support/bound-phone';
import { withdraw } from '../support/consent';
import { type Caller, onceKey } from '../support/world';
import { type Citizen, createIdentityWorld, newCitizen } from './support';

/** Every form in which a value could have been left behind. */
function formsOf(value: string): Buffer[] {
  const utf8 = Buffer.from(value, 'utf8');
  // A value inside longer base64 begins at one of three offsets; all but its edges reads the same whatever surrounds it.
  const base64 = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), utf8]).toString('base64');
    return text.slice(offset === 0 ? 0 : 4, Math.floor((offset + utf8.length) / 3) * 4);
  });
  const hexadecimal = utf8.toString('hex');
  const texts = [hexadecimal, hexadecimal.toUpperCase(), [...value].reverse().join(''), ...base64];
  return [
    utf8,
    Buffer.from(value, 'utf16le'),
    ...texts.filter((text) => text.length >= 8).map((text) => Buffer.from(text, 'utf8')),
    ...(/^\d+$/.test(value) ? [Buffer.from(BigInt(value).toString(16).padStart(16, '0'), 'hex')] : []),
  ];
}

/** All bytes of a value, in one piece: texts and numbers as UTF-8 and decoded from base64, binaries as they are. */
function bytesOf(value: unknown): Buffer {
  const pieces: Uint8Array[] = [];
  const collect = (one: unknown): void => {
    if (one instanceof Uint8Array) pieces.push(one, Buffer.from(Buffer.from(one).toString('base64')));
    else if (typeof one === 'string' || typeof one === 'number')
      pieces.push(Buffer.from(`${one}\n`), Buffer.from(String(one), 'base64'));
    else if (typeof one === 'object' && one !== null)
      for (const pair of Object.entries(one)) pair.forEach(collect);
  };
  collect(value);
  return Buffer.concat(pieces);
}

const findings = (hay: Buffer, needles: Record<string, string>) =>
  Object.entries(needles).flatMap(([what, value]) =>
    formsOf(value).some((form) => hay.includes(form)) ? [what] : [],
  );

describe('the search itself', () => {
  const value = '44010619900307001X';
  it.each([
    ['as it is', value],
    ['inside a sentence', `号码${value}。`],
    ['in base64', Buffer.from(`{"a":"${value}"}`).toString('base64')],
    ['in base64, one byte further', Buffer.from(`{"ab":"${value}"}`).toString('base64')],
    ['in base64, two bytes further', Buffer.from(`{"abc":"${value}"}`).toString('base64url')],
    ['in hexadecimal', Buffer.from(value).toString('hex')],
    ['as bytes', Buffer.from(`..${value}..`)],
    ['in a list in a map', { a: [{ b: value }] }],
  ])('finds a number %s', (_, hidden) => {
    expect(findings(bytesOf(hidden), { number: value })).toEqual(['number']);
  });

  it('finds a card number as a binary integer, and nothing where there is nothing', () => {
    const card = '6228480402564890018';
    const binary = Buffer.from(BigInt(card).toString(16).padStart(16, '0'), 'hex');
    expect(findings(bytesOf(Buffer.concat([Buffer.alloc(3), binary])), { card })).toEqual(['card']);
    expect(findings(bytesOf({ a: 'nothing', b: Buffer.from('here') }), { value, card })).toEqual([]);
  });
});

it.each(['aes', 'sm'] as const)(
  'no byte of table, log, queue or answer holds an ID number, a card number, a name, a phone or an image, suite %s (N3, N5)',
  async (suite) => {
    const world = await createIdentityWorld(suite);
    const spoken: unknown[] = [];
    const call = async (path: string, input: object, by: object) => {
      const reply = await world.call(path, input, by);
      spoken.push(reply);
      return reply.ok ? (reply.data as Record<string, string>) : {};
    };
    const key = () => ({ idempotencyKey: onceKey() });
    const people = {
      bank: await world.citizen({ name: '标记甲子银行' }),
      phone: await world.citizen({ name: '标记乙丑手机' }),
      face: await world.citizen({ name: '标记丙寅人脸' }),
      child: await world.citizen({ ...newCitizen('20150607'), name: '标记丁卯儿童' }),
      lost: await world.citizen({ name: '标记戊辰挂失', cardState: 'lost' }),
      absent: { ...newCitizen(), name: '标记己巳无人' },
      late: await world.citizen({ name: '标记庚午超时' }),
    } satisfies Record<string, Citizen>;
    const all = ['real-name', 'real-name-bank', 'real-name-face', 'real-name-network'];
    const callers = Object.fromEntries(
      await Promise.all(
        Object.keys(people).map(async (name) => [name, await world.person(name, ...all)] as const),
      ),
    ) as Record<keyof typeof people, Caller>;
    const { bank, phone, face, child, lost, absent, late } = people;

    await call('identity/verify', { ...bank, ...key() }, callers.bank);
    await call('identity/verify', { ...phone, bankCard: undefined, ...key() }, callers.phone);
    await call('identity/verify', { ...lost, ...key() }, callers.lost);
    await call('identity/verify', { ...absent, ...key() }, callers.absent);
    await call('identity/verify', { ...bank, ...key() }, callers.absent); // another's number: taken
    await call(
      'identity/verify',
      { ...phone, name: '错', idNumber: `${phone.idNumber}9`, ...key() },
      callers.absent,
    );
    await call('identity/verify', { ...phone, [phone.idNumber]: phone.name, ...key() }, callers.absent);
    for (const kind of ['down', 'lying', 'reset']) {
      await world.control('POST', '/faults', { path: '/#BankCard4EVerification', kind });
      await call('identity/verify', { ...late, ...key() }, callers.late);
    }
    const start = { name: face.name, idNumber: face.idNumber, ...key() };
    const { sessionId, url } = await call('identity/startFace', start, callers.face);
    const pass = { outcome: 'pass', images: true };
    await world.control('POST', new URL(String(url)).pathname.replace('/sandbox', ''), pass);
    const during = await world.scan();
    await call('identity/finishFace', { sessionId }, callers.face);
    await call(
      'identity/verify',
      { ...child, phone: undefined, bankCard: undefined, ...key() },
      callers.child,
    );
    const { code } = await call('identity/askGuardian', {}, callers.child);
    const { textHash } = await call('identity/guardianNotice', {}, {});
    const evidence = { control: 'c', defaultState: 'unchecked', dwellMs: 1 };
    if (callers.bank) await giveBoundPhone(world, callers.bank);
    await call('identity/guardianRespond', { code, decision: 'consent', textHash, evidence }, callers.bank);
    await call('identity/verify', { name: child.name, idNumber: child.idNumber, ...key() }, callers.child);
    await call('identity/appeal', { about: 'other', words: `我是${lost.name}`, ...key() }, callers.lost);
    for (const by of Object.values(callers)) await call('identity/status', {}, by);
    const after = await world.scan();
    await withdraw(world, callers.bank, 'real-name');
    const verified = spoken.filter((reply) => JSON.stringify(reply).includes('"verified":true'));
    expect(verified.length).toBeGreaterThanOrEqual(8);

    const images = { jpeg: '/9j/4AAQSkZJRg', video: 'AAAAGGZ0eXBtcDQy' };
    const secrets = Object.fromEntries(
      Object.entries(people).flatMap(([who, { name, idNumber, phone: number, bankCard }]) => [
        [`${who} name`, name],
        [`${who} number`, idNumber],
        [`${who} birth`, idNumber.slice(6, 14)],
        [`${who} phone`, number],
        [`${who} card`, bankCard],
      ]),
    );
    const places = {
      tableDuring: during,
      table: after,
      log: world.lines,
      queue: world.queued,
      sandboxLog: await world.asked(),
    };
    for (const [where, content] of Object.entries(places))
      expect({ where, found: findings(bytesOf(content), { ...secrets, ...images }) }).toEqual({
        where,
        found: [],
      });
    // The person's own words about themselves go back to them and to nobody else.
    const answers = JSON.stringify(spoken).replaceAll(`我是${lost.name}`, '');
    expect(findings(bytesOf(answers), { ...secrets, ...images })).toEqual([]);
    // Anything that looks like a number of somebody, whoever it is.
    const text = JSON.stringify([after, world.lines, world.queued]);
    expect(text.match(/(?<!\d)\d{6}(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])\d{3}[\dX]/g)).toBeNull();
    await world.stop();
  },
);
