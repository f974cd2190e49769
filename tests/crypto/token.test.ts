import { randomId, systemRandom } from '../../lib/crypto/random';
import { issueToken, parseToken, sameDigest } from '../../lib/crypto/token';

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
