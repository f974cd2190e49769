import { tc3Headers } from '../../lib/partner/tc3';

/** Made with the partner's own SDK. */
const example = {
  secretId: 'AKIDEXAMPLE',
  secretKey: 'SECRETEXAMPLE',
  nowMs: 1764000000_000,
  service: 'faceid',
  url: 'https://faceid.tencentcloudapi.com/',
  body: '{"IdCard":"11010519491231002X","Name":"测试"}',
  action: 'IdCardVerification',
  version: '2018-03-01',
  region: 'ap-guangzhou',
};
const SIGNATURE = '7f11bd5a6d7c3871f264c55d388b909c9c68ca8c1c26cbe0b645e161b1657473';

const signatureOf = (change: object) =>
  tc3Headers({ ...example, ...change }).authorization?.split('Signature=')[1];

it('signs as Tencent Cloud does', () => {
  expect(tc3Headers(example)).toEqual({
    authorization: `TC3-HMAC-SHA256 Credential=AKIDEXAMPLE/2025-11-24/faceid/tc3_request, SignedHeaders=content-type;host, Signature=${SIGNATURE}`,
    'content-type': 'application/json',
    'x-tc-action': 'IdCardVerification',
    'x-tc-version': '2018-03-01',
    'x-tc-timestamp': '1764000000',
    'x-tc-region': 'ap-guangzhou',
  });
});

it('signs the body, the host, the key and the moment', () => {
  expect(signatureOf({})).toBe(SIGNATURE);
  const changes = [
    { body: example.body.replace('X', '1') },
    { url: 'https://faceid.ap-beijing.tencentcloudapi.com/' },
    { secretKey: 'ANOTHER' },
    { nowMs: example.nowMs + 1000 },
    { service: 'sms' },
  ];
  const signatures = changes.map(signatureOf);
  expect(new Set([SIGNATURE, ...signatures]).size).toBe(changes.length + 1);
});

it('dates by UTC', () => {
  const late = Date.parse('2026-12-31T23:59:59.999Z');
  expect(tc3Headers({ ...example, nowMs: late }).authorization).toContain('/2026-12-31/faceid/');
  expect(tc3Headers({ ...example, nowMs: late + 1 }).authorization).toContain('/2027-01-01/faceid/');
});
