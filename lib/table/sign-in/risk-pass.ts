import * as z from 'zod/mini';
import { plain } from '../attribute';
import type { Item, Write } from '../client';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
import { inPerson } from '../place';

/** A human's word against the risk rule (promise A7): while it lives, the rule lets the person be. */
export const riskPass = declareEntity('risk-pass', {
  place: inPerson('review', 'risk-pass'),
  life: { rule: 'risk-pass-life', from: 'givenAt' },
  guarded: ['givenAt'],
  attributes: { givenAt: plain('risk-pass', z.string()) },
});

export const riskPassKey = (subjectId: string): Key => riskPass.key(subjectId);

export function putRiskPass(subjectId: string, givenAt: string): Write {
  return { Put: { Item: riskPass.make(subjectId, undefined, { givenAt }) } };
}

/** Whether the item is a pass; an expired one is invisible to the read that would have brought it. */
export function readRiskPass(item: Item | undefined): boolean {
  return riskPass.read(item) !== undefined;
}
