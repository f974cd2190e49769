import type * as z from 'zod/mini';
import { type Attribute, plain } from '../attribute';

/** How old somebody is. Of a minor it is sensitive (PIPL art. 28); of an adult it tells of no minor and counts as none. */
export function ageBand<S extends z.ZodMiniType>(schema: S): Attribute<S> {
  return { ...plain('age-band', schema), harmless: 'adult' };
}
