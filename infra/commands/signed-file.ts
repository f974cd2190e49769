import { readFile, stat } from 'node:fs/promises';
import type { JWK } from 'jose';
import type * as z from 'zod/mini';
import { isCanonical } from '../../lib/base64url';
import { verify } from '../../lib/crypto/signature';
import { Stop } from '../command-line/exit';
import { type Words, words } from '../command-line/words';

/** Larger than anything that we sign for people to keep. */
const MAX_FILE_BYTES = 256 * 1024;

/** Why something signed proves nothing, in one sentence for the person who holds it. */
export class NotProved extends Stop {
  constructor(zh: string, en: string) {
    super('refused', words(zh, en));
  }
}

/** One sort of what the service signs for people: its type in the signature, its form, its field in answers, and its name. */
type SignedSort<S extends z.ZodMiniType> = {
  type: string;
  form: S;
  field: string;
  /** As the person calls it. */
  name: Words;
  /** What is said of one that none of the keys has signed. */
  unsigned: Words;
};

/** What a file holds, of no more than this. @throws NotProved for a larger one; Stop where there is none to be read */
export async function readUpTo(bytes: number, file: string, name: Words): Promise<Buffer> {
  try {
    const { size } = await stat(file);
    if (size <= bytes) return await readFile(file);
  } catch {
    throw new Stop('usage', words('读不到要验证的文件。', 'The file to be verified cannot be read.'));
  }
  throw new NotProved(`文件太大，不是${name.zh}。`, `The file is too large to be ${name.en}.`);
}

/** What a file holds, where it is not too large to be such a thing. @throws NotProved; Stop where there is none to be read */
export const readSigned = async (file: string, { name }: { name: Words }): Promise<string> =>
  (await readUpTo(MAX_FILE_BYTES, file, name)).toString('utf8');

/** What is signed in a file's text: bare, or in the JSON answer that it came in. @throws NotProved */
export function findSigned(text: string, { field, name }: { field: string; name: Words }): string {
  const bare = text.trim();
  if (!bare.startsWith('{')) return bare;
  try {
    const answer = JSON.parse(bare) as Record<string, unknown> & { data?: Record<string, unknown> };
    const found = answer[field] ?? answer.data?.[field];
    if (typeof found === 'string') return found;
  } catch {
    // Cut off in the middle, perhaps.
  }
  throw new NotProved(`文件里没有${name.zh}。`, `The file does not hold ${name.en}.`);
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
  if (!whole)
    throw new NotProved(
      `这不是一份完整的${name.zh}：文件被截断或者改动过。`,
      `This is not the whole of ${name.en}: the file was cut off or changed.`,
    );
  const payload = await verify(publicKeys, type, jws).catch(() => {
    throw new NotProved(unsigned.zh, unsigned.en);
  });
  const parsed = form.safeParse(payload);
  if (parsed.success) return parsed.data;
  throw new NotProved(
    `签名有效，但内容不是本工具认识的${name.zh}格式。`,
    `The signature holds, but what is signed is not the form of ${name.en} that this tool knows.`,
  );
}
