import * as z from 'zod/mini';
import { operation } from '../../../lib/gate/operation';
import { cardKey } from '../../../lib/table/card/card';
import { cardId, ownCardKinds, ownCardShown, version, visibility } from '../shapes';
import { setRealNameMark, setVisibility } from './set-visibility';

/** Who may see which part of a card (promise C2). */
export const visibilityOperations = {
  setVisibility: operation({
    summary: '设定名片的每一项给谁看：自己、持有链接的人、所有人。给所有人看须先单独同意；收回立即生效。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: [], out: [...ownCardKinds], uses: ['wechat-openid'] },
    input: z.strictObject({ cardId, version, visibility }),
    output: ownCardShown,
    ledger: 'act',
    budget: { trips: 4, readUnits: 3, writeUnits: 31 },
    alsoRead: (subject, input) => cardKey(subject, input.cardId),
    run: setVisibility,
  }),
  setRealNameMark: operation({
    summary: '让名片显示或不再显示“实名”标识。只在实名核验有效期间显示，不显示任何身份信息。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: [], out: [...ownCardKinds] },
    input: z.strictObject({ cardId, version, show: z.boolean() }),
    output: ownCardShown,
    ledger: 'none',
    budget: { trips: 2, readUnits: 2, writeUnits: 14 },
    alsoRead: (subject, input) => cardKey(subject, input.cardId),
    run: setRealNameMark,
  }),
};
