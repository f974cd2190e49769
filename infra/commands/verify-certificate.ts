import { readFile, stat } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { JWK } from 'jose';
import { CERTIFICATE_TYPE, type Certificate, certificateForm } from '../../lib/certificate/form';
import { verify } from '../../lib/crypto/signature';
import { saysHelp } from './help';
import { isCanonical, readKeys } from './published-keys';

/**
 * `npm run verify-certificate -- FILE [--keys JWKS]`: checks the certificate of an erasure with the published keys and says in plain
 * words what is gone, what stays and why, and what nobody vouches for. FILE holds the certificate itself, or the JSON answer it
 * came in. It ends with 0 when the certificate holds, with 1 when it proves nothing, with 2 when it could not be checked.
 */
const MAX_FILE_BYTES = 256 * 1024;
const USAGE = '用法：npm run -s verify-certificate -- 文件 [--keys 公钥文件或服务地址]';

const HOLDS_NOT = 1;
const NOT_CHECKED = 2;

/** Why a certificate proves nothing, in one sentence for the person who holds it. */
export class NotProved extends Error {}

/**
 * The certificate, when one of `publicKeys` has signed exactly these characters.
 * @throws NotProved with one sentence for the person
 */
export async function verifyCertificate(jws: string, publicKeys: JWK[]): Promise<Certificate> {
  const parts = jws.split('.');
  const whole = parts.length === 3 && parts.every((part) => part !== '' && isCanonical(part));
  if (!whole) throw new NotProved('这不是一份完整的删除证明：文件被截断或者改动过。');
  const payload = await verify(publicKeys, CERTIFICATE_TYPE, jws).catch(() => {
    throw new NotProved('签名不符：证明被改动过，或者不是由公布的密钥签发的删除证明。');
  });
  const parsed = certificateForm.safeParse(payload);
  if (!parsed.success) throw new NotProved('签名有效，但内容不是本工具认识的删除证明格式。');
  return parsed.data;
}

/** The certificate in a file's text: bare, or in the answer of `rights/certificate`. @throws NotProved */
export function findCertificate(text: string): string {
  const bare = text.trim();
  if (!bare.startsWith('{')) return bare;
  try {
    const answer = JSON.parse(bare) as { certificate?: unknown; data?: { certificate?: unknown } };
    const found = answer.certificate ?? answer.data?.certificate;
    if (typeof found === 'string') return found;
  } catch {
    // Cut off in the middle, perhaps.
  }
  throw new NotProved('文件里没有删除证明。');
}

function inBeijing(instant: string): string {
  return new Date(instant).toLocaleString('zh-CN', { timeZone: 'Asia/Shanghai', hour12: false });
}

/** What a verified certificate says, line by line. */
export function tell(certificate: Certificate): string[] {
  const { stores, stays, notCovered, looked, lastCopyAt } = certificate;
  return [
    '证明有效：签名由公布的密钥作出，内容没有改动。时间均为北京时间。',
    `出具：${certificate.issuer}，证明编号 ${certificate.certificateId}`,
    `账号：${certificate.account}（随机编号）`,
    `密钥销毁：${inBeijing(certificate.keyDestroyedAt)}，此后您的加密内容无人能读`,
    `复查：${inBeijing(looked.from)} 至 ${inBeijing(looked.until)}，由不参与删除的程序逐处查看`,
    '已经不在的：',
    ...stores.flatMap(({ name, found, of = [] }) => [
      `  ${name}：原有 ${found} 项，现在 0 项`,
      ...of.map((one) => `    ${one.name} ${one.found} 项`),
    ]),
    stays.length > 0 ? '依法保留、到期删除的：' : '依法保留的：没有',
    ...stays.map(
      ({ name, count, basis, period, until }) =>
        `  ${name} ${count} 条：${basis}；${period}${until ? `，至 ${inBeijing(until)}` : ''}`,
    ),
    '这份证明没有覆盖的：',
    ...notCovered.map(
      ({ name, why, until }) => `  ${name}${until ? `，至 ${inBeijing(until)}` : ''}：${why}`,
    ),
    lastCopyAt
      ? `最后的副本消失：不晚于 ${inBeijing(lastCopyAt)}（依法保留的除外）`
      : '最后的副本何时消失：还不能确定，要等上面的接收方确认',
  ];
}

/** What the command says of a file, and how it ends. */
export async function check(file: string, keys?: string): Promise<{ lines: string[]; code: number }> {
  try {
    const { size } = await stat(file).catch(() => {
      throw new Error('读不到要验证的文件。');
    });
    if (size > MAX_FILE_BYTES) throw new NotProved('文件太大，不是删除证明。');
    const found = findCertificate(await readFile(file, 'utf8'));
    return { lines: tell(await verifyCertificate(found, await readKeys(keys))), code: 0 };
  } catch (error) {
    const code = error instanceof NotProved ? HOLDS_NOT : NOT_CHECKED;
    return { lines: [error instanceof Error ? error.message : USAGE], code };
  }
}

async function main(): Promise<void> {
  if (saysHelp(USAGE)) return;
  const { values, positionals } = parseArgs({
    options: { keys: { type: 'string' } },
    allowPositionals: true,
  });
  const [file] = positionals;
  if (!file || positionals.length > 1) throw new Error(USAGE);
  const { lines, code } = await check(file, values.keys);
  for (const line of lines) (code === 0 ? console.log : console.error)(line);
  process.exitCode = code;
}

if (require.main === module) {
  main().catch(() => {
    console.error(USAGE);
    process.exitCode = NOT_CHECKED;
  });
}
