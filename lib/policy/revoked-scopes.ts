import { type ConsentPurposeId, consentPurposeIds } from './purposes';

/**
 * What somebody takes their permission from in WeChat's own settings, as WeChat numbers it (`RevokeInfo` of
 * `user_authorization_revoke`), and the consents that it covered here: they end by themselves. `by-hand` where WeChat does not
 * say which of what is held is meant: a person decides.
 */
type RevokedScope = { name: string; ends: readonly ConsentPurposeId[] | 'by-hand' };

const nothingHeld: RevokedScope['ends'] = [];

export const revokedScopes: Readonly<Record<string, RevokedScope>> = {
  1: { name: '车牌号', ends: nothingHeld },
  2: { name: '地址', ends: ['delivery'] },
  3: { name: '发票信息', ends: nothingHeld },
  4: { name: '蓝牙', ends: nothingHeld },
  5: { name: '麦克风', ends: nothingHeld },
  6: { name: '昵称和头像', ends: ['profile'] },
  7: { name: '摄像头', ends: nothingHeld },
  8: { name: '手机号', ends: ['phone'] },
  12: { name: '微信运动步数', ends: nothingHeld },
  13: { name: '位置信息', ends: ['location', 'location-history'] },
  14: { name: '选中的图片或视频', ends: 'by-hand' },
  15: { name: '选中的文件', ends: 'by-hand' },
  16: { name: '邮箱地址', ends: ['email'] },
  18: { name: '选择的位置信息', ends: ['location', 'location-history'] },
  19: { name: '昵称输入键盘中选择的微信昵称', ends: ['profile'] },
  20: { name: '获取用户头像组件中选择的微信头像', ends: ['profile'] },
};

/**
 * The consents that a revocation ends, and whether a person has to look as well: at a number that nobody knows yet, or at one
 * that does not say what is meant. Without any number everything that WeChat had given is meant.
 */
export function endedByRevocation(scope: string | undefined): {
  ends: ConsentPurposeId[];
  byHand: boolean;
} {
  const numbers = scope?.split(',').filter(Boolean) ?? [];
  const meant =
    numbers.length > 0
      ? numbers.map((number) => (Object.hasOwn(revokedScopes, number) ? revokedScopes[number] : undefined))
      : Object.values(revokedScopes);
  const ended = new Set(meant.flatMap((one) => (one && one.ends !== 'by-hand' ? one.ends : [])));
  return {
    ends: consentPurposeIds.filter((id) => ended.has(id)),
    byHand: meant.some((one) => one === undefined || one.ends === 'by-hand'),
  };
}
