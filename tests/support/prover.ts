import { parseToken } from '../../lib/crypto/token';

/** Who proves themselves and in which session, by the token that they hold. */
export function proverOf({ token }: { token?: string | undefined }): {
  subjectId: string;
  sessionId: string;
} {
  const claim = parseToken(token ?? '');
  if (!claim) throw new Error('nobody is signed in');
  return claim;
}
