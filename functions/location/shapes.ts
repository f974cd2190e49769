import * as z from 'zod/mini';
import { partialContent } from '../../lib/card/schema';

const { logo: _, ...words } = partialContent;

/** A card as strangers see it: every part may be missing, because its owner chose so. It carries no picture. */
export const cardShown = z.object(words);
