import { isIP } from 'node:net';

/**
 * A network address cut down to a rough place before it is kept (promise S8): the first three numbers of an IPv4
 * address, the first three groups of an IPv6 address. Answers undefined for anything that is not an address.
 */
export function truncateAddress(address: string): string | undefined {
  const mapped = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (isIP(mapped) === 4) return `${mapped.split('.').slice(0, 3).join('.')}.*`;
  if (isIP(mapped) !== 6) return undefined;
  const [head = ''] = mapped.split('::');
  const groups = head.split(':').filter((group) => group !== '');
  return `${[...groups, '0', '0', '0'].slice(0, 3).join(':')}::*`;
}
