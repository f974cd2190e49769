import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { receiptDigest } from '../../lib/process/end-account/closing';
import { certificateKey, readCertificate } from '../../lib/table/certificate/certificate';

/**
 * Hands the certificate of an erasure to whoever shows the receipt code that the person was given (promise R3): nobody can sign in to
 * an account that is gone. What it says comes beside it, for showing; what proves is the signature.
 * @throws AppError NOT_FOUND for a code that nobody was given, and before the certificate is there
 */
export async function certificate(deps: Deps, { input }: Run<'anyone', { receiptCode: string }>) {
  const digest = await receiptDigest(deps.ring, input.receiptCode);
  const [item] = await deps.table.getMany([certificateKey(digest)]);
  const text = readCertificate(item);
  if (text === undefined)
    throw new AppError('NOT_FOUND', { why: '还没有这个收据码的删除证明。账号删除并复查完毕之后才出具。' });
  const [, payload = ''] = text.split('.');
  const says = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, unknown>;
  return { certificate: text, says };
}
