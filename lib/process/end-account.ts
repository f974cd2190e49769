import { bury } from './end-account/bury';
import { certify } from './end-account/certify';
import { cool } from './end-account/cool';
import { holdItems } from './end-account/hold-items';
import { items } from './end-account/items';
import { stays } from './end-account/stays';
import { survey } from './end-account/survey';
import type { ProcessKind } from './kind';

/**
 * Ends an account by right (PIPL art. 47; promise R3). It waits while the person may think better of it, keeps what is held,
 * and then buries: the tombstone first, outside of everything that is ever restored, then one transaction after which nothing
 * of theirs opens and nobody comes in. It notes what their items leave elsewhere. What follows is sweeping: their items with
 * what leads to them, what others hold of them, files. What the law keeps gets its own end, recipients are asked to delete,
 * and it is certified what is absent.
 */
export const endAccount: ProcessKind = {
  cool,
  'hold-items': holdItems,
  bury,
  survey,
  items,
  stays,
  certify,
};
