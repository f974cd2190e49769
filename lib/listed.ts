import type { JWK } from 'jose';
import type { ApprovedTemplates } from './notice/text/texts';
import type { MessageTemplate } from './table/profile/message-acceptance';

/** Settings that are lists, separated by commas (lib/config.ts has seen to their form). */
export const listOf = (text: string): string[] => text.split(',').filter(Boolean);

type ListedTemplate = { channel: 'subscribe' | 'sms'; name: string; id: string; kind: string | undefined };

/** `NOTICE_TEMPLATES` is a list of `subscribe.<name>=<id>:<once or lasting>` and `sms.<name>=<number>`. */
function listedTemplates(list: string): ListedTemplate[] {
  return listOf(list).map((text) => {
    const [, channel, name = '', id = '', kind] = /^([^.]+)\.([^=]+)=([^:]+)(?::(.+))?$/.exec(text) ?? [];
    return { channel: channel as ListedTemplate['channel'], name, id, kind };
  });
}

/** Whether every template has a name and a number of its own. */
export function namesNoneTwice(list: string): boolean {
  const all = listedTemplates(list);
  const distinct = (of: (one: ListedTemplate) => string) => new Set(all.map(of)).size === all.length;
  return (
    distinct(({ channel, name }) => `${channel}.${name}`) && distinct(({ channel, id }) => `${channel}=${id}`)
  );
}

/** The subscribe messages among them, which people may be asked for. */
export function messageTemplatesOf(list: string): MessageTemplate[] {
  return listedTemplates(list).flatMap(({ channel, name, id, kind }) =>
    channel === 'subscribe' ? [{ name, id, kind: kind as MessageTemplate['kind'] }] : [],
  );
}

/** All of them, by which notices are worded. */
export function approvedTemplatesOf(list: string): ApprovedTemplates {
  const approved: Record<string, Record<string, string>> = {};
  for (const { channel, name, id } of listedTemplates(list))
    approved[channel] = { ...approved[channel], [name]: id };
  return approved;
}

/** Ed25519 public keys as JWKs (RFC 8037, 2). */
export function doorKeysOf(list: string): JWK[] {
  return listOf(list).map((pair) => {
    const [kid = '', x = ''] = pair.split('=');
    return { kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig', kid, x };
  });
}
