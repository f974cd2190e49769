import { MIN_WEB_POLL_PAUSE_MS } from '../../lib/table/sign-in/web-sign-in';
import { newCard } from '../cards/support';
import { phoneHolder, proofFor, tap } from '../login/support';
import { gateBrowser } from '../support/browser';
import { consentAct, grant, seenEntryOf, withdraw } from '../support/consent';
import { type Caller, onceKey, type World } from '../support/world';
import { everyOperation, type Prepare } from './every-operation';

let phones = 13_800_500_000;
function nextNumber(): string {
  phones += 1;
  return `${phones}`;
}

/** How every operation there is is brought to its usual case, those included that `everyOperation` leaves out. */
export function wholeService(
  theWorld: () => World,
  theCaller: () => Caller,
  theOpenid: () => string,
): Record<string, Prepare> {
  /** Somebody who has a nickname. */
  async function named(): Promise<Caller> {
    const by = await theWorld().signIn(`named-${onceKey()}`);
    await grant(theWorld(), by, 'profile');
    await theWorld().ok('profile/update', { version: 0, nickname: '小林' }, by);
    return by;
  }
  /** A browser whose request somebody has looked at, or approved as well. */
  async function shownCode(by: Caller, approved = false) {
    const browser = gateBrowser();
    const { code } = await theWorld().ok<{ code: string }>('login/webBegin', {}, { browser });
    await theWorld().ok('login/webShow', { code }, by);
    if (approved) {
      await theWorld().ok('login/webApprove', { code }, by);
      await theWorld().ok('login/webPoll', {}, { browser }); // which tells it whose account it is
      theWorld().wait(MIN_WEB_POLL_PAUSE_MS);
    }
    return { browser, input: { code } };
  }
  async function withPhone() {
    const number = nextNumber();
    const holder = `phone-${onceKey()}`;
    return { by: await phoneHolder(theWorld(), holder, number), number, holder };
  }
  const act = async () =>
    consentAct(theWorld().ok, { seenEntry: await seenEntryOf(theWorld(), theCaller(), 'cards') });

  return {
    ...everyOperation(theWorld, theCaller, theOpenid),
    'login/signIn': async () => ({ input: { code: `code-of-${theOpenid()}~${onceKey()}` }, by: {} }),
    'login/proveSelf': async () => {
      const { by, number, holder } = await withPhone();
      const asked = { operation: 'login/changePhone', target: 'phone', by: 'phone' };
      return { by, input: { ...asked, code: tap(number, holder) } };
    },
    'login/listSessions': async () => ({}),
    'login/webPage': async () => ({ by: {} }),
    'login/webBegin': async () => ({ by: { browser: gateBrowser() } }),
    'login/webPoll': async () => ({ by: { browser: (await shownCode(await named(), true)).browser } }),
    'login/webShow': async () => ({ input: (await shownCode(theCaller())).input }),
    'login/webApprove': async () => {
      const by = await named();
      return { by, input: (await shownCode(by)).input };
    },
    'login/webDeny': async () => ({ input: (await shownCode(theCaller())).input }),
    'login/webSignOut': async () => ({
      by: { ...(await theWorld().signIn(theOpenid())), browser: gateBrowser() },
    }),
    'login/bindPhone': async () => {
      await grant(theWorld(), theCaller(), 'phone');
      return { input: { code: tap(nextNumber(), theOpenid()) } };
    },
    'login/changePhone': async () => {
      const { by, number, holder } = await withPhone();
      const proof = await proofFor(theWorld(), by, holder, 'login/changePhone', 'phone');
      return { by: { ...by, proof }, input: { code: tap(number, holder) } };
    },
    'login/getPhone': async () => ({ by: (await withPhone()).by }),
    'login/unbindPhone': async () => ({ by: (await withPhone()).by }),
    'consent/policy': async () => ({}),
    'consent/status': async () => ({}),
    'consent/grant': async () => ({ input: await act() }),
    'consent/withdraw': async () => ({ input: await act() }),
    'consent/history': async () => ({}),
    'consent/jwks': async () => ({}),
    'consent/about': async () => ({ by: {} }),
    'cards/get': async () => ({ input: { cardId: (await newCard(theWorld(), theCaller())).cardId } }),
    'cards/list': async () => ({}),
    'cards/update': async () => {
      const { cardId, version } = await newCard(theWorld(), theCaller());
      return { input: { cardId, version, name: '别的' } };
    },
    'cards/delete': async () => {
      const { cardId, version } = await newCard(theWorld(), theCaller());
      return { input: { cardId, version } };
    },
    'retention/runProcess': async () => {
      await newCard(theWorld(), theCaller());
      await withdraw(theWorld(), theCaller());
      return { input: theWorld().queued.at(-1), by: { trigger: 'queue' } };
    },
    'retention/sweep': async () => {
      await withdraw(theWorld(), theCaller());
      theWorld().wait(60 * 60_000);
      return { by: { trigger: 'schedule' } };
    },
  };
}
