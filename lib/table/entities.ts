import { card, deletedCard } from './card/card';
import { pastCard } from './card/card-history';
import { cardOrder } from './card/card-list';
import { cardLogo } from './card/card-logo';
import { nickname } from './profile/nickname';
import { preferences } from './profile/preferences';
import { block, blockedBy } from './sharing/block';
import { contact, handout } from './sharing/contact';
import { offer, sentOffer } from './sharing/offer';
import { share, sharePointer } from './sharing/share';
import { namedViewer, viewerRecord } from './sharing/viewer';
import { viewShard } from './sharing/views';

/**
 * Every entity there is, once. What an export holds, what an erasure finds, what is swept, explained and in the scope of a
 * breach follows from this list: an item of an entity outside it is nobody's (promises K7, R1, R3, S2, B3).
 */
export const entities = {
  card,
  cardLogo,
  cardOrder,
  deletedCard,
  pastCard,
  nickname,
  preferences,
  block,
  blockedBy,
  contact,
  handout,
  namedViewer,
  offer,
  sentOffer,
  share,
  sharePointer,
  viewerRecord,
  viewShard,
} as const;

export type EntityName = keyof typeof entities;
