import { parseToken } from '../../lib/crypto/token';
import { beginClosing } from '../../lib/process/end-account/closing';
import type { Item } from '../../lib/table/client';
import { keys } from '../../lib/table/keys';
import { allSubjects } from '../../lib/table/person/all-subjects';
import { life } from '../../lib/table/person/life';
import { readPerson } from '../../lib/table/person/person';
import { agreeingPartners } from '../identity/agreeing-partners';
import { wechatCode } from '../login/support';
import { holdsFor } from '../proof/sample';
import { type Caller, createWorld, functions, onceKey, type World } from '../support/world';
import { operationOf } from './every-operation';
import { wholeService } from './whole-service';

/**
 * Whoever has closed their account is only stored until it is erased (promise R4): every operation is called by them, and by
 * somebody else while everybody else has closed theirs.
 */
let world: World;
let me: Caller;
let openid: string;
beforeAll(async () => {
  world = await createWorld({ partners: agreeingPartners });
});

const rows = wholeService(
  () => world,
  () => me,
  () => openid,
);
// By phone nobody proves themselves any more: the consent that it rests on lets nobody act.
rows['login/proveSelf'] = async () => ({
  input: { operation: 'rights/closeNow', target: 'account', by: 'wechat', code: wechatCode(openid) },
});

const cases = Object.keys(rows).flatMap((path) =>
  (['the caller', 'everybody else'] as const).map((who) => ({ path, who })),
);
type Case = (typeof cases)[number];

/** By hand: what somebody may still do who has closed their account, and why. Everything else hears why not. */
const goesOn: Record<string, string> = {
  // Closing itself.
  'rights/close': 'again, with the same answer',
  'rights/closing': 'to see how it stands',
  'rights/cancelClosing': 'to take it back',
  'rights/closeNow': 'to cut it short',
  // Coming in and going out, and keeping others out: without it nobody could take it back.
  'login/account': 'to see the account',
  'login/listSessions': 'to see who is in',
  'login/ways': 'to see what leads in',
  'login/endWay': 'ends',
  'login/keepWay': 'to come in',
  'login/proveSelf': 'to cut it short',
  'login/revokeOthers': 'ends',
  'login/revokeSession': 'ends',
  'login/signOut': 'ends',
  'login/webApprove': 'to come in',
  'login/webDeny': 'to keep out',
  'login/webShow': 'to come in',
  'login/webSignOut': 'ends',
  // Deleting and ending.
  'cards/decline': 'ends',
  'cards/delete': 'ends',
  'cards/recall': 'ends',
  'cards/recallAll': 'ends',
  'cards/removeContact': 'ends',
  'cards/revoke': 'ends',
  'cards/revokeAll': 'ends',
  'cards/takeBack': 'ends',
  'consent/refuse': 'ends',
  'consent/withdraw': 'ends',
  'identity/guardianWithdraw': 'ends',
  'location/stop': 'ends',
  'login/unbindPhone': 'ends',
  'login/unlinkAccount': 'ends',
  'profile/cancelDelivery': 'ends',
  'profile/removeAvatar': 'ends',
  'profile/removeMail': 'ends',
  'rights/erasePart': 'ends',
  // Seeing what is recorded of oneself, and being told and heard as the law has it (PIPL arts. 24, 45, 57).
  'cards/blocked': 'seen',
  'cards/ownReports': 'heard',
  'cards/reportCard': 'heard',
  'consent/history': 'seen',
  'consent/lawfulAt': 'seen',
  'consent/ownLists': 'seen',
  'consent/prompts': 'told that nothing is asked',
  'consent/receipt': 'seen',
  'consent/status': 'seen',
  'identity/appeal': 'heard',
  'identity/ownAppeals': 'heard',
  'identity/status': 'seen',
  'identity/wards': 'seen',
  'profile/acceptances': 'seen',
  'profile/getPreferences': 'seen',
  'profile/inbox': 'told',
  'profile/openNotice': 'told',
  'profile/services': 'seen',
  'rights/addToTicket': 'heard',
  'rights/askTicket': 'heard',
  'rights/explain': 'seen',
  'rights/directive': 'said for later',
  'rights/tellCorrection': 'who was given something is told',
  'rights/ownTicket': 'heard',
  'rights/ownTickets': 'heard',
  'rights/proveTicket': 'heard',
  'rights/rateTicket': 'heard',
  'rights/withdrawTicket': 'heard',
  'rights/cancelExport': 'ends',
  'rights/dispute': 'heard',
  'rights/export': 'seen',
  'rights/held': 'seen',
  'rights/overview': 'seen',
  'rights/startExport': 'seen',
  'rights/startTransfer': 'taken elsewhere',
  'rights/usage': 'seen',
};

/** By hand: what may open data of somebody who has closed their account, though it is not they who call. */
const opensOthers: Record<string, string> = {
  'breach/pseudonymsOf': 'an incident',
  'consent/correct': 'a right of theirs, by ticket',
  'consent/inspect': 'a right of theirs, by ticket',
  'identity/decideAppeal': 'an appeal of theirs',
  'identity/openAppeal': 'an appeal of theirs',
  'retention/explain': 'a right of theirs, by ticket',
  'retention/hold': 'the law',
  'retention/openHold': 'the words of a hold',
  'retention/releaseHold': 'the words of a hold',
  'retention/reviewHold': 'the words of a hold',
  'retention/settleDuty': 'a duty towards them',
  'rights/closeFor': 'their closing',
  'rights/correctFor': 'a ticket of theirs',
  'rights/reportDeath': 'a ticket of theirs',
  'rights/confirmDeath': 'a ticket of theirs',
  'rights/rightDeath': 'a ticket of theirs',
  'rights/endDeceased': 'a ticket of theirs',
  'rights/cancelClosingFor': 'their closing',
  'rights/answerTicket': 'a ticket of theirs',
  'rights/decideRefusal': 'a ticket of theirs',
  'rights/fileTicket': 'a ticket of theirs',
  'rights/handOut': 'the law',
  'rights/openTicket': 'a ticket of theirs',
  'rights/proposeRefusal': 'a ticket of theirs',
  'rights/reviewRefusal': 'a ticket of theirs',
  'notify/runProcess': 'they are told of an incident',
};

const numberOf = ({ token }: Partial<Caller>) => parseToken(token ?? '')?.subjectId;

async function closeOne(subjectId: string): Promise<void> {
  const [item] = await world.deps.table.getMany([keys.person(subjectId)]);
  const person = item && readPerson(item);
  // Somebody who has left is nobody any more.
  if (!person || !life[person.lifeState].to.includes('closing')) return;
  await beginClosing(world.deps, person, { actor: 'service', requestId: 'closed' });
}

/** Everybody who has closed their account already, so that nobody is closed twice. */
const closed = new Set<string>();
async function closeAll({ who }: Case, callerId: string | undefined): Promise<Set<string>> {
  const closing = new Set<string>();
  for await (const subjectId of allSubjects(world.deps.table)) {
    if ((subjectId === callerId) !== (who === 'the caller')) continue;
    if (!closed.has(subjectId)) await closeOne(subjectId);
    closed.add(subjectId);
    closing.add(subjectId);
  }
  return closing;
}

async function contentOf(subjectId: string): Promise<Map<string, Item>> {
  const { items } = await world.deps.table.query(
    { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': keys.person(subjectId).pk } },
    'ended-too',
  );
  return new Map(items.filter(({ sk }) => sk.startsWith('DATA#')).map((item) => [item.sk, item]));
}

/** What was sealed anew of a person's own data: no ending, and no mark that something has ended, seals anything. */
function sealedAnew(before: Map<string, Item>, after: Map<string, Item>): string[] {
  const blob = (item: Item | undefined) => Buffer.from((item?.sealed as Uint8Array) ?? []).toString('hex');
  return [...after].flatMap(([sk, item]) =>
    blob(item) !== '' && blob(item) !== blob(before.get(sk)) ? [sk] : [],
  );
}

describe('somebody who has closed their account (R4)', () => {
  it('is known by hand in every operation that goes on, and in no other', () => {
    const people = Object.keys(rows).filter((path) => operationOf(path).caller === 'subject');
    expect(Object.keys(goesOn).filter((path) => !people.includes(path))).toEqual([]);
    expect(Object.keys(opensOthers).filter((path) => !rows[path])).toEqual([]);
    const all = Object.entries(functions).flatMap(([name, own]) =>
      Object.keys(own).map((one) => `${name}/${one}`),
    );
    expect(all.filter((path) => !rows[path])).toEqual([]);
  });

  it('is stored and nothing else, whatever they call and whatever others do', async () => {
    const wrong: (Case & { what: string })[] = [];
    await holdsFor(cases, 6, async (one) => {
      openid = `me-${onceKey()}`;
      me = await world.cardHolder(openid);
      const { input, by = me } = (await rows[one.path]?.()) ?? {};
      const callerId = numberOf(by as Partial<Caller>) ?? numberOf(me);
      const { caller } = operationOf(one.path);
      if (one.who === 'the caller' && caller !== 'subject') return;
      const closing = await closeAll(one, callerId);
      const before = await contentOf(callerId ?? '');
      const openings = world.openings.length;
      const reply = await world.call(one.path, input, by);
      const answer = reply.ok ? 'OK' : reply.error.code;
      const say = (what: string) => wrong.push({ ...one, what });
      if (answer === 'INTERNAL') say(world.lines.slice(-2).join('\n'));
      if (one.who === 'the caller') {
        if (goesOn[one.path] === undefined && answer !== 'NOT_NOW') say(`answered ${answer}`);
        if (goesOn[one.path] !== undefined && answer !== 'OK') say(`answered ${answer}`);
        const anew = sealedAnew(before, await contentOf(callerId ?? ''));
        // Words of an appeal, which the law has us hear.
        const made = anew.filter((sk) => !sk.startsWith('DATA#review#'));
        if (made.length > 0) say(`sealed ${made.join(' ')}`);
      } else {
        const opened = world.openings.slice(openings).map(({ ownerId }) => ownerId);
        if (opensOthers[one.path] === undefined && opened.some((id) => closing.has(id)))
          say('opens somebody who has closed their account');
      }
    });
    expect(wrong).toEqual([]);
  });
});
