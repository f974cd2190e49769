import { createHash } from 'node:crypto';
import { parseToken } from '../../lib/crypto/token';
import { approvedNotice, incidentWith, somebody, tellOne } from '../breach/notice-stage';
import { fields, png } from '../picture/samples';
import { grant } from '../support/consent';
import { templates } from '../support/templates';
import { type Caller, onceKey, type World } from '../support/world';

type Prepared = { input?: unknown; by?: object };
type Prepare = () => Promise<Prepared>;

export const contact = { name: '林晓', phone: '13800138000', address: '广州市越秀区府前路 1 号' };

export const announce = (bytes: Buffer, contentType = 'image/png') => ({
  contentType,
  bytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});

/** The code in the last mail to an address. */
export function codeIn({ mails }: Pick<World, 'mails'>, address: string): string {
  const text = mails.findLast(({ to }) => to === address)?.text ?? '';
  return /\d{6}/.exec(text)?.[0] ?? '';
}

/** How each operation of the profile is brought to its usual case, for the budgets. */
export function profileRows(theWorld: () => World, me: () => Caller): Record<string, Prepare> {
  const picture = png(fields(64, 64));
  const granted = async (purpose: string) => {
    const { consents } = await theWorld().ok<{ consents: { purpose: string; granted: boolean }[] }>(
      'consent/status',
      {},
      me(),
    );
    if (!consents.some((one) => one.purpose === purpose && one.granted))
      await grant(theWorld(), me(), purpose);
  };
  const ok = <T>(path: string, input: unknown) => theWorld().ok<T>(path, input, me());
  /** An upload that has arrived and waits to be confirmed. */
  const uploaded = async (): Promise<{ uploadId: string }> => {
    await granted('profile');
    const { uploadId, url } = await ok<{ uploadId: string; url: string }>(
      'profile/requestAvatarUpload',
      announce(picture),
    );
    theWorld().files.set(url.slice('memory:'.length), picture);
    return { uploadId };
  };
  const shown = async () => {
    await ok('profile/confirmAvatar', await uploaded());
    return {};
  };
  const delivery = async () => {
    await granted('delivery');
    return ok<{ deliveryId: string }>('profile/createDelivery', { ...contact, idempotencyKey: onceKey() });
  };
  const newMailbox = () => `lin.${onceKey()}@example.cn`;
  const askedCode = async () => {
    await granted('email');
    const address = newMailbox();
    await ok('profile/requestMailCode', { address });
    return { address, code: codeIn(theWorld(), address) };
  };
  const subjectId = () => parseToken(me().token)?.subjectId ?? '';
  const support = { token: 'staff:alice:support' };
  /** A notice that is being sent to me. */
  const told = async () => {
    const of = await incidentWith(theWorld(), [somebody({ subjectId: subjectId() })]);
    const { noticeId } = await approvedNotice(theWorld(), of);
    await tellOne(theWorld(), subjectId(), noticeId);
    return { noticeId };
  };
  const rows: Record<string, Prepare> = {
    'profile/get': async () => {
      await granted('profile');
      const { version } = await ok<{ version: number }>('profile/get', {});
      await ok('profile/update', { version, nickname: '晓' });
      return {};
    },
    'profile/update': async () => {
      await granted('profile');
      const { version } = await ok<{ version: number }>('profile/get', {});
      return { input: { version, nickname: `晓${version}` } };
    },
    'profile/requestAvatarUpload': async () => {
      await granted('profile');
      return { input: announce(picture) };
    },
    'profile/confirmAvatar': async () => ({ input: await uploaded() }),
    'profile/getAvatar': shown,
    'profile/removeAvatar': shown,
    'profile/services': async () => ({}),
    'profile/createDelivery': async () => {
      await granted('delivery');
      return { input: { ...contact, idempotencyKey: onceKey() } };
    },
    'profile/getDelivery': async () => ({ input: { deliveryId: (await delivery()).deliveryId } }),
    'profile/listDeliveries': async () => {
      await delivery();
      return {};
    },
    'profile/cancelDelivery': async () => ({ input: { deliveryId: (await delivery()).deliveryId } }),
    'profile/staffGetDelivery': async () => ({
      input: { deliveryId: (await delivery()).deliveryId, subjectId: subjectId() },
      by: support,
    }),
    'profile/completeDelivery': async () => ({
      input: { deliveryId: (await delivery()).deliveryId, subjectId: subjectId() },
      by: support,
    }),
    'profile/inbox': async () => {
      await told();
      return {};
    },
    'profile/openNotice': async () => ({ input: await told() }),
    'profile/announcement': async () => ({}),
    'profile/acceptances': async () => ({}),
    'profile/recordAcceptances': async () => {
      const results = [{ templateId: templates.once.id, result: 'accept' }];
      await ok('profile/recordAcceptances', { results, idempotencyKey: onceKey() });
      return { input: { results, idempotencyKey: onceKey() } };
    },
    'profile/requestMailCode': async () => {
      await granted('email');
      return { input: { address: newMailbox() } };
    },
    'profile/confirmMail': async () => ({ input: await askedCode() }),
    'profile/mail': async () => {
      await ok('profile/confirmMail', await askedCode());
      return {};
    },
    'profile/removeMail': async () => {
      await ok('profile/confirmMail', await askedCode());
      return {};
    },
    'profile/getPreferences': async () => ({}),
    'profile/setPreferences': async () => {
      const { version } = await ok<{ version: number }>('profile/getPreferences', {});
      return { input: { version, language: 'zh-CN', personalisation: true, surveyInvitations: false } };
    },
  };
  for (const name of ['Fund', 'Social', 'Transport', 'Tax', 'Household']) {
    const purpose = `service-${name.toLowerCase()}`;
    const attributes = name === 'Tax' ? { householdPlace: '广州' } : { sex: 'female' };
    rows[`profile/get${name}Attributes`] = async () => {
      await granted(purpose);
      const { version } = await ok<{ version: number }>(`profile/get${name}Attributes`, {});
      await ok(`profile/set${name}Attributes`, { version, attributes });
      return {};
    };
    rows[`profile/set${name}Attributes`] = async () => {
      await granted(purpose);
      const { version } = await ok<{ version: number }>(`profile/get${name}Attributes`, {});
      return { input: { version, attributes } };
    };
  }
  return rows;
}
