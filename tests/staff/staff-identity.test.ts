import { createHmac, sign as signBytes } from 'node:crypto';
import { exportPKCS8, exportSPKI, importJWK } from 'jose';
import { MAX_TOKEN_CHARS } from '../../lib/bounds';
import { AppError } from '../../lib/errors';
import type { StaffIdentity } from '../../lib/partner/staff-identity';
import { respelled } from '../support/respelled';
import {
  AUDIENCE,
  goodClaims,
  goodHeader,
  type Issuer,
  NOW_SECONDS,
  newKey,
  sign,
  startIssuer,
} from './issuer';

let issuer: Issuer;
beforeEach(async () => {
  issuer = await startIssuer();
});
afterEach(() => issuer.stop());

async function verdict(token: string, by: StaffIdentity = issuer.verifier()): Promise<string> {
  return by.verify(token).then(
    () => 'OK',
    (error) => (error instanceof AppError ? error.code : String(error)),
  );
}

const part = (text: string) => Buffer.from(text).toString('base64url');
const json = (value: object) => part(JSON.stringify(value));

/** A token of exactly these texts, truly signed by the issuer's own key. */
async function signRaw(header: string, payload: string): Promise<string> {
  const [key] = issuer.keys;
  const signed = `${part(header)}.${part(payload)}`;
  const privateKey = { key: await exportPKCS8(key?.privateKey as never), dsaEncoding: 'ieee-p1363' } as const;
  return `${signed}.${signBytes('sha256', Buffer.from(signed), privateKey).toString('base64url')}`;
}

describe('a token of the operator’s staff (S6)', () => {
  it('names the member, those of their roles that we know, and when it was issued', async () => {
    // One audience in a list is one (RFC 7519, 4.1.3).
    const token = await sign(issuer, {
      aud: [AUDIENCE],
      roles: ['officer', 'root', 'auditor', 7, 'officer'],
    });
    expect(await issuer.verifier().verify(token)).toEqual({
      staffId: 'wang.officer',
      roles: ['officer', 'auditor'],
      issuedAtMs: (NOW_SECONDS - 60) * 1000,
    });
  });

  it.each([undefined, 'officer', { officer: true }, ['root'], [['officer']], null])(
    'gives no role for the claim %j',
    async (roles) => {
      const { roles: given } = await issuer.verifier().verify(await sign(issuer, { roles }));
      expect(given).toEqual([]);
    },
  );
});

describe('tokens that are refused', () => {
  const cases: { what: string; claims?: object; header?: object }[] = [
    { what: 'another audience', claims: { aud: 'https://other.example.cn' } },
    { what: 'several audiences, ours among them', claims: { aud: [AUDIENCE, 'https://other.example.cn'] } },
    { what: 'no audience', claims: { aud: undefined } },
    { what: 'another issuer', claims: { iss: 'https://login.example.cn' } },
    { what: 'no issuer', claims: { iss: undefined } },
    { what: 'an end in the past', claims: { exp: NOW_SECONDS - 6 } },
    { what: 'no end', claims: { exp: undefined } },
    { what: 'an end that is no number', claims: { exp: 'never' } },
    { what: 'a begin in the future', claims: { nbf: NOW_SECONDS + 60 } },
    { what: 'an issue in the future', claims: { iat: NOW_SECONDS + 60 } },
    {
      what: 'an issue too long ago, however late its end',
      claims: { iat: NOW_SECONDS - 3700, exp: NOW_SECONDS + 86_400 },
    },
    { what: 'no time of issue', claims: { iat: undefined } },
    { what: 'no subject', claims: { sub: undefined } },
    { what: 'an empty subject', claims: { sub: '' } },
    { what: 'a subject that is no text', claims: { sub: 7 } },
    { what: 'a subject with what does not belong into a name', claims: { sub: 'wang\n{"staff":"li"}' } },
    { what: 'a subject without end', claims: { sub: 'w'.repeat(65) } },
    { what: 'the type of an ID token', header: { typ: 'JWT' } },
    { what: 'no type', header: { typ: undefined } },
    { what: 'a key that nobody knows', header: { kid: 'unknown' } },
  ];
  it.each(cases)('$what', async ({ claims, header }) => {
    expect(await verdict(await sign(issuer, { ...claims }, { ...header }))).toBe('SIGN_IN_REQUIRED');
  });

  it('another spelling of a good one', async () => {
    const token = await sign(issuer, {});
    expect(await verdict(token)).toBe('OK');
    for (const other of respelled(token)) expect(await verdict(other)).toBe('SIGN_IN_REQUIRED');
  });

  it('an issuer that only begins like ours', async () => {
    expect(await verdict(await sign(issuer, { iss: `${issuer.url}/` }))).toBe('SIGN_IN_REQUIRED');
  });

  it('no signature at all (alg none)', async () => {
    const payload = json(goodClaims(issuer));
    for (const alg of ['none', 'None', 'NONE', '']) {
      for (const signature of ['', part('x')]) {
        const token = `${json({ ...goodHeader, alg })}.${payload}.${signature}`;
        expect(await verdict(token)).toBe('SIGN_IN_REQUIRED');
      }
    }
  });

  it('the public key used as a shared secret (HS256)', async () => {
    const jwk = issuer.keys[0]?.publicJwk ?? {};
    const pem = await exportSPKI((await importJWK(jwk, 'ES256')) as never);
    const signed = `${json({ ...goodHeader, alg: 'HS256' })}.${json(goodClaims(issuer))}`;
    for (const secret of [pem, pem.trim(), JSON.stringify(jwk), jwk.x ?? '']) {
      const signature = createHmac('sha256', secret).update(signed).digest('base64url');
      expect(await verdict(`${signed}.${signature}`)).toBe('SIGN_IN_REQUIRED');
    }
  });

  it('another key under the name of ours, and a key that the token brings along', async () => {
    const forger = await newKey('first');
    expect(await verdict(await sign(issuer, {}, {}, forger))).toBe('SIGN_IN_REQUIRED');
    const brought = { jwk: forger.publicJwk, kid: undefined };
    expect(await verdict(await sign(issuer, {}, brought, forger))).toBe('SIGN_IN_REQUIRED');
    expect(await verdict(await sign(issuer, {}, { ...brought, jku: 'https://evil.example' }, forger))).toBe(
      'SIGN_IN_REQUIRED',
    );
  });

  it('a signature of something else, or none of the form', async () => {
    const [header = '', payload = '', signature = ''] = (await sign(issuer)).split('.');
    const raised = json({ ...goodClaims(issuer), roles: ['auditor', 'responder'] });
    for (const token of [
      `${header}.${raised}.${signature}`,
      `${header}.${payload}.${part('x'.repeat(64))}`,
      `${header}.${payload}.${Buffer.alloc(64).toString('base64url')}`, // r = s = 0
      `${header}.${payload}`,
      `${header}.${payload}.${signature}.${signature}`,
      `${header}..${signature}`,
      '',
      '..',
      'x'.repeat(10_000),
      `${part('[]')}.${payload}.${signature}`,
      `${part('{"alg":')}.${payload}.${signature}`,
    ]) {
      expect(await verdict(token)).toBe('SIGN_IN_REQUIRED');
    }
  });

  it('a truly signed token that is longer than any may be', async () => {
    const padded = async (chars: number) => sign(issuer, { pad: 'x'.repeat(chars) });
    const room = Math.floor(((MAX_TOKEN_CHARS - (await padded(0)).length) / 4) * 3);
    const longest = await padded(room);
    expect(MAX_TOKEN_CHARS - longest.length).toBeLessThan(4);
    expect(await verdict(longest)).toBe('OK'); // the instrument itself is right
    expect(await verdict(await padded(room + 4))).toBe('SIGN_IN_REQUIRED');
  });

  it('a made-up token, before anybody looks for a claim that stands twice', async () => {
    const payload = part(JSON.stringify(goodClaims(issuer)).replace(/}$/, ',"sub":"li.auditor"}'));
    const made = `${json({ ...goodHeader, kid: 'made-up' })}.${payload}.${part('x')}`;
    expect(await verdict(made)).toBe('SIGN_IN_REQUIRED');
    expect(issuer.asked).toBe(1); // the key was asked for first
  });

  it('truly signed claims of which one stands twice', async () => {
    const header = JSON.stringify(goodHeader);
    const payload = JSON.stringify(goodClaims(issuer));
    expect(await verdict(await signRaw(header, payload))).toBe('OK'); // the instrument itself is right
    const twice = (text: string, more: string) => text.replace(/}$/, `,${more}}`);
    for (const more of [
      '"sub":"li.auditor"',
      '"sub" : "wang.officer"',
      '"\\u0073ub":"li.auditor"',
      '"roles":["auditor"]',
      `"aud":"${AUDIENCE}"`,
    ]) {
      expect(await verdict(await signRaw(header, twice(payload, more)))).toBe('SIGN_IN_REQUIRED');
    }
    for (const more of ['"alg":"ES256"', '"kid":"first"', '"typ":"at+jwt"']) {
      expect(await verdict(await signRaw(twice(header, more), payload))).toBe('SIGN_IN_REQUIRED');
    }
    const nested = twice(payload, '"act":{"sub":"x"},"note":"\\"sub\\":"');
    expect(await verdict(await signRaw(header, nested))).toBe('OK'); // the same name elsewhere is no second claim
  });

  it('a header that demands what we do not know', async () => {
    const header = JSON.stringify({ ...goodHeader, crit: ['exp'], exp: 1 });
    expect(await verdict(await signRaw(header, JSON.stringify(goodClaims(issuer))))).toBe('SIGN_IN_REQUIRED');
  });

  it.each(['issuer', 'audience', 'jwksUrl'])(
    'every token, while the setting for %s is empty',
    async (setting) => {
      expect(await verdict(await sign(issuer), issuer.verifier({ [setting]: '' }))).toBe('SIGN_IN_REQUIRED');
    },
  );
});

describe('the issuer’s keys', () => {
  it('are asked for once, not with every token', async () => {
    const verifier = issuer.verifier();
    for (let token = 0; token < 3; token += 1) expect(await verdict(await sign(issuer), verifier)).toBe('OK');
    expect(issuer.asked).toBe(1);
  });

  it('may change: a new one is picked up, and one that is gone is no longer good', async () => {
    const verifier = issuer.verifier({ keysPauseMs: 0 });
    const old = await sign(issuer);
    expect(await verdict(old, verifier)).toBe('OK');
    issuer.keys = [await newKey('second')];
    expect(await verdict(await sign(issuer, {}, { kid: 'second' }), verifier)).toBe('OK');
    expect(await verdict(old, verifier)).toBe('SIGN_IN_REQUIRED');
  });

  it('are not asked for again at once when somebody makes up key ids', async () => {
    const verifier = issuer.verifier();
    for (let guess = 0; guess < 20; guess += 1) {
      expect(await verdict(await sign(issuer, {}, { kid: `guess-${guess}` }), verifier)).toBe(
        'SIGN_IN_REQUIRED',
      );
    }
    expect(issuer.asked).toBe(1);
  });

  it.each(['error', 'rubbish'] as const)(
    'when they cannot be had (%s), nobody is told to sign in again; when they are back, all goes on',
    async (trouble) => {
      const verifier = issuer.verifier({ keysPauseMs: 0 });
      issuer.answer = trouble;
      expect(await verdict(await sign(issuer), verifier)).toBe('PARTNER_UNAVAILABLE');
      issuer.answer = 'keys';
      expect(await verdict(await sign(issuer), verifier)).toBe('OK');
    },
  );

  it('are waited for three seconds at most', async () => {
    issuer.answer = 'late';
    expect(await verdict(await sign(issuer))).toBe('PARTNER_UNAVAILABLE');
  });

  it('are not needed any more for known ones while the issuer is down', async () => {
    const verifier = issuer.verifier();
    expect(await verdict(await sign(issuer), verifier)).toBe('OK');
    issuer.answer = 'error';
    expect(await verdict(await sign(issuer), verifier)).toBe('OK');
  });

  it('cannot be had from where nobody listens', async () => {
    await issuer.stop();
    expect(await verdict(await sign(issuer))).toBe('PARTNER_UNAVAILABLE');
  });
});
