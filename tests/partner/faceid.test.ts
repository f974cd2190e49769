import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLog } from '../../lib/log';
import { checkResults } from '../../lib/partner/check-result';
import { createFaceId, type FaceId } from '../../lib/partner/faceid';
import { faceidCodes } from '../../lib/partner/faceid-codes';
import { createNetworkIdentity } from '../../lib/partner/network-identity';

const requestId = '6ef60bec-0242-43af-bb20-270359fb54a7';
const person = { name: '张三', idNumber: '11010519491231002x' };

type Heard = { headers: IncomingHttpHeaders; body: Record<string, unknown> };
let server: Server;
let faceId: Required<FaceId>;
let heard: Heard[];
let lines: string[];
/** What the partner answers, one after the other; the last one for ever. */
let answers: object[];

beforeEach(async () => {
  heard = [];
  lines = [];
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    heard.push({ headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) });
    response.end(JSON.stringify(answers.length > 1 ? answers.shift() : answers[0]));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  faceId = createFaceId({
    baseUrl: address(),
    secretId: 'id',
    secretKey: 'key',
    region: 'ap-guangzhou',
    ruleId: '7',
    redirectUrl: 'https://card.gov.cn/face?from=leliao',
    clock: { now: () => 1764000000_000 },
    log: createLog((line) => lines.push(line)),
  }) as Required<FaceId>;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const result = (Result: unknown) => ({ Response: { Result, RequestId: requestId } });
const alarms = () => lines.filter((line) => line.includes('"event":"alarm"'));
const checks = {
  IdCardVerification: () => faceId.checkIdCard(person),
  PhoneVerification: () => faceId.checkPhone({ ...person, phone: '13800138000' }),
  BankCard4EVerification: () =>
    faceId.checkBankCard({ ...person, phone: '13800138000', bankCard: '6228480402564890018' }),
};
type Action = keyof typeof checks;

describe('what is sent', () => {
  it('is each action’s own fields and no others, with X in upper case', async () => {
    answers = [result('0')];
    for (const check of Object.values(checks)) await check();
    const identity = { Name: '张三', IdCard: '11010519491231002X' };
    expect(heard.map(({ headers, body }) => [headers['x-tc-action'], body])).toEqual([
      ['IdCardVerification', identity],
      ['PhoneVerification', { ...identity, Phone: '13800138000', VerifyMode: '0' }],
      [
        'BankCard4EVerification',
        { ...identity, Phone: '13800138000', BankCard: '6228480402564890018', CertType: 0 },
      ],
    ]);
    for (const { headers } of heard) {
      expect(headers['x-tc-version']).toBe('2018-03-01');
      expect(headers.authorization).toMatch(
        /^TC3-HMAC-SHA256 Credential=id\/2025-11-24\/faceid\/tc3_request/,
      );
    }
  });

  it('leads back to the page of the operator from a face check, and says nothing of it where there is none (N2)', async () => {
    answers = [{ Response: { BizToken: 'TOKEN', Url: 'https://faceid.qq.com/1', RequestId: requestId } }];
    const sessionId = 'A'.repeat(22);
    await faceId.startFace({ ...person, sessionId });
    const common = { clock: { now: () => 1764000000_000 }, log: createLog(() => {}) };
    const settings = { baseUrl: address(), secretId: 'id', secretKey: 'key', region: 'ap-guangzhou' };
    await createFaceId({ ...settings, ...common, ruleId: '7', redirectUrl: '' }).startFace?.({
      ...person,
      sessionId,
    });
    const asked = { RuleId: '7', Name: '张三', IdCard: '11010519491231002X', Extra: sessionId };
    expect(heard.map(({ body }) => body)).toEqual([
      { ...asked, RedirectUrl: 'https://card.gov.cn/face?from=leliao' },
      asked,
    ]);
  });

  it('never asks for images', async () => {
    answers = [{ Response: { Text: { ErrCode: null }, RequestId: requestId } }];
    await faceId.faceResult('TOKEN');
    expect(heard[0]?.body).toEqual({ BizToken: 'TOKEN', RuleId: '7', InfoType: '1' });
  });
});

/** Straight from the partner's documentation, apart from the client's own tables. */
const documented: [Action, string, string][] = [
  ['IdCardVerification', '0', 'VERIFIED'],
  ['IdCardVerification', '-1', 'MISMATCH'],
  ['IdCardVerification', '-2', 'INVALID_INPUT'],
  ['IdCardVerification', '-5', 'NO_RECORD'],
  ['IdCardVerification', '-6', 'UPSTREAM_ERROR'],
  ['IdCardVerification', '-7', 'RATE_LIMITED'],
  ['PhoneVerification', '-4', 'MISMATCH'],
  ['PhoneVerification', '-7', 'INVALID_INPUT'],
  ['PhoneVerification', '-9', 'NO_RECORD'],
  ['PhoneVerification', '-12', 'RATE_LIMITED'],
  ['PhoneVerification', '-13', 'UNSUPPORTED'],
  ['BankCard4EVerification', '-4', 'INVALID_INPUT'],
  ['BankCard4EVerification', '-6', 'MISMATCH'],
  ['BankCard4EVerification', '-13', 'CARD_STATE'],
  ['BankCard4EVerification', '-17', 'CARD_STATE'],
  ['BankCard4EVerification', '-19', 'RATE_LIMITED'],
  ['BankCard4EVerification', '-21', 'CARD_STATE'],
];

describe('what an answer means', () => {
  it.each(documented)('%s %s is %s', async (action, code, meaning) => {
    answers = [result(code)];
    expect(await checks[action]()).toEqual({ result: meaning, partnerRequestId: requestId });
    expect(alarms()).toEqual([]);
  });

  it('differs from action to action: no code table serves two of them', () => {
    const tables = Object.values(faceidCodes);
    expect(new Set(tables).size).toBe(tables.length);
    for (const table of tables)
      for (const meaning of Object.values(table)) expect([...checkResults, 'BUSY']).toContain(meaning);
    expect(faceidCodes.PhoneVerification['-4']).not.toBe(faceidCodes.BankCard4EVerification['-4']);
  });

  it.each([
    ['a code that is not documented', '-99'],
    ['a number instead of a text: 0 is not "0"', 0],
    ['+1, the mismatch of another action', '1'],
    ['nothing', undefined],
    ['a property of every object', 'toString'],
    ['the person’s own number', person.idNumber],
  ])('%s is an UPSTREAM_ERROR and rings, without its words in the log', async (_, code) => {
    answers = [result(code)];
    for (const check of Object.values(checks)) expect((await check()).result).toBe('UPSTREAM_ERROR');
    expect(alarms()).toHaveLength(3);
    expect(lines.join('')).not.toContain(person.idNumber);
  });

  it.each([
    ['no Response', {}],
    ['a text for a Response', { Response: 'VERIFIED' }],
    ['an error', { Response: { Error: { Code: 'AuthFailure.SignatureExpire' }, RequestId: requestId } }],
    ['an error beside a success', { Response: { Error: { Code: 'X' }, Result: '0', RequestId: requestId } }],
  ])('%s is an UPSTREAM_ERROR', async (_, answer) => {
    answers = [answer];
    expect((await checks.IdCardVerification()).result).toBe('UPSTREAM_ERROR');
    expect(heard).toHaveLength(1);
  });

  it.each([person.idNumber, '6228480402564890018', '张三', { a: 1 }, undefined])(
    'a request number that is none (%p) is not kept',
    async (RequestId) => {
      answers = [{ Response: { Result: '0', RequestId } }];
      expect(await checks.IdCardVerification()).toEqual({ result: 'VERIFIED', partnerRequestId: '' });
    },
  );

  it('busy is asked again once, and nothing else is', async () => {
    answers = [result('-18'), result('0')];
    expect((await checks.BankCard4EVerification()).result).toBe('VERIFIED');
    answers = [{ Response: { Error: { Code: 'RequestLimitExceeded' }, RequestId: requestId } }, result('0')];
    expect((await checks.IdCardVerification()).result).toBe('VERIFIED');
    expect(heard).toHaveLength(4);
    answers = [result('-4'), result('0')];
    expect((await checks.IdCardVerification()).result).toBe('UPSTREAM_ERROR');
    expect(heard).toHaveLength(5);
  });
});

describe('a face check', () => {
  const passed = {
    ErrCode: 0,
    LiveStatus: 0,
    Comparestatus: 0,
    Sim: '98.5',
    IdCard: '11010519491231002x',
    Extra: 's',
  };
  const read = async (Text: unknown, more: object = {}) => {
    answers = [{ Response: { Text, ...more, RequestId: requestId } }];
    return faceId.faceResult('TOKEN');
  };

  it('is passed when everything about it is, and says whom it is about', async () => {
    expect(await read(passed)).toEqual({
      result: 'VERIFIED',
      idNumber: '11010519491231002X',
      sessionId: 's',
      partnerRequestId: requestId,
    });
  });

  it.each([
    ['another error', { ErrCode: 1001 }],
    ['not alive', { LiveStatus: 5001 }],
    ['not the same', { Comparestatus: 1004 }],
    ['not similar enough', { Sim: '69.9' }],
    ['no similarity', { Sim: undefined }],
    ['a text for 0', { ErrCode: '0' }],
  ])('%s is no pass', async (_, change) => {
    expect((await read({ ...passed, ...change })).result).toBe('MISMATCH');
  });

  it('that is not done yet is PENDING, and one without a text is an error', async () => {
    expect((await read({ ...passed, ErrCode: null })).result).toBe('PENDING');
    expect((await read(undefined)).result).toBe('UPSTREAM_ERROR');
    expect((await read('VERIFIED')).result).toBe('UPSTREAM_ERROR');
  });

  it.each([
    ['a named field', { BestFrame: { BestFrame: '/9j/4AAQ' } }],
    ['a video', { VideoData: { LivenessVideo: 'AAAA' } }],
    ['a field nobody knows, by its size', { Something: { New: 'x'.repeat(5000) } }],
  ])('with %s rings, and the image goes nowhere', async (_, images) => {
    expect(await read(passed, images)).toEqual(await read(passed));
    expect(alarms()).toHaveLength(1);
    expect(lines.join('')).not.toMatch(/9j|xxxx|AAAA/);
  });

  it('with empty image fields does not ring', async () => {
    await read(passed, { BestFrame: { BestFrame: '' }, VideoData: null, IdCardData: {} });
    expect(alarms()).toEqual([]);
  });

  it('is not there without a rule', () => {
    const parts = {
      baseUrl: address(),
      secretId: 'id',
      secretKey: 'key',
      region: 'ap-guangzhou',
      ruleId: '',
    };
    const plain = createFaceId({ ...parts, clock: { now: () => 0 }, log: () => undefined });
    expect([plain.startFace, plain.faceResult]).toEqual([undefined, undefined]);
  });
});

describe('network identity', () => {
  const check = async (answer: object) => {
    answers = [answer];
    const log = createLog((line) => lines.push(line));
    return createNetworkIdentity({ baseUrl: address(), clock: { now: () => 0 }, log }).check('proof');
  };

  it('takes the result, the identifier and the age band, and nothing else', async () => {
    const answer = { result: 'VERIFIED', networkId: 'N1', ageBand: 'ADULT', requestId, name: '张三' };
    expect(await check(answer)).toEqual({
      result: 'VERIFIED',
      networkId: 'N1',
      ageBand: 'adult',
      partnerRequestId: requestId,
    });
  });

  it.each([
    ['verified without an identifier', { result: 'VERIFIED' }, 'UPSTREAM_ERROR', 0],
    [
      'an identifier that is too long',
      { result: 'VERIFIED', networkId: 'N'.repeat(129) },
      'UPSTREAM_ERROR',
      0,
    ],
    ['a used proof', { result: 'TOKEN_INVALID' }, 'MISMATCH', 0],
    ['an unknown result', { result: 'PERHAPS' }, 'UPSTREAM_ERROR', 1],
  ])('%s', async (_, answer, meaning, rings) => {
    expect((await check(answer)).result).toBe(meaning);
    expect(alarms()).toHaveLength(rings);
  });
});
