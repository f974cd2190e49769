import { toInstant } from '../../clock';
import { idOfRequest } from '../../crypto/request-id';
import type { Write } from '../client';
import { beginProcess, type ProcessRef } from '../process/process';
import type { WayEnd } from './end';

/** A way into an account that has ended: which sort it is, and which of them. */
type EndedWay = Pick<WayEnd, 'way' | 'id'>;

/** The bound phone: there is one, so it needs no name. */
export const phoneEnded: EndedWay = { way: 'phone', id: 'number' };

/** A WeChat identity, by an id that leads from its short name to the note and from the note to nobody. */
export function wechatEnded(subjectId: string, name: string): EndedWay {
  return { way: 'wechat', id: idOfRequest('way', subjectId, name) };
}

/** The process that notes the end in the locked bucket (lib/process/way-end.ts). */
export function wayEndRef(subjectId: string, { way, id }: EndedWay, nowMs: number): ProcessRef {
  return { kind: 'way-end', id: `${way}-${id}-${nowMs}`, subjectId };
}

/** Its beginning, for the transaction that ends the way: so no crash loses it, and ending a way never waits for a bucket. */
export function beginWayEnd(subjectId: string, ended: EndedWay, nowMs: number): Write {
  const state = { ...ended, at: toInstant(nowMs) };
  return beginProcess(wayEndRef(subjectId, ended, nowMs), 'note', state, nowMs);
}
