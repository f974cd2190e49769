import { createHash, createPrivateKey, randomBytes, sign as signBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SDJwtInstance } from '@sd-jwt/core';
import fc from 'fast-check';
import { CompactSign, compactVerify, importJWK, type JWK, SignJWT } from 'jose';
import { encode } from 'uqr';
import { verifyCardProgram } from '../../infra/commands/verify-card';
import { type CardContent, type Field, fields } from '../../lib/card/content';
import type { ShownCard } from '../../lib/card/shown';
import {
  digestOf,
  MAX_SIGNED_CARD_BYTES,
  MAX_SIGNED_CARD_LIFETIME_MS,
  SIGNED_CARD_KIND,
  SIGNED_CARD_LIFETIME_MS,
  SIGNED_CARD_TYPE,
  SignedCardError,
  type SignedCardProblem,
  type Signer,
  signCard,
} from '../../lib/card/signed-card';
import { CLOCK_LEEWAY_MS, leaveOnly, verifySignedCard } from '../../lib/card/signed-card-verify';
import { newSigningKey } from '../../lib/crypto/signature';
import { ran } from '../support/ran';
import { contents, plain } from './contents';

const NOW_MS = Date.UTC(2026, 10, 23, 8, 0, 0);
const ISSUER = 'https://api.example.cn';
const lin: CardContent = {
  name: '林晓',
  familyName: '林',
  givenName: '晓',
  organisation: '广东省数据局',
  department: '平台处',
  title: '工程师',
  phones: [{ number: '+86 138 0013 8000', label: 'mobile' }],
  mails: [{ address: 'lin.xiao@example.cn', label: 'work' }],
  addresses: [{ text: '广州市东风中路 305 号' }],
  sites: ['https://example.cn/lin'],
  wechatId: 'lin_xiao',
  note: '绝密',
  otherLanguages: [],
  kept: ['X-SECRET:绝密'],
};

let publicJwk: JWK;
let privateJwk: JWK;
let otherJwk: JWK;
let sign: Signer;
let otherSign: Signer;

function signerOf(privateJwk: JWK, changed: object = {}): Signer {
  return async (typ, payload) =>
    new CompactSign(Buffer.from(JSON.stringify(payload)))
      .setProtectedHeader({ alg: 'ES256', kid: privateJwk.kid ?? '', typ, ...changed })
      .sign(await importJWK(privateJwk, 'ES256'));
}

beforeAll(async () => {
  const [mine, other] = await Promise.all([newSigningKey('mine'), newSigningKey('other')]);
  [publicJwk, privateJwk, otherJwk] = [mine.publicJwk, mine.privateJwk, other.publicJwk];
  [sign, otherSign] = [signerOf(mine.privateJwk), signerOf(other.privateJwk)];
});

const chosen: Field[] = ['name', 'organisation', 'title', 'phones', 'mails'];
const toSign = { content: lin as unknown as ShownCard, fields: chosen, issuer: ISSUER, nowMs: NOW_MS };
const issue = (changed: object = {}, by = sign) => signCard({ ...toSign, ...changed }, by, randomBytes);
const check = (text: string, changed: object = {}) =>
  verifySignedCard(text, { keys: [otherJwk, publicJwk], nowMs: NOW_MS, ...changed });

async function refusal(act: Promise<unknown>): Promise<SignedCardProblem | undefined> {
  try {
    await act;
    return undefined;
  } catch (error) {
    if (!(error instanceof SignedCardError)) throw error;
    expect(error.message).not.toMatch(/林|绝密|138/);
    return error.reason;
  }
}

describe('a signed card is one text, for one time (C5)', () => {
  it('no part of it can be written in another way for the same bytes', async () => {
    const { text } = await issue();
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const cuts = [...text.matchAll(/[.~]/g)].map(({ index }) => index);
    const twins = cuts.flatMap((cut) => {
      const before = text.slice(0, cut - 1);
      const after = text.slice(cut);
      const next = alphabet[alphabet.indexOf(text[cut - 1] ?? '') + 1] ?? 'A';
      return [`${before}${next}${after}`, `${text.slice(0, cut)}=${after}`, `${text.slice(0, cut)} ${after}`];
    });
    expect(await refusal(check(text))).toBeUndefined();
    for (const twin of twins) expect(await refusal(check(twin))).toBeDefined();
  });

  it('is not valid before it says so', async () => {
    const iat = NOW_MS / 1000;
    const until = (nbf: unknown) =>
      sign(SIGNED_CARD_TYPE, { iss: ISSUER, iat, exp: iat + 60, nbf, vct: SIGNED_CARD_KIND, _sd: [] });
    const leeway = CLOCK_LEEWAY_MS / 1000;
    expect(await refusal(check(`${await until(iat + leeway)}~`))).toBeUndefined();
    expect(await refusal(check(`${await until(iat + leeway + 1)}~`))).toBe('not-yet-valid');
    expect(await refusal(check(`${await until('later')}~`))).toBe('malformed');
  });
});

describe('a signed card says what its owner chose, and nothing else (C2, C5)', () => {
  it('verifies offline with the published key, for as long as it was signed for', async () => {
    const { text, expiresAtMs } = await issue({ realNameVerified: true });
    const card = await check(text, { issuer: ISSUER });
    expect(card).toEqual({
      content: {
        name: '林晓',
        familyName: '林',
        givenName: '晓',
        organisation: '广东省数据局',
        department: '平台处',
        title: '工程师',
        phones: lin.phones,
        mails: lin.mails,
      },
      realNameVerified: true,
      leftOut: 0,
      issuer: ISSUER,
      issuedAtMs: NOW_MS,
      expiresAtMs: NOW_MS + SIGNED_CARD_LIFETIME_MS,
    });
    expect(expiresAtMs).toBe(card.expiresAtMs);
  });

  it('whatever stands on the card and whichever fields were chosen', async () => {
    await fc.assert(
      fc.asyncProperty(contents, fc.subarray([...fields]), async (content, shown) => {
        const small = { ...content, note: undefined, addresses: [], sites: [], otherLanguages: [] };
        const signed = await issue({ content: small, fields: shown }).catch(
          (error: SignedCardError) => error,
        );
        if (signed instanceof SignedCardError) {
          expect(['nothing-chosen', 'too-large']).toContain(signed.reason);
          return;
        }
        const { content: read } = await check(signed.text);
        for (const [part, value] of Object.entries(read))
          expect(plain(value)).toEqual(plain(small[part as keyof CardContent]));
        expect(read.kept).toBeUndefined();
        if (!shown.includes('phones')) expect(read.phones).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });

  it('holds nothing of what was not chosen, and nothing in the clear that a digest does not stand for', async () => {
    const { text } = await issue({ fields: ['name'] });
    const opened = text
      .split(/[.~]/)
      .map((part) => Buffer.from(part, 'base64url').toString('utf8'))
      .join();
    expect(opened).toContain('林晓');
    expect(opened).not.toMatch(/绝密|138|example\.cn\/lin|数据局/);
    const [jws = ''] = text.split('~');
    const { payload } = await compactVerify(jws, await importJWK(publicJwk, 'ES256'));
    const claims = JSON.parse(Buffer.from(payload).toString()) as object;
    expect(Object.keys(claims).sort()).toEqual(['_sd', 'exp', 'iat', 'iss', 'vct']);
  });

  it('can be passed on with less on it', async () => {
    const less = leaveOnly((await issue()).text, ['name']);
    const card = await check(less);
    expect(Object.keys(card.content)).toEqual(['name', 'familyName', 'givenName']);
    expect(card.leftOut).toBe(4);
  });

  it('has fresh salts each time, so that two cards cannot be told to be of one person by what is left out', async () => {
    const digests = (text: string) =>
      JSON.parse(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString())._sd;
    const [one, two] = [digests((await issue()).text), digests((await issue()).text)];
    expect(one.filter((digest: string) => two.includes(digest))).toEqual([]);
  });

  it('fits a QR code, and is refused when it would not', async () => {
    const { text, bytes } = await issue();
    expect(bytes).toBe(Buffer.byteLength(text));
    expect(bytes).toBeLessThan(1200);
    expect(() => encode(text, { ecc: 'M' })).not.toThrow();
    expect(() => encode('~'.padStart(MAX_SIGNED_CARD_BYTES, 'a'), { ecc: 'M' })).not.toThrow();
    const long = { ...lin, note: '长'.repeat(800) };
    expect(await refusal(issue({ content: long, fields: ['note'] }))).toBe('too-large');
    expect(await refusal(issue({ fields: [] }))).toBe('nothing-chosen');
    expect(await refusal(issue({ fields: ['logo', 'otherLanguages'], realNameVerified: true }))).toBe(
      'nothing-chosen',
    );
  });
});

describe('a signed card that does not hold is refused with the reason (C5)', () => {
  it('expired to the second, not yet valid, or signed for longer than cards may live', async () => {
    const { text, expiresAtMs } = await issue();
    expect(await refusal(check(text, { nowMs: expiresAtMs + CLOCK_LEEWAY_MS - 1 }))).toBeUndefined();
    expect(await refusal(check(text, { nowMs: expiresAtMs + CLOCK_LEEWAY_MS }))).toBe('expired');
    expect(await refusal(check(text, { nowMs: NOW_MS - CLOCK_LEEWAY_MS }))).toBeUndefined();
    expect(await refusal(check(text, { nowMs: NOW_MS - CLOCK_LEEWAY_MS - 1 }))).toBe('not-yet-valid');
    const day = await issue({ lifetimeMs: 10 * MAX_SIGNED_CARD_LIFETIME_MS });
    expect(day.expiresAtMs).toBe(NOW_MS + MAX_SIGNED_CARD_LIFETIME_MS);
    const iat = NOW_MS / 1000;
    const forever = { iss: ISSUER, iat, exp: iat + 10 * 365 * 86_400, vct: SIGNED_CARD_KIND, _sd: [] };
    expect(await refusal(check(`${await sign(SIGNED_CARD_TYPE, forever)}~`))).toBe('malformed');
  });

  it('changed anywhere in what is signed', async () => {
    const { text } = await issue();
    const [header = '', payload = '', rest = ''] = text.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const later = Buffer.from(JSON.stringify({ ...claims, exp: claims.exp + 60 })).toString('base64url');
    expect(await refusal(check([header, later, rest].join('.')))).toBe('signature');
    const flipped = rest.replace(/^./, (one) => (one === 'A' ? 'B' : 'A'));
    expect(await refusal(check([header, payload, flipped].join('.')))).toBe('signature');
  });

  it('signed by nobody, by a key that is not published, or by one that poses as another', async () => {
    const { text } = await issue();
    const [, payload = ''] = text.split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: SIGNED_CARD_TYPE, kid: 'mine' }));
    for (const signature of ['', 'AAAA'])
      expect(await refusal(check(`${none.toString('base64url')}.${payload}.${signature}~`))).toBe(
        'algorithm',
      );
    const hmac = await new SignJWT({ iss: ISSUER })
      .setProtectedHeader({ alg: 'HS256', typ: SIGNED_CARD_TYPE, kid: 'mine' })
      .sign(Buffer.from(JSON.stringify(publicJwk)));
    expect(await refusal(check(`${hmac}~`))).toBe('algorithm');
    expect(await refusal(check(text, { keys: [otherJwk] }))).toBe('unknown-key');
    expect(await refusal(check(text, { keys: [] }))).toBe('unknown-key');
    const { kid: _, ...nameless } = publicJwk;
    expect(await refusal(check(text, { keys: [nameless] }))).toBe('unknown-key');
    expect(
      await refusal(check(text, { keys: [{ kty: 'oct', k: 'AAAA', kid: 'mine' }] })),
    ).not.toBeUndefined();
    expect(await refusal(check(text, { keys: [{ ...otherJwk, kid: 'mine' }] }))).toBe('signature');
    expect(await refusal(check((await issue({}, otherSign)).text, { keys: [publicJwk] }))).toBe(
      'unknown-key',
    );
  });

  it('another document of ours, or a card of another service', async () => {
    const receipt = await sign('receipt+jwt', { iss: ISSUER });
    expect(await refusal(check(`${receipt}~`))).toBe('other-kind');
    const otherKind = await sign(SIGNED_CARD_TYPE, { iss: ISSUER, iat: 1, exp: 2, vct: 'urn:else', _sd: [] });
    expect(await refusal(check(`${otherKind}~`))).toBe('other-kind');
    expect(await refusal(check(`${await sign(SIGNED_CARD_TYPE, [])}~`))).toBe('other-kind');
    expect(await refusal(check((await issue()).text, { issuer: 'https://else.example' }))).toBe('issuer');
  });

  it('a disclosure that is repeated, swapped, changed, from another card, or names a signed claim', async () => {
    const { text } = await issue();
    const [jws = '', first = '', second = '', ...rest] = text.split('~');
    const put = (...parts: string[]) => check([jws, ...parts].join('~'));
    expect(await refusal(put(first, first, second, ...rest))).toBe('disclosure-repeated');
    expect(await refusal(put(first, second, second, ...rest))).toBe('disclosure-repeated');
    const other = (await issue({ content: { ...lin, name: '别人' } })).text.split('~')[1] ?? '';
    expect(await refusal(put(other, second, ...rest))).toBe('disclosure-foreign');
    const changed = Buffer.from(first, 'base64url').toString().replace('晓', '明');
    expect(await refusal(put(Buffer.from(changed).toString('base64url'), ...rest))).toBe(
      'disclosure-foreign',
    );
    expect(await refusal(put(`${first}=`, second, ...rest))).toBe('disclosure-foreign');

    const sealed = async (...disclosures: unknown[]) => {
      const encoded = disclosures.map((one) => Buffer.from(JSON.stringify(one)).toString('base64url'));
      const iat = NOW_MS / 1000;
      const digests = encoded.map(digestOf);
      const signed = { iss: ISSUER, iat, exp: iat + 60, vct: SIGNED_CARD_KIND, _sd: digests };
      return [await sign(SIGNED_CARD_TYPE, signed), ...encoded, ''].join('~');
    };
    expect(await refusal(check(await sealed(['s', 'name', '甲'], ['t', 'name', '乙'])))).toBe(
      'disclosure-repeated',
    );
    expect(await refusal(check(await sealed(['s', 'exp', 9e9])))).toBe('malformed');
    expect(await refusal(check(await sealed(['s', '_sd', []])))).toBe('malformed');
    expect(await refusal(check(await sealed(['s', 'name'])))).toBe('malformed');
    expect(await refusal(check(await sealed({ s: 1 })))).toBe('malformed');
    const twice = {
      iss: ISSUER,
      iat: NOW_MS / 1000,
      exp: NOW_MS / 1000 + 1,
      vct: SIGNED_CARD_KIND,
      _sd: ['a', 'a'],
    };
    expect(await refusal(check(`${await sign(SIGNED_CARD_TYPE, twice)}~`))).toBe('disclosure-repeated');
  });

  it('anything else: text, a proof of a holder, something huge, any byte changed', async () => {
    const { text } = await issue();
    for (const wrong of ['', '~', 'hello', `${text}x.y.z`, text.slice(0, -1), `${'A'.repeat(20_000)}~`])
      expect(await refusal(check(wrong))).toBe('malformed');
    await fc.assert(
      fc.asyncProperty(
        fc.nat(text.length - 1),
        fc.constantFrom('A', 'z', '~', '.', '\0', '=', '名'),
        async (at, one) => {
          if (text[at] === one) return;
          const changed = text.slice(0, at) + one + text.slice(at + 1);
          const read = await check(changed).catch((error: SignedCardError) => error);
          // The last bits of a base64url signature can be free; then nothing has changed.
          if (!(read instanceof SignedCardError)) expect(read.content).toEqual((await check(text)).content);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('other implementations of RFC 9901', () => {
  const hasher = (data: string | ArrayBuffer) =>
    new Uint8Array(
      createHash('sha256')
        .update(typeof data === 'string' ? data : Buffer.from(data))
        .digest(),
    );
  const verifier = async (data: string, signature: string) => {
    await compactVerify(`${data}.${signature}`, await importJWK(publicJwk, 'ES256'));
    return true;
  };

  it('@sd-jwt/core verifies our cards and reads the same claims', async () => {
    const { text } = await issue();
    const { payload } = await new SDJwtInstance({ hasher, verifier }).verify(text, {
      currentDate: NOW_MS / 1000,
    });
    expect(payload).toMatchObject({
      iss: ISSUER,
      vct: SIGNED_CARD_KIND,
      name: { name: '林晓', familyName: '林', givenName: '晓' },
      title: '工程师',
      phones: lin.phones,
    });
  });

  it('and we read what it issues', async () => {
    const signed = { iss: ISSUER, iat: NOW_MS / 1000, exp: NOW_MS / 1000 + 60, vct: SIGNED_CARD_KIND };
    const issuer = new SDJwtInstance<Record<string, unknown>>({
      hasher,
      saltGenerator: (length: number) => randomBytes(length).toString('base64url'),
      signAlg: 'ES256',
      signer: async (data: string) =>
        signBytes('sha256', Buffer.from(data), {
          key: createPrivateKey({ key: privateJwk, format: 'jwk' }),
          dsaEncoding: 'ieee-p1363',
        }).toString('base64url'),
    });
    const header = { kid: 'mine', typ: SIGNED_CARD_TYPE };
    const text = await issuer.issue({ ...signed, title: '工程师' }, { _sd: ['title'] }, { header });
    expect((await check(text)).content).toEqual({ title: '工程师' });
  });
});

describe('npm run verify-card', () => {
  const run = (folder: string, ...rest: string[]) =>
    ran(verifyCardProgram, [join(folder, 'card.txt'), ...rest]);

  it('says in plain words what holds, and in one sentence why it does not', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'leliao-card-'));
    try {
      const keys = join(folder, 'jwks.json');
      await writeFile(keys, JSON.stringify({ keys: [publicJwk] }));
      const { text } = await issue({ nowMs: Date.now() });
      await writeFile(join(folder, 'card.txt'), `${text}\n`);
      const good = await run(folder, '--keys', keys);
      expect(good).toMatchObject({ code: 0, err: '' });
      expect(good.out).toContain('验证通过');
      expect(good.out).toContain('姓名：林晓');
      expect(good.out).toContain('电话：+86 138 0013 8000（手机）');
      const server = createServer((request, response) => {
        const known = request.url === '/.well-known/jwks.json';
        response.writeHead(known ? 200 : 404).end(JSON.stringify({ keys: [publicJwk] }));
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const fetched = await run(folder, '--keys', `http://127.0.0.1:${port}`, '--issuer', ISSUER);
      server.close();
      expect(fetched).toMatchObject({ code: 0, err: '' });
      await writeFile(join(folder, 'card.txt'), (await issue({ nowMs: Date.now() - 3_600_000 })).text);
      const late = await run(folder, '--keys', keys);
      expect(late).toEqual({ code: 1, out: '', err: '名片已过期，请对方重新出示。\n' });
      const missing = await run(folder, '--keys', join(folder, 'none.json'));
      expect(missing).toMatchObject({ code: 2, out: '' });
      expect(missing.err).toContain('公钥');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
