/**
 * Where data may live and whom we may call (promise S1; PIPL art. 36, 40): mainland China and nothing else.
 * Start-up, build and packaging all ask here.
 */

/** AWS China regions. */
export const awsRegions = ['cn-north-1', 'cn-northwest-1'] as const;

/** Tencent CloudBase regions in mainland China. */
export const cloudbaseRegions = [
  'ap-guangzhou',
  'ap-shanghai',
  'ap-beijing',
  'ap-nanjing',
  'ap-chengdu',
] as const;

export const allowedRegions: readonly string[] = [...awsRegions, ...cloudbaseRegions];

/** Hosts we may speak to in the cloud; a leading dot means any host below that domain. */
export const allowedHosts: readonly string[] = [
  '.cn-north-1.amazonaws.com.cn',
  '.cn-northwest-1.amazonaws.com.cn',
  'api.weixin.qq.com',
  'faceid.tencentcloudapi.com',
  'sms.tencentcloudapi.com',
];

/** Hosts of the local services; refused outside development. */
const localHosts = ['127.0.0.1', 'localhost', '[::1]'];

/** The service refuses to go on. The message names the setting and the remedy, never the value. */
export class ResidencyError extends Error {
  constructor(setting: string, remedy: string) {
    super(`${setting} points outside mainland China (promise S1): ${remedy}`);
    this.name = 'ResidencyError';
  }
}

/** Throws ResidencyError unless `value` is an allowed region. `setting` is the name the operator knows it by. */
export function assertRegion(
  setting: string,
  value: string,
  allowed: readonly string[] = allowedRegions,
): void {
  if (!allowed.includes(value)) {
    throw new ResidencyError(setting, `set it to one of ${allowed.join(', ')}.`);
  }
}

/**
 * Throws ResidencyError unless `url` leads to an allowed host over https; local hosts pass only with `development`.
 * `operatorHosts` are the operator's own, named one by one in its settings and below .cn.
 */
export function assertHost(
  setting: string,
  url: string,
  development: boolean,
  operatorHosts: readonly string[] = [],
): void {
  const remedy = `use an https address below one of ${allowedHosts.join(', ')}.`;
  if (!URL.canParse(url)) throw new ResidencyError(setting, remedy);
  const { protocol, hostname, username, password } = new URL(url);
  const inside = [...allowedHosts, ...operatorHosts].some((host) =>
    host.startsWith('.') ? hostname.endsWith(host) : hostname === host,
  );
  const cloud = inside && protocol === 'https:' && !username && !password;
  const local = development && localHosts.includes(hostname);
  if (!cloud && !local) throw new ResidencyError(setting, remedy);
}

/**
 * Throws ResidencyError unless `url` leads to a mail server of the operator's own, with TLS from the first byte; a local one
 * without it passes only with `development`. What a URL could carry besides (user, path) is refused: the password has a
 * setting of its own.
 */
export function assertRelay(
  setting: string,
  url: string,
  development: boolean,
  operatorHosts: readonly string[],
): void {
  const remedy = 'use smtps:// and one of OPERATOR_HOSTS, and nothing else but a port.';
  const [, protocol, host = ''] = /^(smtps?):\/\/([a-z0-9.-]+|\[::1\])(:\d{1,5})?$/.exec(url) ?? [];
  const own = protocol === 'smtps' && operatorHosts.includes(host);
  const local = development && localHosts.includes(host);
  if (!own && !local) throw new ResidencyError(setting, remedy);
}

/** Throws ResidencyError unless an `arn:aws-cn:…` names an allowed region. */
export function assertArn(setting: string, arn: string): void {
  const [prefix, partition, , region] = arn.split(':');
  const inside =
    prefix === 'arn' && partition === 'aws-cn' && awsRegions.some((allowed) => allowed === region);
  if (!inside) throw new ResidencyError(setting, `use a resource in ${awsRegions.join(' or ')}.`);
}

/** Throws ResidencyError unless `host` is the plain name of a host below .cn, as an operator may name its own. */
export function assertOwnHost(setting: string, host: string): void {
  if (!/^[a-z0-9][a-z0-9.-]*\.cn$/.test(host))
    throw new ResidencyError(setting, 'name hosts below .cn, in lower case, separated by commas.');
}
