import { SANDBOX_FACEID } from '../../infra/local/sandbox/tencent-signature';
import { tc3Headers } from '../../lib/partner/tc3';
import { startTestSandbox, type TestSandbox } from './sandbox-support';

const citizen = {
  idNumber: '44010619900307001X',
  name: '张三',
  phone: '13800138000',
  bankCard: '6228480402564890018',
};
let sandbox: TestSandbox;
beforeEach(async () => {
  sandbox = await startTestSandbox();
  await sandbox.control('POST', '/citizens', citizen);
});
afterEach(() => sandbox.stop());

type Answer = { RequestId: string; Result?: string; Error?: { Code: string } } & Record<string, unknown>;

/** A signed call; `change` alters what is signed, `after` what is sent. */
async function ask(action: string, input: object, change: object = {}, after: Record<string, string> = {}) {
  const body = JSON.stringify(input);
  const { secretId, secretKey } = SANDBOX_FACEID;
  const headers = tc3Headers({
    url: sandbox.url,
    service: 'faceid',
    action,
    version: '2018-03-01',
    region: 'ap-guangzhou',
    body,
    secretId,
    secretKey,
    nowMs: sandbox.clock.now(),
    ...change,
  });
  const response = await fetch(sandbox.url, { method: 'POST', body, headers: { ...headers, ...after } });
  expect(response.status).toBe(200);
  return ((await response.json()) as { Response: Answer }).Response;
}

const identity = { IdCard: citizen.idNumber, Name: citizen.name };
const phone = { ...identity, Phone: citizen.phone };
const card = { ...phone, BankCard: citizen.bankCard, CertType: 0 };
const start = { ...identity, RuleId: SANDBOX_FACEID.ruleId, Extra: 'session' };
const beginFace = async () => (await ask('DetectAuth', start)).BizToken as string;
const faceInfo = (BizToken: string, InfoType?: string) =>
  ask('GetDetectInfoEnhanced', { BizToken, RuleId: SANDBOX_FACEID.ruleId, ...(InfoType && { InfoType }) });

describe('the signature', () => {
  const code = async (change: object, after?: Record<string, string>) =>
    (await ask('IdCardVerification', identity, change, after)).Error?.Code;

  it('is checked', async () => {
    expect(await code({})).toBeUndefined();
    expect(await code({ secretKey: 'wrong' })).toBe('AuthFailure.SignatureFailure');
    expect(await code({ secretId: 'wrong' })).toBe('AuthFailure.SecretIdNotFound');
    expect(await code({ body: '{}' })).toBe('AuthFailure.SignatureFailure');
    expect(await code({ url: 'https://elsewhere.example' })).toBe('AuthFailure.SignatureFailure');
    expect(await code({ service: 'sms' })).toBe('AuthFailure.SignatureFailure');
    expect(await code({}, { authorization: 'none' })).toBe('AuthFailure.SignatureFailure');
    expect(await code({}, { 'x-tc-version': '2021-01-11' })).toBe('NoSuchVersion');
    expect(await code({ action: 'Nothing' })).toBe('InvalidAction');
  });

  it('is good for five minutes either way and no longer', async () => {
    const now = sandbox.clock.now();
    for (const skew of [-300_000, 300_000]) expect(await code({ nowMs: now + skew })).toBeUndefined();
    for (const skew of [-301_000, 301_000])
      expect(await code({ nowMs: now + skew })).toBe('AuthFailure.SignatureExpire');
  });
});

describe('the checks answer with each action’s own numbers', () => {
  it.each<[string, object, string]>([
    ['IdCardVerification', identity, '0'],
    ['IdCardVerification', { ...identity, Name: '李四' }, '-1'],
    ['IdCardVerification', { ...identity, IdCard: '44010619900307001x' }, '-2'],
    ['IdCardVerification', { ...identity, IdCard: '440106199003070011' }, '-2'],
    ['IdCardVerification', { ...identity, Name: '' }, '-3'],
    ['IdCardVerification', { ...identity, IdCard: '11010519491231002X' }, '-5'],
    ['PhoneVerification', phone, '0'],
    ['PhoneVerification', { ...phone, Phone: '13900139000' }, '-4'],
    ['PhoneVerification', { ...phone, Phone: '138' }, '-6'],
    ['PhoneVerification', { ...phone, IdCard: '44010619900307001x' }, '-7'],
    ['PhoneVerification', { ...phone, IdCard: '11010519491231002X' }, '-9'],
    ['PhoneVerification', { ...phone, Phone: '14000000000' }, '-13'],
    ['BankCard4EVerification', card, '0'],
    ['BankCard4EVerification', { ...card, Name: '李四' }, '-6'],
    ['BankCardVerification', { ...card, Name: '李四' }, '-5'],
    ['BankCard2EVerification', { ...card, Name: '李四' }, '-4'],
    ['BankCard4EVerification', { ...card, BankCard: '1' }, '-4'],
    ['BankCard2EVerification', { ...card, BankCard: '1' }, '-3'],
    ['BankCard4EVerification', { ...card, BankCard: '6222020000000000000' }, '-1'],
    ['BankCard4EVerification', { ...card, CertType: 1 }, '-20'],
  ])('%s %#', async (action, input, expected) => {
    const answer = await ask(action, input);
    expect(answer.Result).toBe(expected);
    expect(answer.RequestId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it('a lost card has three numbers in three actions', async () => {
    await sandbox.control('POST', '/citizens', { ...citizen, cardState: 'lost' });
    const codes = ['BankCard4EVerification', 'BankCardVerification', 'BankCard2EVerification'];
    const results = await Promise.all(codes.map(async (action) => (await ask(action, card)).Result));
    expect(results).toEqual(['-13', '-12', '-11']);
  });

  it('a number is checked 50 times a day and not 51 times', async () => {
    for (let time = 1; time <= 50; time += 1) {
      expect((await ask('IdCardVerification', identity)).Result).toBe('0');
      sandbox.clock.advance(100);
    }
    expect((await ask('IdCardVerification', identity)).Result).toBe('-7');
    sandbox.clock.advance(86_400_000);
    expect((await ask('IdCardVerification', identity)).Result).toBe('0');
  });

  it('says that it is busy or throttled in each action’s own words', async () => {
    const trouble = async (action: string, kind: string) => {
      await sandbox.control('POST', '/faults', { path: `/#${action}`, kind });
      const { Result, Error: error } = await ask(action, card);
      return Result ?? error?.Code;
    };
    expect(await trouble('IdCardVerification', 'busy')).toBe('RequestLimitExceeded');
    expect(await trouble('IdCardVerification', 'throttled')).toBe('-7');
    expect(await trouble('PhoneVerification', 'busy')).toBe('-11');
    expect(await trouble('PhoneVerification', 'throttled')).toBe('-12');
    expect(await trouble('BankCard4EVerification', 'busy')).toBe('-18');
    expect(await trouble('BankCard4EVerification', 'throttled')).toBe('-19');
  });
});

describe('the face check', () => {
  it('waits until somebody is through with the page', async () => {
    const token = await beginFace();
    expect((await faceInfo(token, '1')).Text).toMatchObject({ ErrCode: null });
    await sandbox.control('POST', `/faces/${token}`, { outcome: 'pass' });
    expect((await faceInfo(token, '1')).Text).toMatchObject({
      ErrCode: 0,
      IdCard: citizen.idNumber,
      Extra: 'session',
    });
  });

  it('sends images to whoever does not say that they want none', async () => {
    const token = await beginFace();
    await sandbox.control('POST', `/faces/${token}`, { outcome: 'pass' });
    for (const InfoType of [undefined, '0', '2'])
      expect(JSON.stringify(await faceInfo(token, InfoType))).toContain('BestFrame');
    expect(Object.keys(await faceInfo(token, '1')).sort()).toEqual(['RequestId', 'Text']);
    await sandbox.control('POST', `/faces/${token}`, { outcome: 'pass', images: true });
    expect(JSON.stringify(await faceInfo(token, '1'))).toContain('/9j/');
  });

  it('leads back to the address it was begun with, and says there which check it was', async () => {
    const { BizToken } = await ask('DetectAuth', {
      ...start,
      RedirectUrl: 'https://card.gov.cn/face?from=us',
    });
    const { body } = await sandbox.control('POST', `/faces/${BizToken}`, { outcome: 'pass' });
    expect(body).toMatchObject({ leadsTo: `https://card.gov.cn/face?from=us&BizToken=${BizToken}` });
  });

  it('can turn out to be about another number', async () => {
    const token = await beginFace();
    await sandbox.control('POST', `/faces/${token}`, { outcome: 'pass', as: '11010519491231002X' });
    expect((await faceInfo(token, '1')).Text).toMatchObject({ IdCard: '11010519491231002X' });
  });

  it('refuses a small x, an unknown rule, a long name and an unknown token', async () => {
    const code = async (change: object) => (await ask('DetectAuth', { ...start, ...change })).Error?.Code;
    expect(await code({ IdCard: '44010619900307001x' })).toBe('InvalidParameter.InvalidParameterValue');
    expect(await code({ RuleId: '9' })).toBe('InvalidParameterValue.RuleIdNotExist');
    expect(await code({ Name: '张'.repeat(33) })).toBe('InvalidParameterValueLimit');
    expect(await code({ RedirectUrl: `https://card.gov.cn/${'a'.repeat(1005)}` })).toBe(
      'InvalidParameterValueLimit',
    );
    expect((await faceInfo('NOBODY', '1')).Error?.Code).toBe('InvalidParameterValue.BizTokenIllegal');
  });

  it('can be done for 7200 s, and its result read for three days', async () => {
    const token = await beginFace();
    sandbox.clock.advance(7200_000 - 1);
    expect((await sandbox.control('POST', `/faces/${token}`, { outcome: 'pass' })).status).toBe(200);
    sandbox.clock.advance(1);
    expect((await sandbox.control('POST', `/faces/${token}`, { outcome: 'pass' })).status).toBe(409);
    expect((await faceInfo(token, '1')).Text).toMatchObject({ ErrCode: 0 });
    sandbox.clock.advance(3 * 86_400_000);
    expect((await faceInfo(token, '1')).Error?.Code).toBe('InvalidParameterValue.BizTokenExpired');
  });
});

describe('the network identity', () => {
  const verify = async (token: string) => {
    const response = await fetch(`${sandbox.url}/network-identity/verify`, {
      method: 'POST',
      body: JSON.stringify({ token }),
    });
    return (await response.json()) as Record<string, string>;
  };
  const proof = async (input: object) =>
    ((await sandbox.control('POST', '/network-proofs', input)) as { body: { token: string } }).body.token;

  it('takes a proof once, for five minutes, and says nothing of name and number', async () => {
    const token = await proof({ networkId: 'N1', ageBand: 'ADULT' });
    expect(await verify(token)).toEqual({
      result: 'VERIFIED',
      networkId: 'N1',
      ageBand: 'ADULT',
      requestId: expect.any(String),
    });
    expect((await verify(token)).result).toBe('TOKEN_INVALID');
    const late = await proof({});
    sandbox.clock.advance(5 * 60_000);
    expect((await verify(late)).result).toBe('TOKEN_INVALID');
  });
});

it('keeps paths and outcomes of calls, no number and no name', async () => {
  await ask('BankCard4EVerification', card);
  const { body } = await sandbox.control('GET', '/calls');
  expect(JSON.stringify(body)).toContain('/#BankCard4EVerification');
  for (const secret of Object.values(citizen)) expect(JSON.stringify(body)).not.toContain(secret);
});
