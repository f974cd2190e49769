import type { JWK } from 'jose';
import { CERTIFICATE_TYPE, type Certificate, certificateForm } from '../../lib/certificate/form';
import { start } from '../command-line/program';
import { type Lang, words } from '../command-line/words';
import { findSigned, readSigned, verifySigned } from './signed-file';
import { inBeijing, verifier } from './verifier';

const sort = {
  type: CERTIFICATE_TYPE,
  form: certificateForm,
  field: 'certificate',
  name: words('删除证明', 'a certificate of an erasure'),
  unsigned: words(
    '签名不符：证明被改动过，或者不是由公布的密钥签发的删除证明。',
    'The signature does not hold: the certificate was changed, or is none that the published keys have signed.',
  ),
};

/** The certificate, when one of `publicKeys` has signed exactly these characters. @throws NotProved */
export const verifyCertificate = (jws: string, publicKeys: JWK[]): Promise<Certificate> =>
  verifySigned(jws, publicKeys, sort);

/** The certificate in a file's text: bare, or in the answer of `rights/certificate`. @throws NotProved */
export const findCertificate = (text: string): string => findSigned(text, sort);

/** What a verified certificate says, line by line. What stands in it is in the service's own language, Chinese. */
export function tell(certificate: Certificate, lang: Lang = 'zh'): string[] {
  const say = (zh: string, en: string) => words(zh, en)[lang];
  const { stores, stays, notCovered, looked, lastCopyAt } = certificate;
  const until = (moment?: string) =>
    moment ? say(`，至 ${inBeijing(moment)}`, `, until ${inBeijing(moment)}`) : '';
  const [from, to] = [inBeijing(looked.from), inBeijing(looked.until)];
  return [
    say(
      '证明有效：签名由公布的密钥作出，内容没有改动。时间均为北京时间。',
      'The certificate holds: the published keys have signed it, and nothing in it was changed. Times are Beijing’s.',
    ),
    say(
      `出具：${certificate.issuer}，证明编号 ${certificate.certificateId}`,
      `By: ${certificate.issuer}, number ${certificate.certificateId}`,
    ),
    say(`账号：${certificate.account}（随机编号）`, `Account: ${certificate.account} (a random number)`),
    say(
      `密钥销毁：${inBeijing(certificate.keyDestroyedAt)}，此后您的加密内容无人能读`,
      `Key destroyed: ${inBeijing(certificate.keyDestroyedAt)}; nobody reads from then on what was sealed by it`,
    ),
    say(
      `复查：${from} 至 ${to}，由不参与删除的程序逐处查看`,
      `Looked at: ${from} to ${to}, place by place, by what took no part in the erasure`,
    ),
    say('已经不在的：', 'Gone:'),
    ...stores.flatMap(({ name, found, of = [] }) => [
      say(`  ${name}：原有 ${found} 项，现在 0 项`, `  ${name}: ${found} before, 0 now`),
      ...of.map((one) => `    ${one.name} ${one.found}${say(' 项', '')}`),
    ]),
    stays.length > 0
      ? say('依法保留、到期删除的：', 'Kept by law, and erased when its time is over:')
      : say('依法保留的：没有', 'Kept by law: nothing'),
    ...stays.map(
      ({ name, count, basis, period, until: end }) =>
        `${say(`  ${name} ${count} 条：${basis}；${period}`, `  ${name}, ${count}: ${basis}; ${period}`)}${until(end)}`,
    ),
    say('这份证明没有覆盖的：', 'What this certificate does not cover:'),
    ...notCovered.map(({ name, why, until: end }) => `  ${name}${until(end)}${say('：', ': ')}${why}`),
    lastCopyAt
      ? say(
          `最后的副本消失：不晚于 ${inBeijing(lastCopyAt)}（依法保留的除外）`,
          `The last copy is gone: by ${inBeijing(lastCopyAt)} (but for what is kept by law)`,
        )
      : say(
          '最后的副本何时消失：还不能确定，要等上面的接收方确认',
          'When the last copy is gone is not known yet: the recipients above have to confirm it',
        ),
  ];
}

export const verifyCertificateProgram = verifier({
  script: 'verify-certificate',
  does: words(
    '核对删除证明，并用平白的话说出什么已经不在、什么依法保留、什么没有覆盖',
    'check the certificate of an erasure, and say what is gone, what stays and why, and what nobody vouches for',
  ),
  says: async (file, keys, lang) =>
    tell(await verifyCertificate(findCertificate(await readSigned(file, sort)), keys), lang),
});

if (require.main === module) void start(verifyCertificateProgram);
