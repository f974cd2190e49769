import { newBrowserSecret, readBrowserSecret } from '../../functions/login/web-code';
import { randomId, systemRandom } from '../../lib/crypto/random';
import { issueToken, parseToken, sameDigest } from '../../lib/crypto/token';
import { readHandle, sealHandle } from '../../lib/table/handle';
import { respelled } from '../support/respelled';
import { newSealer } from '../support/sealer';

describe('session tokens (A5)', () => {
  const subjectId = randomId(systemRandom);
  const issued = issueToken(subjectId, systemRandom);

  it('carry 256 secret bits and name their person, and only a digest of the secret is kept', () => {
    expect(Buffer.from(issued.token, 'base64url')).toHaveLength(16 + 32);
    const { token, ...kept } = issued;
    expect(parseToken(token)).toEqual(kept);
    expect(JSON.stringify(kept)).not.toContain(token.slice(-20));
  });

  it.each([
    '',
    'short',
    `${issued.token}A`,
    `${issued.token.slice(0, -1)}!`,
    `${issued.token.slice(0, -1)}=`,
    ' '.repeat(64),
  ])('are not parsed from rubbish: %p', (rubbish) => {
    expect(parseToken(rubbish)).toBeUndefined();
  });

  it('give another digest for another secret of the same person', () => {
    const other = issueToken(subjectId, systemRandom);
    expect(sameDigest(issued.secretDigest, other.secretDigest)).toBe(false);
    expect(sameDigest(issued.secretDigest, issued.secretDigest.subarray(1))).toBe(false);
  });
});

describe('what proves or names something has one spelling (A5, A7)', () => {
  const sealer = newSealer('me');
  const { cookie } = newBrowserSecret('ABCD1234', systemRandom);
  const parsers: Record<string, { text: string; parse: (text: string) => unknown }> = {
    'a session or a proof': {
      text: issueToken(randomId(systemRandom), systemRandom).token,
      parse: parseToken,
    },
    'the cookie of a browser that asks': { text: cookie, parse: readBrowserSecret },
    'a name for somebody near': {
      text: sealHandle(sealer, 'A'.repeat(22)),
      parse: (text) => {
        try {
          return readHandle(sealer, text);
        } catch {
          return undefined;
        }
      },
    },
  };

  it.each(Object.entries(parsers))('%s', (_, { text, parse }) => {
    expect(parse(text)).toBeDefined();
    const others = respelled(text);
    expect(others.length).toBeGreaterThan(1);
    for (const other of others) expect(parse(other)).toBeUndefined();
  });
});
