import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { API_PATH } from '../../lib/api-version';
import { functions } from '../support/world';
import { signedIn } from './terminal';

/**
 * How each list of the staff is read from the command line. One that is new is missing here, and fails: a page that does not say
 * that it goes on is taken for all there is.
 */
const commands: Record<string, { read: string; on?: string }> = {
  'audit/chain': { read: 'call audit/chain', on: 'cursor=NEXT' },
  'audit/chains': { read: 'audit chains' },
  'audit/everybody': { read: 'audit people' },
  'audit/member': { read: 'audit staff wu --from 2026-01-01T00:00:00Z --to 2026-02-01T00:00:00Z' },
  'audit/putBack': { read: 'audit put-back' },
  'cards/openAppealed': { read: 'call cards/openAppealed cardId=c', on: 'cursor=NEXT' },
  'cards/openReported': { read: 'call cards/openReported cardId=c', on: 'cursor=NEXT' },
  'cards/reportedCards': { read: 'call cards/reportedCards', on: 'cursor=NEXT' },
  'cards/reviewQueue': { read: 'queue reviews', on: '--cursor NEXT' },
  'consent/inspect': { read: 'call consent/inspect ticket=t', on: 'cursor=NEXT' },
  'retention/explain': { read: 'retention explain a --reason complaint --ticket t', on: '--cursor NEXT' },
  'retention/preview': { read: 'retention preview --rule proof-three-years --months 24' },
  'rights/disclosures': { read: 'disclosures list', on: '--cursor NEXT' },
  'rights/ticketQueue': { read: 'tickets list', on: '--cursor NEXT' },
};

type Schema = { shape?: Record<string, Schema>; def: { type: string } };
const empty: Record<string, unknown> = { array: [], int: 0, number: 0, boolean: true, string: '' };

/** By operation, an answer with nothing in it. */
const lists = new Map<string, Record<string, unknown>>(
  Object.entries(functions).flatMap(([name, operations]) =>
    Object.entries(operations).flatMap(([own, { caller, output }]) => {
      const { shape = {} } = output as unknown as Schema;
      if (caller !== 'staff' || !('cursor' in shape)) return [];
      const of = ([field, { def }]: [string, Schema]) => [field, empty[def.type] ?? {}] as const;
      return [[`${name}/${own}`, Object.fromEntries(Object.entries(shape).map(of))] as const];
    }),
  ),
);

/** A service that has one page more of every list, until it is asked for that. */
let service: Server;
let asked: { path: string; input: Record<string, unknown> }[];
let terminal: Awaited<ReturnType<typeof signedIn>>;
beforeAll(async () => {
  service = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const path = (request.url ?? '').slice(API_PATH.length + 1);
    const input = JSON.parse(Buffer.concat(chunks).toString());
    asked.push({ path, input });
    const { cursor: _, ...data } = lists.get(path) ?? {};
    const answer = { ok: true, data: { ...data, ...(input.cursor === undefined && { cursor: 'NEXT' }) } };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  const api = `http://127.0.0.1:${(service.address() as AddressInfo).port}${API_PATH}`;
  terminal = await signedIn(api, 'wu', 'officer');
});
beforeEach(() => {
  asked = [];
});
afterAll(() => {
  service.closeAllConnections();
  service.close();
});

describe('a list of the staff that goes on', () => {
  it.each([...lists.keys()])('%s: the command line goes on by itself, or says how to', async (path) => {
    const { read, on } = commands[path] ?? { read: `(no command for ${path})` };
    const first = await terminal.run(...read.split(' '));
    expect(first).toMatchObject({ exit: 0, err: '' });
    if (on !== undefined) {
      expect(first.out).toContain('NEXT');
      const last = await terminal.run(...read.split(' '), ...on.split(' '));
      expect(last).toMatchObject({ exit: 0, out: expect.not.stringContaining('NEXT') });
    }
    const cursors = asked.flatMap((one) => (one.path === path ? [one.input.cursor] : []));
    expect(cursors).toEqual([undefined, 'NEXT']);
  });
});

it('a command sends what is its own alone, whatever else it was told', async () => {
  const file = terminal.signInFile;
  const typed = ['--authority', '公安局', '--document', '118', '--basis', 'criminal-evidence'];
  const rest = ['--kind', 'card-name', '--file', file, '--yes', 'a', '--json', '--lang', 'zh'];
  await terminal.run('disclosures', 'propose', 'a', ...typed, ...rest);
  const [sent] = asked.filter(({ path }) => path === 'rights/proposeDisclosure');
  const own = [
    'authority',
    'basis',
    'document',
    'documentHash',
    'idempotencyKey',
    'kinds',
    'secret',
    'subjectId',
  ];
  expect(Object.keys(sent?.input ?? {}).sort()).toEqual(own);
});

describe('what is typed behind leliao call', () => {
  const sent = async (...given: string[]) => {
    asked = [];
    const { exit } = await terminal.run('call', 'rights/correctFor', ...given);
    return exit === 0 ? asked[0]?.input : exit;
  };

  it('is the input, field by field or as one JSON, and what is neither is refused before anything is sent', async () => {
    const input = { ticket: 't=1', band: '', what: '7', seq: 7, is: true, list: ['a'] };
    expect(await sent('ticket=t=1', 'band=', 'what=7', 'seq:=7', 'is:=true', 'list:=["a"]')).toEqual(input);
    expect(await sent(JSON.stringify(input))).toEqual(input);
    expect(await sent()).toEqual({});
    for (const wrong of [['seq:=seven'], ['a=1', 'b'], ['a=1', '{}'], ['13800138000']])
      expect(await sent(...wrong)).toBe(2);
  });

  it('makes one act where the same is typed twice, and two of two', async () => {
    const keyOf = async (ticket: string) =>
      ((await sent(`ticket=${ticket}`, 'idempotencyKey=')) as { idempotencyKey: string }).idempotencyKey;
    const [one, again, other] = [await keyOf('a'), await keyOf('a'), await keyOf('b')];
    expect(one).toMatch(/^[\w-]{16,64}$/);
    expect([again === one, other === one]).toEqual([true, false]);
  });
});
