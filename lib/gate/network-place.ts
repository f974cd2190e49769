import { isIP } from 'node:net';

/**
 * A network address cut down to a rough place before it is kept (promise S8): the first three numbers of an IPv4
 * address, the first three groups of an IPv6 address. Answers undefined for anything that is not an address.
 */
export function truncateAddress(address: string): string | undefined {
  const mapped = unmapped(address);
  if (isIP(mapped) === 4) return `${mapped.split('.').slice(0, 3).join('.')}.*`;
  if (isIP(mapped) !== 6) return undefined;
  const [head = ''] = mapped.split('::');
  const groups = head.split(':').filter((group) => group !== '');
  return `${[...groups, '0', '0', '0'].slice(0, 3).join(':')}::*`;
}

/** An IPv4 address that is written as an IPv6 one (RFC 4291, 2.5.5.2), as the IPv4 address it is. */
function unmapped(address: string): string {
  const prefix = '::ffff:';
  const rest = address.slice(prefix.length);
  return address.slice(0, prefix.length).toLowerCase() === prefix && rest.includes('.') ? rest : address;
}
