import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { unzipSync } from 'fflate';
import type { JWK } from 'jose';
import { tidy } from '../../lib/card/vcard-line';
import { signedFile } from '../../lib/export/archive';
import { SIGNED_FILE, TRANSFER_TYPE, type TransferStatement, transferForm } from '../../lib/export/transfer';
import { directoryOf, packFile } from '../../lib/export/zip';
import { readKeys } from './published-keys';
import { NotProved, verifySigned } from './signed-file';
import { inBeijing, runVerifier, type Verdict, verdictOf } from './verifier';

/**
 * `npm run verify-transfer -- FILE [--keys JWKS]`: checks a package of somebody's data from this service with the published keys,
 * every byte of it, and says in plain words what it is. It ends with 0 when it is whole and ours, with 1 when it proves nothing,
 * with 2 when it could not be checked.
 */
const USAGE = '用法：npm run -s verify-transfer -- 转移包.zip [--keys 公钥文件或服务地址]';

/** Larger than any package that we make. */
const MAX_PACKAGE_BYTES = 1024 ** 3;
/** Larger than any signed list. */
const MAX_LIST_BYTES = 256 * 1024;

const sort = {
  type: TRANSFER_TYPE,
  form: transferForm,
  name: '转移包的签名清单',
  field: 'transfer',
  unsigned: '签名不符：清单被改动过，或者不是由公布的密钥签发的转移包。',
};

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** The files of an archive that `takes` takes, by their names. @throws NotProved for what is no archive */
function unzipped(zip: Uint8Array, takes: NonNullable<Parameters<typeof unzipSync>[1]>['filter']) {
  try {
    return unzipSync(zip, { filter: takes as never });
  } catch (error) {
    throw error instanceof NotProved ? error : new NotProved('这不是一份完整的转移包：压缩文件打不开。');
  }
}

/**
 * What a package says of itself, when one of `publicKeys` has signed its list and the archive is that list's to the byte: what
 * stands before it by the hashes of its pieces, each file by its own, and nothing but the directory after it.
 * @throws NotProved
 */
export async function verifyTransfer(zip: Uint8Array, publicKeys: JWK[]): Promise<TransferStatement> {
  const isList = ({ name, originalSize }: { name: string; originalSize: number }) =>
    name === SIGNED_FILE && originalSize <= MAX_LIST_BYTES;
  const list = unzipped(zip, isList)[SIGNED_FILE];
  if (!list) throw new NotProved(`压缩文件里没有${sort.name}。`);
  const jws = Buffer.from(list).toString('latin1');
  const statement = await verifySigned(jws, publicKeys, sort);
  const before = piecesIn(zip, statement);
  // From here on what is unpacked is as we packed it, and no larger than it says.
  const made = new Date(statement.askedAt);
  const own = packFile(signedFile(jws), made);
  const files = filesIn(zip, statement).map(({ name, content, packedBytes, isPacked }) => ({
    ...{ name, packedBytes, isPacked, bytes: content.length, crc: crc32(content), sha256: hashOf(content) },
  }));
  const after = Buffer.concat([own.bytes, directoryOf([...files, own.file], made)]);
  if (!after.equals(zip.subarray(before)))
    throw new NotProved('压缩文件里有清单之外的内容，或者目录被改动过。');
  const schema = statement.files.find(({ name }) => name === statement.schema.file);
  if (schema?.sha256 !== statement.schema.sha256) throw new NotProved('数据格式与签名清单不符。');
  return statement;
}

/** How many bytes the pieces have that the list names. @throws NotProved where one is another */
function piecesIn(zip: Uint8Array, { pieces }: TransferStatement): number {
  let at = 0;
  for (const [index, { bytes, sha256 }] of pieces.entries()) {
    if (hashOf(zip.subarray(at, at + bytes)) !== sha256)
      throw new NotProved(`第 ${index + 1} 份内容与签名清单不符：转移包被改动过，或者缺了一段。`);
    at += bytes;
  }
  return at;
}

type Found = { name: string; content: Uint8Array; packedBytes: number; isPacked: boolean };

/** The files that the list names, in its order. @throws NotProved where one is missing, another or there twice */
function filesIn(zip: Uint8Array, { files }: TransferStatement): Found[] {
  const sizes = new Map(files.map(({ name, bytes }) => [name, bytes]));
  const seen = new Map<string, { packedBytes: number; isPacked: boolean }>();
  const contents = unzipped(zip, ({ name, size, originalSize, compression }) => {
    if (name === SIGNED_FILE) return false;
    if (seen.has(name) || sizes.get(name) !== originalSize)
      throw new NotProved('压缩文件里有签名清单没有列出的文件，或者大小不符。');
    seen.set(name, { packedBytes: size, isPacked: compression === 0 });
    return true;
  });
  return files.map(({ name, sha256 }) => {
    const [content, how] = [contents[name], seen.get(name)];
    if (!content || !how) throw new NotProved(`缺少签名清单列出的文件：${tidy(name)}。`);
    if (hashOf(content) !== sha256) throw new NotProved(`文件与签名清单不符：${tidy(name)}。`);
    return { name, content, ...how };
  });
}

/** What a verified package says, line by line. */
export function tell(statement: TransferStatement): string[] {
  const { issuer, service, transferId, askedAt, signedAt, recipient, purposes, conditions, schema, files } =
    statement;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return [
    '转移包有效：签名由公布的密钥作出，内容完整，没有改动。时间均为北京时间。',
    `来自：${issuer}“${service}”，转移编号 ${transferId}`,
    `本人要求：${inBeijing(askedAt)}；签名：${inBeijing(signedAt)}`,
    recipient === undefined ? '交给谁：本人没有写明' : `交给谁：${tidy(recipient)}（本人自己写的，未经核实）`,
    '哪些用途的信息，依据什么：',
    ...purposes.map(({ name, ground }) => `  ${name}：${ground}`),
    '法律规定的条件：',
    ...conditions.map(({ item, says, met }) => `  ${item}（${says}）：${met}`),
    `数据格式：${schema.id}，SHA-256 ${schema.sha256}`,
    `文件：${files.length} 个，共 ${bytes} 字节`,
    ...files.map(({ name, sha256 }) => `  ${tidy(name)}  ${sha256}`),
    '交来这份文件的人是不是本人，签名不能证明，请自行核对。',
  ];
}

/** What the command says of a file, and how it ends. */
export const check = (file: string, keys?: string): Promise<Verdict> =>
  verdictOf(async () => {
    const zip = await readPackage(file);
    return tell(await verifyTransfer(zip, await readKeys(keys)));
  }, USAGE);

async function readPackage(file: string): Promise<Buffer> {
  const size = await stat(file).then(
    (found) => found.size,
    () => undefined,
  );
  if (size === undefined) throw new Error('读不到要验证的文件。');
  if (size > MAX_PACKAGE_BYTES) throw new NotProved('文件太大，不是转移包。');
  return readFile(file);
}

if (require.main === module) void runVerifier(USAGE, check);
