import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { ownCardKinds } from '../../functions/cards/shapes';
import { functionNames } from '../../infra/capabilities/files';
import type { Principal } from '../../infra/capabilities/rights';
import type { Budget, OperationKinds } from '../../lib/gate/operation';
import { type KindId, kindIds, kinds, kindsFor } from '../../lib/policy/kinds';
import { serviceIds } from '../../lib/policy/services';
import { acts, type LedgerAct, ledgerActs } from '../../lib/table/ledger/acts';
import { MIN_WEB_POLL_PAUSE_MS } from '../../lib/table/sign-in/web-sign-in';
import { auditRows } from '../audit/budget-rows';
import { breachRows } from '../breach/budget-rows';
import { cardRows } from '../cards/budget-rows';
import { reportRows } from '../cards/report-budget-rows';
import { consentRows } from '../consent/budget-rows';
import { eventRows } from '../events/budget-rows';
import { holdRows } from '../hold/budget-rows';
import { agreeingPartners } from '../identity/agreeing-partners';
import { identityRows } from '../identity/budget-rows';
import { locationRows } from '../location/budget-rows';
import { accountRows } from '../login/budget-rows';
import { notifyRows } from '../notify/budget-rows';
import { policyRows } from '../policy/budget-rows';
import { profileRows } from '../profile/budget-rows';
import { forecastRows, sweepRow } from '../retention/budget-rows';
import { rightsRows } from '../rights/budget-rows';
import { ticketRows } from '../rights/ticket-budget-rows';
import { gateBrowser } from '../support/browser';
import { consentAct, grant, seenEntryOf, withdraw } from '../support/consent';
import { fullCard } from '../support/full-card';
import { type Grant, grantsOf, needs } from '../support/iam';
import { isPersonal, type SeenKinds } from '../support/kinds-observer';
import { markOf, wrongInTrail } from '../support/trail';
import { type Caller, createWorld, functions, onceKey, type World } from '../support/world';

/**
 * Every operation, warm, with everything it does counted: session, consent and data key included. The service keys,
 * loaded once per instance, are loaded by whoever signs in before.
 */
let world: World;
/** What is wrong with what the log says of each operation. */
const trails = new Map<string, string[]>();
/** Somebody new for each row, so that no row meets what another has left behind. */
let me: Caller;
let openid: string;
/** What was seen of each operation in all of its calls here, those that prepare another's included. */
const seen = new Map<string, SeenKinds>();
/** What has been used of functions is noted by each. */
const worlds: World[] = [];
async function another(): Promise<World> {
  const made = await createWorld({ partners: agreeingPartners, seen });
  worlds.push(made);
  return made;
}
beforeAll(async () => {
  world = await another();
});
async function newcomer(): Promise<void> {
  openid = `me-${onceKey()}`;
  me = await world.cardHolder(openid);
  const client = { device: 'HUAWEI Mate 60', version: '8.0.50' };
  await world.ok('consent/status', {}, { ...me, client }); // the hourly note of the session's use
}

const newCard = () =>
  world.ok<{ cardId: string; version: number }>(
    'cards/create',
    { ...fullCard, idempotencyKey: onceKey() },
    me,
  );
const cardsAct = async () => consentAct(world.ok, { seenEntry: await seenEntryOf(world, me, 'cards') });

/** `of`: the world that it is called in, where that is one of its own. */
type Prepared = { input?: unknown; by?: object; of?: World };

/** Operations whose rows bring their own people, or take anybody. */
const ofOthers: Record<string, () => Promise<Prepared>> = {
  ...accountRows(() => world),
  ...policyRows(() => world),
  ...locationRows(() => world),
  ...rightsRows(() => world),
  ...ticketRows(() => world),
  ...reportRows(() => world),
  ...forecastRows(() => world),
  'retention/sweep': sweepRow(another),
  ...holdRows(() => world),
  ...identityRows(() => world),
  ...consentRows(() => world),
  ...breachRows(() => world),
  ...eventRows(() => world),
  ...notifyRows(() => world),
  ...auditRows(() => world),
};

/** How each operation is brought to its usual case. */
const prepare: Record<string, () => Promise<Prepared>> = {
  // From an address of its own: where many have signed in, what WeChat accepts is given back to the limit by a trip more.
  'login/signIn': async () => ({
    input: { code: `code-of-${openid}~${onceKey()}` },
    by: { address: '203.0.113.8' },
  }),
  'login/signOut': async () => {
    const by = await world.signIn(openid);
    await world.ok('consent/status', {}, by); // the hourly note, counted below
    return { by };
  },
  'login/listSessions': async () => ({}),
  'login/revokeSession': async () => ({ input: { sessionId: (await world.signIn(openid)).sessionId } }),
  'login/revokeOthers': async () => {
    await world.signIn(openid);
    return {};
  },
  'login/webPage': async () => ({ by: {} }),
  'login/webBegin': async () => ({ by: { browser: gateBrowser() } }),
  'login/webPoll': async () => {
    const approver = await named();
    const { browser, input } = await shownCode(approver);
    await world.ok('login/webApprove', input, approver);
    await world.ok('login/webPoll', {}, { browser }); // which tells it whose account it is
    world.wait(MIN_WEB_POLL_PAUSE_MS);
    return { by: { browser } };
  },
  'login/webShow': async () => ({ input: (await webCode()).input }),
  'login/webApprove': async () => {
    const by = await named();
    return { by, input: (await shownCode(by)).input };
  },
  'login/webDeny': async () => ({ input: (await shownCode()).input }),
  'login/webSignOut': async () => {
    const by = await world.signIn(openid);
    await world.ok('consent/status', {}, by); // the hourly note, counted below
    return { by: { ...by, browser: gateBrowser() } };
  },
  'login/proveSelf': async () => ({
    input: {
      operation: 'login/changePhone',
      target: 'phone',
      by: 'wechat',
      code: `code-of-${openid}~${onceKey()}`,
    },
  }),
  'login/bindPhone': async () => {
    const by = await phoneHolder();
    return { by: by.caller, input: phoneCode('13800138000', by.openid) };
  },
  'login/changePhone': async () => {
    const { caller, openid } = await phoneHolder();
    await world.ok('login/bindPhone', phoneCode('13800138000', openid), caller);
    const ask = {
      operation: 'login/changePhone',
      target: 'phone',
      by: 'wechat',
      code: `code-of-${openid}~${onceKey()}`,
    };
    const { proof } = await world.ok<{ proof: string }>('login/proveSelf', ask, caller);
    return { by: { ...caller, proof }, input: phoneCode('13900139000', openid) };
  },
  'login/getPhone': async () => {
    const { caller, openid } = await phoneHolder();
    await world.ok('login/bindPhone', phoneCode('13800138000', openid), caller);
    return { by: caller };
  },
  'login/unbindPhone': async () => {
    const { caller, openid } = await phoneHolder();
    await world.ok('login/bindPhone', phoneCode('13800138000', openid), caller);
    return { by: caller };
  },
  'consent/policy': async () => ({}),
  'consent/status': async () => ({}),
  'consent/grant': async () => ({ input: await cardsAct() }),
  'consent/withdraw': async () => ({ input: await cardsAct() }),
  'consent/history': async () => ({}),
  'consent/jwks': async () => ({}),
  'consent/about': async () => ({ by: {} }),
  'cards/create': async () => ({ input: { ...fullCard, idempotencyKey: onceKey() } }),
  'cards/get': async () => ({ input: { cardId: (await newCard()).cardId } }),
  'cards/list': async () => {
    for (let cards = 0; cards < 10; cards += 1) await newCard();
    return {};
  },
  'cards/update': async () => {
    const input = { name: '别的', idempotencyKey: onceKey() };
    return { input: { ...fullCard, ...pick(await world.ok('cards/create', input, me)) } };
  },
  'cards/delete': async () => ({ input: pick(await newCard()) }),
  ...ofOthers,
  ...cardRows(
    () => world,
    () => me,
  ),
  ...profileRows(
    () => world,
    () => me,
  ),
  'retention/runProcess': async () => {
    await newCard();
    await withdraw(world, me);
    await regrant();
    return { input: world.queued.at(-1), by: { trigger: 'queue' } };
  },
};

async function webCode() {
  const browser = gateBrowser();
  const { code } = await world.ok<{ code: string }>('login/webBegin', {}, { browser });
  return { browser, input: { code } };
}
/** Somebody who has a nickname. */
async function named() {
  const by = await world.signIn(`named-${onceKey()}`);
  await grant(world, by, 'profile');
  await world.ok('profile/update', { version: 0, nickname: '小林' }, by);
  return by;
}
async function shownCode(by = me) {
  const { browser, input } = await webCode();
  await world.ok('login/webShow', input, by);
  return { browser, input };
}

const pick = ({ cardId, version }: { cardId: string; version: number }) => ({ cardId, version });
const phoneCode = (number: string, openid: string) => ({
  code: `${nextNumber(number)}-for-${openid}~${onceKey()}`,
});
let phones = 0;
function nextNumber(first: string): number {
  phones += 1;
  return Number(first) + phones;
}
async function phoneHolder(): Promise<{ caller: Caller; openid: string }> {
  const openid = `phone-${onceKey()}`;
  const caller = await world.signIn(openid);
  await grant(world, caller, 'phone');
  await world.ok('consent/status', {}, caller); // the hourly note of the session's use
  return { caller, openid };
}

async function regrant(): Promise<void> {
  await grant(world, me, 'cards');
}

/** Kinds that are declared and that no row reaches, each with the reason. */
const notReached: Record<string, readonly KindId[]> = {
  // By a phone code, which is the other way.
  'login/proveSelf': ['phone-number', 'wechat-openid'],
  'login/joinAccounts': ['phone-number', 'wechat-openid'],
  // It is the key of the pointer, and no attribute.
  'login/bindPhone': ['phone-digest'],
  'login/changePhone': ['phone-digest'],
  // It only goes out in a mail.
  'profile/requestMailCode': ['contact-mail'],
  // It is only looked for by its digest; and where an authorisation has ended.
  'events/wechat': ['wechat-openid', 'authorisation-event'],
  // Where one stands on the card and is asked for: more units than the usual case.
  'cards/open': ['card-logo'],
  'cards/contact': ['card-logo', 'contact-note'],
  'cards/openReview': ['card-logo'],
  'cards/folder': ['contact-note'],
  // Where the two have exchanged cards.
  'cards/blockNearby': ['card-exchange'],
  // The upload is a file and does not lie in the table.
  'profile/confirmAvatar': ['avatar-upload'],
  // Where the link has a label.
  'cards/share': ['card-label'],
  'cards/shares': ['card-label'],
  'cards/code': ['card-label'],
  // Where a history is kept.
  'location/update': ['location-history'],
  // Where something is stored.
  'profile/services': serviceIds.flatMap(kindsFor),
  'location/settings': ['location-point', 'location-cell'],
  // Whose age and bank card have been checked before.
  'identity/reverify': ['age-band', 'bank-result'],
  // They lie in the log.
  'breach/turnBack': ['log-pseudonym'],
  'breach/pseudonymsOf': ['log-pseudonym'],
  // Only what is named, and nobody names everything.
  'rights/handOut': kindIds,
  // Of who was disputed with, opened a link with their name, or was told of a notice.
  'rights/usage': ['nickname', 'ticket-words'],
  // A hold seals anew whatever it names, and nobody names everything.
  'retention/runProcess': kindIds,
  'retention/sweep': kindIds,
};

/** All parts of a card lie in one blob, and which are filled in is the choice of its owner: one stands for all. */
const ofACard: readonly string[] = ownCardKinds;

async function measure(path: string): Promise<Budget> {
  const [name = ''] = path.split('/');
  const row = prepare[path];
  if (!row) throw new Error(`${rowsOf(name)} has no row '${path}': how it is brought to its usual case.`);
  const prepared = await row();
  if (path in ofOthers && !prepared.by) await newcomer();
  const { input, by = me, of = world } = prepared;
  const looked = seen.get(path);
  if (looked) looked.calls = 0;
  const mark = markOf(of);
  const cost = await of.costOf(() => of.ok(path, input, by));
  trails.set(path, await wrongInTrail(of, mark));
  return cost;
}

/** Where the rows of a function are. */
function rowsOf(name: string): string {
  const own = `tests/${name}/budget-rows.ts`;
  return existsSync(join(__dirname, '../..', own)) ? own : 'tests/budgets/budgets.test.ts';
}

const all = Object.entries(functions).flatMap(([name, operations]) =>
  Object.entries(operations).map(([operation, { budget }]) => [`${name}/${operation}`, budget] as const),
);

describe('every operation keeps to the costs it declares', () => {
  it.each(all)('%s', async (path, budget) => {
    if (!(path in ofOthers)) await newcomer();
    const parts = ['trips', 'readUnits', 'writeUnits'] as const;
    const once = async () => {
      const cost = await measure(path);
      if (path === 'consent/withdraw') await regrant();
      return cost;
    };
    // What is not as declared is measured again, because a first call may load something for all that follow.
    const first = await once();
    const asDeclared = first.trips === budget.trips && parts.every((part) => first[part] <= budget[part]);
    const cost = asDeclared ? first : await once();
    const wrong = parts
      .filter((part) => cost[part] > budget[part])
      .map((part) => `${cost[part]} ${part}, and ${budget[part]} are declared`);
    // A budget with room to spare would hide the next slow change.
    const spare = budget.trips - cost.trips;
    if (spare > (/^retention\//.test(path) ? 1 : 0)) wrong.push(`${spare} trips less than declared`);
    const [name = ''] = path.split('/');
    const where = `the budget of '${path}' in functions/${name}, prepared in ${rowsOf(name)}`;
    expect({ [where]: wrong }).toEqual({ [where]: [] });
  });
});

/** Said once for all operations: over `OperationKinds` in lib/gate/operation.ts. */
const ofTheGate: readonly string[] = [
  'ledger-entry',
  'attempt-counter',
  'session-time',
  'device',
  'network-place',
];

describe('every operation declares the kinds that go in and come out (K7)', () => {
  it.each(all)('%s', async (path) => {
    if (!seen.has(path)) {
      await newcomer();
      await measure(path);
    }
    const [name = '', operation = ''] = path.split('/');
    const declared: OperationKinds = functions[name]?.[operation]?.kinds ?? { in: [], out: [] };
    const [goIn, comeOut, uses] = [declared.in, declared.out, declared.uses ?? []].map(
      (kinds) => new Set<string>(kinds),
    ) as [Set<string>, Set<string>, Set<string>];
    const written = [...(seen.get(path)?.written ?? [])].filter(isPersonal);
    const decrypted = [...(seen.get(path)?.decrypted ?? [])].filter(isPersonal);
    const reached = [...written, ...decrypted, ...(notReached[path] ?? [])];
    const touched = new Set<string>(reached);
    if (reached.some((kind) => ofACard.includes(kind))) for (const kind of ofACard) touched.add(kind);
    const stored = (kind: string): kind is KindId => kind in kinds && isPersonal(kind as KindId);
    const wrong = [
      ...written
        .filter((kind) => !goIn.has(kind) && !uses.has(kind) && !ofTheGate.includes(kind))
        .map((kind) => `${kind} is written, and neither 'in' nor 'uses' has it`),
      ...decrypted
        .filter((kind) => !comeOut.has(kind) && !uses.has(kind))
        .map((kind) => `${kind} is decrypted, and neither 'out' nor 'uses' has it`),
      ...[...goIn, ...uses]
        .filter((kind) => stored(kind) && !touched.has(kind))
        .map((kind) => `${kind} is declared, and was neither written nor decrypted`),
      ...[...comeOut]
        .filter((kind) => stored(kind) && kinds[kind].storage === 'sealed' && !touched.has(kind))
        .map((kind) => `${kind} is declared as going out, and was not decrypted`),
    ];
    const where = `the kinds of '${path}' in functions/${name}, prepared in ${rowsOf(name)}`;
    expect({ [where]: wrong }).toEqual({ [where]: [] });
  });
});

it('no operation opens anybody before a line of the log has said whose, and no line holds anything else of a person (B3, S8)', async () => {
  expect([...trails.keys()].length).toBeGreaterThan(0);
  expect(Object.fromEntries([...trails].filter(([, wrong]) => wrong.length > 0))).toEqual({});
});

describe('the aims of the design', () => {
  beforeEach(newcomer);
  it('an authenticated card read is one trip', async () => {
    expect(await measure('cards/get')).toEqual({ trips: 1, readUnits: 2, writeUnits: 0 });
  });

  it("a known person's sign-in is one count before WeChat is asked, one read and one write", async () => {
    expect((await measure('login/signIn')).trips).toBe(3);
  });

  it('session, consent and data key together are one unit, read strongly: the session check adds nothing', async () => {
    expect(await measure('consent/status')).toEqual({ trips: 1, readUnits: 1, writeUnits: 0 });
  });

  it('the note of a session in use is one write of at most four units, once an hour', async () => {
    world.wait(3_600_000);
    await world.ok('consent/policy'); // rereads the policy book, as each instance does once a minute
    const { trips, writeUnits } = await measure('consent/status');
    expect(trips).toBe(2);
    expect(writeUnits).toBeLessThanOrEqual(4);
    expect(await measure('consent/status')).toEqual({ trips: 1, readUnits: 1, writeUnits: 0 });
  });

  it('a repeat of a create costs no more than the create', async () => {
    const input = { ...fullCard, idempotencyKey: onceKey() };
    await world.ok('cards/create', input, me);
    const { trips } = await world.costOf(() => world.ok('cards/create', input, me));
    expect(trips).toBe(2);
  });
});

/** Acts about data that no row leads to. */
const notActed: readonly string[] = ['real-name.ended', 'transfer.taken', 'hold.released'];

it('every entry of a ledger says which kinds it is about exactly where it is about data, and is found by who did it (S9, B3)', async () => {
  const entries = (await world.scan()).filter(
    ({ entity }) => (entity as { S?: string }).S === 'ledger-entry',
  );
  const seenActs = new Set<string>();
  for (const entry of entries as Record<string, AttributeValue>[]) {
    const act = String(entry.act?.S) as LedgerAct;
    const named = entry.kinds?.L?.length;
    const { aboutData } = acts[act];
    expect({ act, named: named !== undefined, found: entry.touchedBy !== undefined }).toEqual({
      act,
      named: aboutData,
      found: aboutData && named !== 0,
    });
    seenActs.add(act);
  }
  const aboutData = ledgerActs.filter((act) => acts[act].aboutData);
  expect(aboutData.filter((act) => !seenActs.has(act))).toEqual(notActed);
});

/** Rights outside the usual case, so that no row above uses them; each with the test that fails without it. */
const seldom: Partial<Record<Principal, Grant[]>> = {
  events: [
    // tests/events/receipts: by WeChat's number of a message; and after a failure the next channel is tried.
    onItems('Query', 'P#*'),
    ...['BatchGetItem', 'PutItem', 'UpdateItem'].map((act) => onItems(act, 'PROCESS#*')),
    // tests/events/duties: a permission taken back.
    { action: 'sqs:SendMessage', resource: 'ProcessQueue' },
  ],
  login: [
    // tests/login/arrivals: from another entry of the same operator.
    onItems('BatchGetItem', 'ID#unionid#*'),
    onItems('PutItem', 'ID#unionid#*'),
    // tests/login/ways: a WeChat that no longer leads in.
    onItems('DeleteItem', 'ID#unionid#*'),
    // tests/process/join: it takes the place of the account that is given up.
    onPlaces('PutItem'),
    // tests/hosts/door: by an assertion of the door.
    onItems('PutItem', 'SPENT#*'),
  ],
  consent: [
    // tests/location/switch: a place that is counted, with a consent that ends.
    onItems('UpdateItem', 'GAUGE#*'),
    // tests/location/switch: a withdrawal.
    onPlaces('PutItem'),
    // tests/notice/transfer: a plan that is stopped before its notice was sealed.
    onItems('ConditionCheckItem', 'NOTICE#*'),
  ],
  location: [
    // tests/location/places: by an instance that has not made the key.
    onPlaces('BatchGetItem', 'PLACE-KEYS'),
  ],
  identity: [
    // tests/identity/gauges: a threshold is reached.
    onItems('PutItem', 'GAUGE#reached'),
    // tests/identity/minors: the code is used up, or the other guardian was first.
    onItems('DeleteItem', 'ID#guardian-code#*'),
    // tests/identity/who: another account has the number; what a guardian takes back was by 网号, and somewhere.
    ...['id-number', 'network-id'].map((domain) => onItems('BatchGetItem', `ID#${domain}#*`)),
    onItems('DeleteItem', 'ID#network-id#*'),
    onPlaces('PutItem'),
  ],
  rights: [
    // tests/rights/erase-part: a place, with its history.
    onPlaces('PutItem'),
    // tests/rights/disclosures: what an authority demands is where somebody is.
    onPlaces('BatchGetItem', 'PLACE-KEYS'),
  ],
  breach: [
    // tests/breach/scope: a scope that rests on a list.
    onItems('UpdateItem', 'INCIDENT#*'),
  ],
  retention: [
    // tests/breach/incident: reminders, and an incident whose time is over, with who it names.
    ...['Query', 'UpdateItem', 'DeleteItem'].map((act) => onItems(act, 'INCIDENT#*')),
    onItems('DeleteItem', 'LIST#*'),
    onItems('Query', 'AUDIENCE#*'),
    // tests/certificate/handed-out: an account that has ended, with a place, and words that wait for a human.
    { action: 'dynamodb:Query', resource: 'Table/index/due', key: 'CARD-TEXTS' },
    { action: 'dynamodb:Query', resource: 'PlacesTable/index/near', key: '*' },
    // tests/breach/scope: a scope that is looked through and frozen, and goes with its incident.
    ...['Query', 'PutItem', 'DeleteItem'].map((act) => onItems(act, 'SCOPE#*')),
    onItems('PutItem', 'INCIDENT#*'),
    onItems('DeleteItem', 'AUDIENCE#*'),
    // tests/rights/dormancy: accounts that nobody uses.
    { action: 'dynamodb:Query', resource: 'Table/index/due', key: 'DORMANT-*' },
    // tests/breach/scope: a scope that rests on lists or on what somebody has touched.
    ...['BatchGetItem', 'Query'].map((act) => onItems(act, 'LIST#*')),
    { action: 'dynamodb:Query', resource: 'Table/index/touched', key: '*' },
    // Who certifies an end looks in every queue. tests/process/rotation: the keys of disclosures.
    ...['CARD-REPORTS', 'DISCLOSURES'].map((key) => ({
      ...{ action: 'dynamodb:Query', resource: 'Table/index/due', key },
    })),
    onItems('UpdateItem', 'DISCLOSURE#*'),
    // tests/hold: the keys of holds are rotated.
    onItems('UpdateItem', 'HOLD#*'),
    // tests/hold: a picture.
    ...['avatars', 'incoming'].flatMap((folder) =>
      ['s3:GetObject', 's3:PutObject'].map((action) => ({ action, resource: `ObjectsBucket/${folder}/*` })),
    ),
    ...['kms:Decrypt', 'kms:GenerateDataKey'].map((action) => ({ action, resource: 'ObjectsKey' })),
    // tests/hosts/queue: an avatar.
    { action: 's3:DeleteObject', resource: 'ObjectsBucket/incoming/*' },
    { action: 's3:DeleteObject', resource: 'ObjectsBucket/avatars/*' },
    // tests/location/places: the end of a place, and of what it lies under.
    ...['BatchGetItem', 'DeleteItem'].map((act) => onPlaces(act)),
    // tests/events/duties: a permission taken back, with the place that it covered.
    onPlaces('PutItem'),
    // tests/notice/transfer: a further round of a plan's notices.
    onItems('BatchGetItem', 'NOTICE#*'),
    // tests/process/re-erase: a table restored from a backup.
    { action: 'dynamodb:BatchGetItem', resource: 'Table', key: 'CERTIFICATE#*' },
    onItems('PutItem', 'OPENED'),
    // tests/table/replayed: where the table writes its changes down.
    onStream('GetShardIterator'),
    onStream('GetRecords'),
  ],
  notify: [
    // tests/notice/fanout: by a partner, whose time is shared.
    onItems('BatchGetItem', 'QUOTA#*'),
    onItems('PutItem', 'QUOTA#*'),
    // tests/notice/live-ways: an acceptance is used up, or WeChat says that there is none.
    onItems('UpdateItem', 'P#*'),
    // tests/notice/survey: who wants no invitation at the moment of the write gets none.
    onItems('ConditionCheckItem', 'P#*'),
    // The notice as a whole: it begins its parts, ends them and itself.
    onItems('PutItem', 'NOTICE#*'),
    onItems('PutItem', 'PROCESS#*'),
    onItems('DeleteItem', 'PROCESS#*'),
  ],
};

const byName = (one: Grant, other: Grant) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1);

function onItems(act: string, key: string, resource = 'Table'): Grant {
  return { action: `dynamodb:${act}`, resource, key };
}

function onStream(act: string): Grant {
  return { action: `dynamodb:${act}`, resource: 'Table/stream/*' };
}

function onPlaces(act: string, key = 'P#*'): Grant {
  return onItems(act, key, 'PlacesTable');
}

/** What Lambda does in a function's name, to bring it messages and settings and to write its log. */
const byLambda = /^(logs:|sqs:(Receive|Delete|GetQueue))/;

describe('every function may do what it uses, and nothing else', () => {
  // What it uses beyond its rights fails in the call itself (tests/support/principal.ts), here and in every other test.
  it.each(functionNames)('%s', (name) => {
    const used = worlds.flatMap(({ uses }) => [...(uses.get(name)?.values() ?? [])]);
    const rights = grantsOf(name).filter(
      ({ action, resource }) => !byLambda.test(action) && resource !== 'SettingsKey',
    );
    const unused = rights.filter((right) => !used.some((use) => needs(use, right)));
    const where = `rights of ${name} in infra/capabilities/rights.ts that nothing uses`;
    expect({ [where]: unused.sort(byName) }).toEqual({ [where]: (seldom[name] ?? []).sort(byName) });
  });
});
