import * as z from 'zod/mini';
import { DAY_MS, toEpochSeconds, toInstant } from '../../clock';
import type { Item, Write } from '../client';
import { defineEntity, plain } from '../entity';
import { type Key, keys } from '../keys';

/** After a human has overturned a refusal, the risk rule lets the person be for this long. */
export const RISK_PASS_DAYS = 180;

/** A human's word against the risk rule (promise A7). */
export const riskPass = defineEntity('risk-pass', {
  givenAt: plain('risk-review', z.string()),
});

export const riskPassKey = (subjectId: string): Key => keys.data(subjectId, 'review', 'risk-pass');

export function putRiskPass(subjectId: string, nowMs: number): Write {
  const encoded = riskPass.encode({ givenAt: toInstant(nowMs) }, '');
  const expiresAtSeconds = toEpochSeconds(nowMs + RISK_PASS_DAYS * DAY_MS);
  return {
    Put: { Item: { ...riskPassKey(subjectId), entity: riskPass.name, ...encoded, expiresAtSeconds } },
  };
}

/** Whether the item is a pass; an expired one is invisible to the read that would have brought it. */
export function readRiskPass(item: Item | undefined): boolean {
  return item?.entity === riskPass.name;
}
