import { parseToken } from '../../lib/crypto/token';
import { findable, handleOf } from '../location/support';
import { fields as colours, png } from '../picture/samples';
import { fullCard } from '../support/full-card';
import { type Caller, onceKey, type World } from '../support/world';
import { cardGiver, holder, linkTo, newCard, offerBy } from './support';

/** Far from where the budgets of location are measured. */
const chengdu = { latitude: 30.66, longitude: 104.06 };

type Prepared = { input?: unknown; by?: object };
type Prepare = () => Promise<Prepared>;

/** How each operation of cards beyond the first five is brought to its usual case, for the budgets. */
export function cardRows(theWorld: () => World, theCaller: () => Caller): Record<string, Prepare> {
  const world = theWorld;
  const me = theCaller;
  const made = () => newCard(world(), me());
  const changed = async () => {
    const { cardId } = await made();
    await world().ok('cards/update', { ...fullCard, title: '处长', cardId, version: 1 }, me());
    return { cardId, version: 2 };
  };
  const waiting = async () => {
    const { cardId } = await newCard(world(), me(), { name: '标记故障' });
    await world().ok('cards/setVisibility', { cardId, version: 1, visibility: { name: 'link' } }, me());
    return { cardId, subjectId: parseToken(me().token)?.subjectId };
  };
  const shown = async () => {
    const { cardId } = await made();
    const visibility = { name: 'link', phones: 'link', organisation: 'link' };
    await world().ok('cards/setVisibility', { cardId, version: 1, visibility }, me());
    return { cardId };
  };
  const shared = async (more: object = {}) => {
    const input = { ...(await shown()), fields: ['name', 'phones'], idempotencyKey: onceKey(), ...more };
    return world().ok<{ shareId: string; token: string }>('cards/share', input, me());
  };
  const other = () => cardGiver(world(), `budget-${onceKey()}`);
  const offered = async () => {
    const [a, b] = [await other(), await other()];
    const { token } = await linkTo(world(), a);
    const { offerId } = await offerBy(world(), b, token);
    return { by: a.caller, cardId: a.cardId, asker: b.caller, offerId };
  };
  const exchanged = async () => {
    const { by, cardId, offerId } = await offered();
    const input = { offerId, cardId, fields: ['name'] };
    const { contactId } = await world().ok<{ contactId: string }>('cards/accept', input, by);
    const { holders } = await world().ok<{ holders: { holderId: string }[] }>('cards/holders', {}, by);
    return { by, cardId, contactId, holderId: holders[0]?.holderId };
  };
  const blocking = async () => {
    const { by, contactId } = await exchanged();
    const input = { by: 'contact', id: contactId };
    return { by, ...(await world().ok<{ blockId: string }>('cards/block', input, by)) };
  };
  let members = 0;
  const staff = () => {
    members += 1;
    return { token: `staff:texts-${members}:officer` };
  };
  const vcard = (name: string) => `BEGIN:VCARD\r\nVERSION:4.0\r\nFN:${name}\r\nEND:VCARD\r\n`;
  const noise = colours(256, 256);
  noise.data.forEach((_, index) => {
    if (index % 4 !== 3) noise.data[index] = (index * 2_654_435_761) >>> 24;
  });
  /** A picture that is as large as one can be when it is drawn anew. */
  const picture = png(noise).toString('base64');
  const withLogo = async () => {
    const { caller, cardId } = await other();
    await world().ok('cards/setLogo', { cardId, version: 2, picture }, caller);
    return { by: caller, cardId };
  };
  return {
    'cards/setLogo': async () => {
      const { caller, cardId } = await other();
      return { by: caller, input: { cardId, version: 2, picture } };
    },
    'cards/removeLogo': async () => {
      const { by, cardId } = await withLogo();
      return { by, input: { cardId, version: 3 } };
    },
    'cards/logo': async () => {
      const { by, cardId } = await withLogo();
      return { by, input: { cardId } };
    },
    'cards/importVCard': async () => ({
      input: { file: Buffer.from(vcard('林晓')).toString('base64'), idempotencyKey: onceKey() },
    }),
    'cards/exportVCard': async () => ({ input: { cardIds: [(await made()).cardId] } }),
    'cards/phoneContact': async () => ({ input: { cardId: (await made()).cardId } }),
    'cards/signCard': async () => ({ input: { ...(await shown()), fields: ['name', 'phones'] } }),
    'cards/setDefault': async () => ({ input: { cardId: (await made()).cardId } }),
    'cards/arrange': async () => ({ input: { cardIds: [(await made()).cardId] } }),
    'cards/history': async () => ({ input: { cardId: (await changed()).cardId } }),
    'cards/setVisibility': async () => ({
      input: { cardId: (await made()).cardId, version: 1, visibility: { name: 'link', phones: 'link' } },
    }),
    'cards/checkAgain': async () => {
      const { subjectId: _, ...input } = await waiting();
      return { input };
    },
    'cards/setRealNameMark': async () => ({
      input: { cardId: (await made()).cardId, version: 1, show: true },
    }),
    'cards/share': async () => {
      const { cardId } = await shown();
      return { input: { cardId, fields: ['name', 'phones'], idempotencyKey: onceKey() } };
    },
    'cards/shares': async () => {
      await shared();
      return {};
    },
    'cards/revoke': async () => ({ input: { shareId: (await shared()).shareId } }),
    'cards/revokeAll': async () => ({}),
    'cards/code': async () => ({ input: { shareId: (await shared()).shareId } }),
    'cards/open': async () => {
      const { token } = await shared({ maxUses: 3 });
      return { input: { token }, by: await holder(world(), `budget-viewer-${onceKey()}`) };
    },
    'cards/offer': async () => {
      const { token } = await shared();
      const { caller, cardId } = await other();
      return { input: { token, cardId, fields: ['name'] }, by: caller };
    },
    'cards/offers': async () => {
      const { offerId: _, by } = await offered();
      return { by };
    },
    'cards/sentOffers': async () => ({ by: (await offered()).asker }),
    'cards/takeBack': async () => {
      const { asker, offerId } = await offered();
      return { input: { offerId }, by: asker };
    },
    'cards/accept': async () => {
      const { offerId, by, cardId } = await offered();
      return { input: { offerId, cardId, fields: ['name'] }, by };
    },
    'cards/decline': async () => {
      const { offerId, by } = await offered();
      return { input: { offerId }, by };
    },
    'cards/holders': async () => ({ by: (await exchanged()).by }),
    'cards/recall': async () => {
      const { by, holderId } = await exchanged();
      return { input: { holderId }, by };
    },
    'cards/recallAll': async () => {
      const { by, cardId } = await exchanged();
      return { input: { cardId }, by };
    },
    'cards/block': async () => {
      const { by, contactId } = await exchanged();
      return { input: { by: 'contact', id: contactId }, by };
    },
    'cards/blockNearby': async () => {
      const name = `blocked-${onceKey()}`;
      const by = await findable(world(), chengdu, '我');
      await findable(world(), chengdu, name);
      const handle = await handleOf(world(), by, name);
      return { input: { handle }, by: { token: by.token } };
    },
    'cards/blocked': async () => ({ by: (await blocking()).by }),
    'cards/unblock': async () => {
      const { by, blockId } = await blocking();
      return { input: { blockId }, by };
    },
    'cards/folder': async () => ({ by: (await exchanged()).by }),
    'cards/contact': async () => {
      const { by, contactId } = await exchanged();
      return { input: { contactId }, by };
    },
    'cards/updateContact': async () => {
      const { by, contactId } = await exchanged();
      return { input: { contactId, version: 1, groups: ['客户'], favourite: true }, by };
    },
    'cards/removeContact': async () => {
      const { by, contactId } = await exchanged();
      return { input: { contactId }, by };
    },
    'cards/views': async () => {
      await shared();
      return {};
    },
    'cards/viewers': async () => {
      const { token } = await shared();
      const viewer = await holder(world(), `named-${onceKey()}`, 'viewer-name', 'profile');
      await world().ok('profile/update', { version: 0, nickname: '小陈' }, viewer);
      await world().ok('cards/open', { token }, viewer);
      return {};
    },
    'cards/reviewQueue': async () => ({ by: staff() }),
    'cards/openReview': async () => ({ input: await waiting(), by: staff() }),
    'cards/decideReview': async () => ({
      input: { ...(await waiting()), version: 2, decision: 'pass' },
      by: staff(),
    }),
    'cards/restore': async () => ({ input: { ...(await changed()), to: 1 } }),
  };
}
