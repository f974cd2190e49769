import type { JWK } from 'jose';
import { CERTIFICATE_TYPE, type Certificate, certificateForm } from '../../lib/certificate/form';
import { readKeys } from './published-keys';
import { findSigned, NotProved, readSigned, verifySigned } from './signed-file';
import { inBeijing, runVerifier, type Verdict, verdictOf } from './verifier';

/**
 * `npm run verify-certificate -- FILE [--keys JWKS]`: checks the certificate of an erasure with the published keys and says in plain
 * words what is gone, what stays and why, and what nobody vouches for. FILE holds the certificate itself, or the JSON answer it
 * came in. It ends with 0 when the certificate holds, with 1 when it proves nothing, with 2 when it could not be checked.
 */
const USAGE = '用法：npm run -s verify-certificate -- 文件 [--keys 公钥文件或服务地址]';

const sort = {
  type: CERTIFICATE_TYPE,
  form: certificateForm,
  field: 'certificate',
  name: '删除证明',
  unsigned: '签名不符：证明被改动过，或者不是由公布的密钥签发的删除证明。',
};

/** The certificate, when one of `publicKeys` has signed exactly these characters. @throws NotProved */
export const verifyCertificate = (jws: string, publicKeys: JWK[]): Promise<Certificate> =>
  verifySigned(jws, publicKeys, sort);

/** The certificate in a file's text: bare, or in the answer of `rights/certificate`. @throws NotProved */
export const findCertificate = (text: string): string => findSigned(text, sort);

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
export const check = (file: string, keys?: string): Promise<Verdict> =>
  verdictOf(async () => {
    const text = await readSigned(file, sort).catch((error: unknown) => {
      throw error instanceof NotProved ? error : new Error('读不到要验证的文件。');
    });
    return tell(await verifyCertificate(findCertificate(text), await readKeys(keys)));
  }, USAGE);

if (require.main === module) void runVerifier(USAGE, check);
