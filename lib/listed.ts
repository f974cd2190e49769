import type { JWK } from 'jose';
import type { MessageTemplate } from './table/profile/message-acceptance';

/** Settings that are lists, separated by commas (lib/config.ts has seen to their form). */
export const listOf = (text: string): string[] => text.split(',').filter(Boolean);

/** `SUBSCRIBE_TEMPLATES` is a list of `<name>=<template id>:<once or lasting>`. */
export function templatesOf(list: string): MessageTemplate[] {
  return listOf(list).map((text) => {
    const [, name = '', id = '', kind] = /^([^=]+)=([^:]+):(.+)$/.exec(text) ?? [];
    return { name, id, kind: kind as MessageTemplate['kind'] };
  });
}

/** Ed25519 public keys as JWKs (RFC 8037, 2). */
export function doorKeysOf(list: string): JWK[] {
  return listOf(list).map((pair) => {
    const [kid = '', x = ''] = pair.split('=');
    return { kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig', kid, x };
  });
}
