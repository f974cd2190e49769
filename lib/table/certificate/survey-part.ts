import * as z from 'zod/mini';
import { plain, type ValueOf } from '../attribute';
import type { Item, Write } from '../client';
import { declareEntity } from '../entity';
import { padded } from '../keys';
import { ofService } from '../place';
import { create } from '../replace';

/**
 * What one page of an erased person's partition left elsewhere, as it was before anything of it was erased: keys, names of files
 * and places in indexes, never content. It is read when their absence is looked for, and goes with it. Beside the person's
 * partition, so that the erasure does not take away what it is held to.
 */
export const surveyPart = declareEntity('survey-part', {
  place: ofService('accountability', (subjectId, part: number) => ({
    pk: `SURVEY#${subjectId}`,
    sk: `PART#${padded(part)}`,
  })),
  life: { rule: 'account-life' },
  unguarded: 'where a survey of one erasure looks; what it finds is looked up itself',
  attributes: {
    /** Until when everything in it had been there, in epoch seconds. */
    seenAtSeconds: plain('process', z.int()),
    leads: plain(
      'process',
      z.array(z.object({ pk: z.string(), sk: z.string(), forget: z.optional(z.array(z.string())) })),
    ),
    files: plain('process', z.array(z.string())),
    entries: plain(
      'process',
      z.array(
        z.object({
          index: z.enum(['everyone', 'due', 'near', 'touched']),
          partition: z.string(),
          sort: z.string(),
          sk: z.string(),
        }),
      ),
    ),
  },
});
export type SurveyPart = ValueOf<typeof surveyPart>;

export const surveyPartKey = (subjectId: string, part: number) => surveyPart.key(subjectId, part);

/** Keeps one part. Refused when there is one of its number. */
export function putSurveyPart(subjectId: string, part: number, value: SurveyPart): Write {
  return create(surveyPart.make(subjectId, part, value));
}

export function removeSurveyPart(subjectId: string, part: number): Write {
  return { Delete: { Key: surveyPartKey(subjectId, part) } };
}

export function readSurveyPart(item: Item | undefined): SurveyPart | undefined {
  return surveyPart.read(item);
}
