import { toInstant } from '../clock';
import type { KeyRing } from '../crypto/key-ring';
import { sign } from '../crypto/signature';
import { type PurposeId, purposes } from '../policy/purposes';
import type { RecipientId } from '../policy/recipients';
import { operator } from '../policy/registry';
import { endOfRetention, type RetentionId, ruleOf } from '../policy/retention';
import { CERTIFICATE_TYPE, type Certificate, certificateForm } from './form';
import type { OutsideStore } from './look';
import { uncovered } from './uncovered';

/** What has been seen of one erasure by the time everything has been looked at again. */
export type Seen = {
  certificateId: string;
  subjectId: string;
  keyDestroyedAt: string;
  lookedFrom: string;
  /** Of each purpose, how many items in the partition had to go. */
  partition: Partial<Record<PurposeId, number>>;
  outside: Record<OutsideStore, number>;
  stays: readonly { purpose: PurposeId; rule: RetentionId; count: number; untilSeconds?: number }[];
  /** Who has not confirmed. */
  openRecipients: readonly RecipientId[];
};

const names = {
  partition: '主数据库中您名下的记录',
  pointers: '通向您账号的查找记录（微信、手机、证件等的不可逆摘要，分享链接）',
  others: '别人名下因您而有的记录',
  indexes: '索引中的条目',
  files: '文件（头像和上传的图片）',
} as const;

/** The certificate of what has been seen at `nowMs`. @throws ZodError where it is none: a programming error */
export function certificateOf(seen: Seen, nowMs: number): Certificate {
  const of = Object.entries(seen.partition).map(([purpose, found = 0]) => ({
    name: purposes[purpose as PurposeId].name,
    found,
  }));
  const total = of.reduce((sum, { found }) => sum + found, 0);
  const outside = (['pointers', 'others', 'indexes', 'files'] as const).map((store) => ({
    store,
    name: names[store],
    found: seen.outside[store],
    left: 0 as const,
  }));
  return certificateForm.parse({
    form: 1,
    certificateId: seen.certificateId,
    issuer: operator.name,
    account: seen.subjectId,
    keyDestroyedAt: seen.keyDestroyedAt,
    looked: { from: seen.lookedFrom, until: toInstant(nowMs) },
    stores: [{ store: 'partition', name: names.partition, found: total, left: 0, of }, ...outside],
    stays: seen.stays.map(({ purpose, rule, count, untilSeconds }) => {
      const { basis, period } = ruleOf(rule);
      const until = untilSeconds === undefined ? endAfter(rule, seen.keyDestroyedAt) : untilSeconds * 1000;
      return {
        name: purposes[purpose].name,
        count,
        basis,
        period,
        ...(until !== undefined && { until: toInstant(until) }),
      };
    }),
    ...uncovered(nowMs, seen.openRecipients),
  });
}

/** When what a rule keeps from the end of an account is over; undefined for one that counts from something else. */
function endAfter(rule: RetentionId, endedAt: string): number | undefined {
  const { ends } = ruleOf(rule);
  return 'after' in ends && ends.after === 'account-ended'
    ? endOfRetention(rule, Date.parse(endedAt))
    : undefined;
}

/** Signs a certificate as a compact JWS (ES256), which anybody checks offline with /.well-known/jwks.json. */
export function signCertificate(ring: KeyRing, certificate: Certificate): Promise<string> {
  return sign(ring, CERTIFICATE_TYPE, certificate);
}
