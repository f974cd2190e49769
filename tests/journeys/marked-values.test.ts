import { API_PATH } from '../../lib/api-version';
import { handleAws } from '../../lib/host/aws';
import { consentAct } from '../support/consent';
import { createWorld, functions, onceKey } from '../support/world';

/** Each value is unlike anything else, so that finding it anywhere means it leaked. */
const marks = {
  name: '标记甲子姓名',
  organisation: '标记乙丑单位',
  title: '标记丙寅职务',
  phone: '13912345679',
  mail: 'marked-mail@example.cn',
  address: '标记丁卯地址',
  site: 'https://marked-site.example.cn',
  note: '标记戊辰备注',
  device: 'MarkedPhone 15',
  version: '7.77.777',
  ip: '198.51.100.77',
  truncated: '198.51.100.*',
  openid: 'marked-openid-o6_bmjrPTlm6',
  control: 'marked.control.id',
};

it.each(['aes', 'sm'] as const)(
  'no marked value of a whole journey is in a raw item, log line, queue body or error, suite %s (S5, S8)',
  async (suite) => {
    const world = await createWorld({ suite });
    const spoken: unknown[] = [];
    const by = (token?: string) => ({
      token,
      address: marks.ip,
      client: { device: marks.device, version: marks.version },
    });
    const me = await world.ok<{ token: string }>('login/signIn', { code: `code-of-${marks.openid}` }, by());
    const act = (change: object) =>
      consentAct(world.ok, {
        evidence: { control: marks.control, defaultState: 'unchecked', dwellMs: 777 },
        ...change,
      });
    await world.ok('consent/grant', await act({}), by(me.token));
    const content = {
      name: marks.name,
      organisation: marks.organisation,
      title: marks.title,
      phones: [{ number: marks.phone }],
      mails: [{ address: marks.mail }],
      addresses: [{ text: marks.address }],
      sites: [marks.site],
      note: marks.note,
    };
    const idempotencyKey = onceKey();
    const card = await world.ok<{ cardId: string }>(
      'cards/create',
      { ...content, idempotencyKey },
      by(me.token),
    );
    expect(await world.ok('cards/get', { cardId: card.cardId }, by(me.token))).toMatchObject(content);
    expect(await world.ok('login/listSessions', {}, by(me.token))).toMatchObject({
      sessions: [{ device: marks.device, place: marks.truncated }],
    });

    const wrong = [
      ['cards/create', { ...content, idempotencyKey: onceKey(), [marks.note]: marks.name }],
      ['cards/create', { ...content, name: [marks.name], idempotencyKey }],
      ['cards/create', { ...content, name: '另一名', idempotencyKey }],
      ['cards/update', { cardId: card.cardId, version: 9, ...content }],
      [`cards/${marks.name}`, content],
      ['login/signIn', { code: marks.openid }],
      ['login/signIn', { code: 'x', openid: marks.openid }],
    ] as const;
    for (const [path, input] of wrong) spoken.push(await world.call(path, input, by(me.token)));
    const broken = {
      ...world.deps,
      table: { ...world.deps.table, getMany: () => Promise.reject(new Error(marks.name)) },
    };
    const event = {
      rawPath: `${API_PATH}/cards/list`,
      headers: { authorization: `Bearer ${me.token}`, 'content-type': 'application/json' },
      requestContext: {
        requestId: 'r',
        http: { method: 'POST', sourceIp: marks.ip, userAgent: marks.device },
      },
    };
    spoken.push(await handleAws(broken, 'cards', functions.cards ?? {}, event, 'r'));
    expect(JSON.stringify(spoken.at(-1))).toContain('INTERNAL');

    const stored = JSON.stringify(await world.scan(), (_, value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value,
    );
    await world.ok('consent/withdraw', await act({ seenEntry: 2 }), by(me.token));
    expect(world.queued).toHaveLength(1);
    const everything = {
      stored,
      logged: world.lines.join('\n'),
      queued: JSON.stringify(world.queued),
      spoken: JSON.stringify(spoken),
    };
    for (const [where, text] of Object.entries(everything)) {
      for (const [what, mark] of Object.entries(marks)) {
        expect({ where, what, leaked: text.includes(mark) }).toEqual({ where, what, leaked: false });
      }
      expect({ where, token: text.includes(me.token) }).toEqual({ where, token: false });
    }
    expect(everything.logged).toContain('"outcome":"OK"');
  },
);

it('every log line holds only fields of the allow-list (S8)', async () => {
  const world = await createWorld();
  const me = await world.cardHolder('me');
  await world.call('cards/create', { name: 1 }, me);
  const names = new Set(world.lines.flatMap((line) => Object.keys(JSON.parse(line))));
  const allowed = [
    'event',
    'at',
    'instance',
    'seq',
    'requestId',
    'operation',
    'host',
    'outcome',
    'milliseconds',
    'partner',
    'partnerCode',
    'count',
    'errorName',
    'frame',
    'kinds',
    'persons',
    'day',
    'opened',
  ];
  expect([...names].filter((name) => !allowed.includes(name))).toEqual([]);
  expect(names.size).toBeGreaterThan(4);
});
