import { readFile, stat } from 'node:fs/promises';
import type { JWK } from 'jose';
import type * as z from 'zod/mini';
import { verify } from '../../lib/crypto/signature';

/** Larger than anything that we sign for people to keep. */
const MAX_FILE_BYTES = 256 * 1024;

/** Why something signed proves nothing, in one sentence for the person who holds it. */
export class NotProved extends Error {}

/** One sort of what the service signs for people: its type in the signature, its form, its field in answers, and its name. */
type SignedSort<S extends z.ZodMiniType> = {
  type: string;
  form: S;
  field: string;
  /** As the person calls it. */
  name: string;
  /** What is said of one that none of the keys has signed. */
  unsigned: string;
};

/** What a file holds, where it is not too large to be such a thing. @throws NotProved; the error of the file system */
export async function readSigned(file: string, { name }: { name: string }): Promise<string> {
  if ((await stat(file)).size > MAX_FILE_BYTES) throw new NotProved(`文件太大，不是${name}。`);
  return readFile(file, 'utf8');
}

/** What is signed in a file's text: bare, or in the JSON answer that it came in. @throws NotProved */
export function findSigned(text: string, { field, name }: { field: string; name: string }): string {
  const bare = text.trim();
  if (!bare.startsWith('{')) return bare;
  try {
    const answer = JSON.parse(bare) as Record<string, unknown> & { data?: Record<string, unknown> };
    const found = answer[field] ?? answer.data?.[field];
    if (typeof found === 'string') return found;
  } catch {
    // Cut off in the middle, perhaps.
  }
  throw new NotProved(`文件里没有${name}。`);
}

/**
 * What was signed, when one of `publicKeys` has signed exactly these characters as this sort.
 * @throws NotProved with one sentence for the person
 */
export async function verifySigned<S extends z.ZodMiniType>(
  jws: string,
  publicKeys: JWK[],
  { type, form, name, unsigned }: SignedSort<S>,
): Promise<z.output<S>> {
  const parts = jws.split('.');
  const whole = parts.length === 3 && parts.every((part) => part !== '' && isCanonical(part));
  if (!whole) throw new NotProved(`这不是一份完整的${name}：文件被截断或者改动过。`);
  const payload = await verify(publicKeys, type, jws).catch(() => {
    throw new NotProved(unsigned);
  });
  const parsed = form.safeParse(payload);
  if (!parsed.success) throw new NotProved(`签名有效，但内容不是本工具认识的${name}格式。`);
  return parsed.data;
}

/** The bits that base64url leaves unused are zero, so that no other characters stand for the same bytes. */
function isCanonical(part: string): boolean {
  return Buffer.from(part, 'base64url').toString('base64url') === part;
}
