import { toInstant } from '../clock';
import type { KeyRing } from '../crypto/key-ring';
import type { Receipt } from './channel';
import { readReference } from './reference';

/** A mail as it came in: the address it was for, by the envelope and not by its headers, and the whole of it. */
export type IncomingMail = { to: string; content: string };

/** More than a report has before what it reports of; the rest, which may be our own mail, is not looked at. */
const MAX_LOOKED_AT_CHARS = 64 * 1024;

/**
 * What a delivery status notification (RFC 3464) says of a mail of ours; undefined for what is none, says nothing final (a
 * delay, a relay) or has not come to an address of ours. Anybody can write such a mail, so only the address is believed:
 * whoever knows it has had that one mail, and can speak of no other.
 */
export async function readBounce(
  ring: KeyRing,
  bounceHost: string,
  { to, content }: IncomingMail,
  nowMs: number,
): Promise<Receipt | undefined> {
  const [reference = '', host = ''] = to.split('@');
  if (!bounceHost || host.toLowerCase() !== bounceHost) return undefined;
  if (!(await readReference(ring, reference))) return undefined;
  const said = deliveryStatus(content.slice(0, MAX_LOOKED_AT_CHARS));
  const status = said && statusOf(said);
  return status && { reference, status, code: said.code, at: toInstant(nowMs) };
}

/** A server that gave up with a passing failure may do better another time; so may a mailbox that was full (RFC 3463). */
function statusOf({ action, code }: Said): Receipt['status'] | undefined {
  if (action === 'delivered') return 'delivered';
  if (action !== 'failed') return undefined;
  return /^4\.|\.2\.2$/.test(code) ? 'temporary-failure' : 'permanent-failure';
}

type Said = { action: string; code: string };

/** The action and status of the first recipient in the part that machines read: one mail of ours has one. */
function deliveryStatus(content: string): Said | undefined {
  const lines = content
    .replace(/\r\n/g, '\n')
    .replace(/\n[ \t]+/g, ' ')
    .split('\n');
  const begins = lines.findIndex((line) => /^content-type:\s*message\/delivery-status\b/i.test(line));
  if (begins === -1) return undefined;
  const part = lines.slice(begins);
  const ends = part.findIndex((line) => line.startsWith('--'));
  const field = (name: string) =>
    part
      .slice(0, ends === -1 ? undefined : ends)
      .find((line) => line.toLowerCase().startsWith(`${name}:`))
      ?.slice(name.length + 1);
  const [action] = /[a-z]+/.exec(field('action')?.toLowerCase() ?? '') ?? [];
  const [code] = /[245]\.\d{1,3}\.\d{1,3}\b/.exec(field('status') ?? '') ?? [];
  return action && code ? { action, code } : undefined;
}
