import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { unzipSync } from 'fflate';
import type { JWK } from 'jose';
import { tidy } from '../../lib/card/vcard-line';
import { signedFile } from '../../lib/export/archive';
import { SIGNED_FILE, TRANSFER_TYPE, type TransferStatement, transferForm } from '../../lib/export/transfer';
import { directoryOf, packFile } from '../../lib/export/zip';
import { start } from '../command-line/program';
import { type Lang, words } from '../command-line/words';
import { NotProved, readUpTo, verifySigned } from './signed-file';
import { inBeijing, verifier } from './verifier';

/** Larger than any package that we make. */
const MAX_PACKAGE_BYTES = 1024 ** 3;
/** Larger than any signed list. */
const MAX_LIST_BYTES = 256 * 1024;

const sort = {
  type: TRANSFER_TYPE,
  form: transferForm,
  name: words('转移包的签名清单', 'the signed list of a package'),
  field: 'transfer',
  unsigned: words(
    '签名不符：清单被改动过，或者不是由公布的密钥签发的转移包。',
    'The signature does not hold: the list was changed, or is none that the published keys have signed.',
  ),
};

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** The files of an archive that `takes` takes, by their names. @throws NotProved for what is no archive */
function unzipped(zip: Uint8Array, takes: NonNullable<Parameters<typeof unzipSync>[1]>['filter']) {
  try {
    return unzipSync(zip, { filter: takes as never });
  } catch (error) {
    throw error instanceof NotProved
      ? error
      : new NotProved(
          '这不是一份完整的转移包：压缩文件打不开。',
          'This is not a whole package: the archive cannot be opened.',
        );
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
  if (!list)
    throw new NotProved(`压缩文件里没有${sort.name.zh}。`, `The archive does not hold ${sort.name.en}.`);
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
    throw new NotProved(
      '压缩文件里有清单之外的内容，或者目录被改动过。',
      'The archive holds what the list does not name, or its directory was changed.',
    );
  const schema = statement.files.find(({ name }) => name === statement.schema.file);
  if (schema?.sha256 !== statement.schema.sha256)
    throw new NotProved('数据格式与签名清单不符。', 'The schema is not that of the signed list.');
  return statement;
}

/** How many bytes the pieces have that the list names. @throws NotProved where one is another */
function piecesIn(zip: Uint8Array, { pieces }: TransferStatement): number {
  let at = 0;
  for (const [index, { bytes, sha256 }] of pieces.entries()) {
    if (hashOf(zip.subarray(at, at + bytes)) !== sha256)
      throw new NotProved(
        `第 ${index + 1} 份内容与签名清单不符：转移包被改动过，或者缺了一段。`,
        `Piece ${index + 1} is not that of the signed list: the package was changed, or a part is missing.`,
      );
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
      throw new NotProved(
        '压缩文件里有签名清单没有列出的文件，或者大小不符。',
        'The archive holds a file that the signed list does not name, or one of another size.',
      );
    seen.set(name, { packedBytes: size, isPacked: compression === 0 });
    return true;
  });
  return files.map(({ name, sha256 }) => {
    const [content, how] = [contents[name], seen.get(name)];
    if (!content || !how)
      throw new NotProved(
        `缺少签名清单列出的文件：${tidy(name)}。`,
        `A file of the signed list is missing: ${tidy(name)}.`,
      );
    if (hashOf(content) !== sha256)
      throw new NotProved(
        `文件与签名清单不符：${tidy(name)}。`,
        `A file is not that of the signed list: ${tidy(name)}.`,
      );
    return { name, content, ...how };
  });
}

/** What a verified package says, line by line. What stands in it is in the service's own language, Chinese. */
export function tell(statement: TransferStatement, lang: Lang = 'zh'): string[] {
  const say = (zh: string, en: string) => words(zh, en)[lang];
  const { issuer, service, transferId, askedAt, signedAt, purposes, conditions, schema, files } = statement;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const [asked, signed] = [inBeijing(askedAt), inBeijing(signedAt)];
  const recipient = statement.recipient === undefined ? undefined : tidy(statement.recipient);
  return [
    say(
      '转移包有效：签名由公布的密钥作出，内容完整，没有改动。时间均为北京时间。',
      'The package holds: the published keys have signed it, it is whole, and nothing in it was changed. Times are Beijing’s.',
    ),
    say(
      `来自：${issuer}“${service}”，转移编号 ${transferId}`,
      `From: ${issuer} “${service}”, number ${transferId}`,
    ),
    say(`本人要求：${asked}；签名：${signed}`, `Asked for: ${asked}; signed: ${signed}`),
    recipient === undefined
      ? say('交给谁：本人没有写明', 'For whom: the person did not say')
      : say(
          `交给谁：${recipient}（本人自己写的，未经核实）`,
          `For whom: ${recipient} (the person’s own words, which nobody has checked)`,
        ),
    say('哪些用途的信息，依据什么：', 'Of which purposes, and on what ground:'),
    ...purposes.map(({ name, ground }) => `  ${name}${say('：', ': ')}${ground}`),
    say('法律规定的条件：', 'The conditions of the law:'),
    ...conditions.map(({ item, says, met }) =>
      say(`  ${item}（${says}）：${met}`, `  ${item} (${says}): ${met}`),
    ),
    say(`数据格式：${schema.id}，SHA-256 ${schema.sha256}`, `Schema: ${schema.id}, SHA-256 ${schema.sha256}`),
    say(`文件：${files.length} 个，共 ${bytes} 字节`, `Files: ${files.length}, ${bytes} bytes in all`),
    ...files.map(({ name, sha256 }) => `  ${tidy(name)}  ${sha256}`),
    say(
      '交来这份文件的人是不是本人，签名不能证明，请自行核对。',
      'Whether who brings this file is the person, no signature proves: see for yourself.',
    ),
  ];
}

export const verifyTransferProgram = verifier({
  script: 'verify-transfer',
  does: words(
    '逐字节核对另一服务交来的转移包，并用平白的话说出它是什么',
    'check a package of somebody’s data to the byte, and say what it is',
  ),
  says: async (file, keys, lang) =>
    tell(
      await verifyTransfer(await readUpTo(MAX_PACKAGE_BYTES, file, words('转移包', 'a package')), keys),
      lang,
    ),
});

if (require.main === module) void start(verifyTransferProgram);
