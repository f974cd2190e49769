import * as z from 'zod/mini';
import { DAY_MS } from '../../../lib/clock';
import { operation } from '../../../lib/gate/operation';
import { cardKey } from '../../../lib/table/card/card';
import { logoKey } from '../../../lib/table/card/card-logo';
import { cardId, ownCardKinds, ownCardShown, picture, version } from '../shapes';
import { MAX_LOGO_UPLOAD_BYTES, ownLogo, removeLogo, setLogo } from './logo';

/** Base64 is four characters for three bytes. */
const MAX_CHARACTERS = 4 * Math.ceil(MAX_LOGO_UPLOAD_BYTES / 3);

/** The picture on a card (promises C1, C7). Others get it with the card: `withLogo` of `open` and `contact`. */
export const logoOperations = {
  setLogo: operation({
    summary:
      '给名片放上标识图片（JPEG、PNG 或 WebP，最大 512 KB）。拍摄地点、时间、设备等附带信息会去除；给别人看之前由人工检查。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: ['card-logo'], out: [...ownCardKinds] },
    input: z.strictObject({
      cardId,
      version,
      /** The bytes of the file in base64. */
      picture: z.string().check(z.regex(/^[A-Za-z0-9+/]+={0,2}$/), z.maxLength(MAX_CHARACTERS)),
    }),
    output: ownCardShown,
    ledger: 'none',
    limits: [{ name: 'LOGOS_PER_DAY', per: 'person', max: 30, windowMs: DAY_MS }],
    maxBodyBytes: MAX_CHARACTERS + 1024,
    // A picture of the largest size; where words of the card are judged again, what setVisibility costs besides.
    budget: { trips: 3, readUnits: 2, writeUnits: 76 },
    alsoRead: (subjectId, input) => cardKey(subjectId, input.cardId),
    run: setLogo,
  }),
  removeLogo: operation({
    summary: '取下名片上的标识图片，立即删除。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: [], out: [...ownCardKinds], uses: ['card-logo'] },
    input: z.strictObject({ cardId, version }),
    output: ownCardShown,
    ledger: 'none',
    budget: { trips: 2, readUnits: 2, writeUnits: 76 },
    alsoRead: (subjectId, input) => cardKey(subjectId, input.cardId),
    run: removeLogo,
  }),
  logo: operation({
    summary: '自己名片上的标识图片。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: [], out: ['card-logo'], uses: [...ownCardKinds] },
    input: z.strictObject({ cardId }),
    output: picture,
    reads: true,
    ledger: 'none',
    budget: { trips: 1, readUnits: 8, writeUnits: 0 },
    alsoRead: (subjectId, input) => [cardKey(subjectId, input.cardId), logoKey(subjectId, input.cardId)],
    run: ownLogo,
  }),
};
