import { disclose, openFor } from '../../../lib/gate/disclose';
import { recipients } from '../../../lib/policy/recipients';
import { keys } from '../../../lib/table/keys';
import { readPerson } from '../../../lib/table/person/person';
import { filedFor, staffClient } from './registers';
import { agree, codeOf, demand, once, type Person, type Running, within } from './running';

/** How long the queue may take, and for how long something is kept secret here. */
const SOON_MS = 30_000;
const SECRET_MS = 6_000;

const historyOf = async ({ api }: Person) => (await api.consent.history({ limit: 50 })).entries;
const linesOf = async ({ api }: Person) => (await api.rights.usage({ limit: 50 })).lines;

/** D1: the entry of the register comes first; where it cannot be written, nothing is sent. */
export async function registeredFirst(running: Running): Promise<string> {
  const { deps } = running;
  const me = await running.person();
  await agree(me, 'phone');
  const [item] = await deps.table.getMany([keys.person(me.subjectId())]);
  demand(item !== undefined, 'there is no such person');
  const write = () => Promise.reject(new Error('the register takes nothing'));
  let lent = false;
  await deps.policy.refresh();
  const sending = disclose(
    { ...deps, table: { ...deps.table, write } },
    readPerson(item),
    { recipient: 'wechat-phone', kinds: ['login-code'], requestId: 'promise' },
    async () => {
      lent = true;
    },
    () => 'SENT',
  );
  const failed = await sending.then(
    () => false,
    () => true,
  );
  demand(failed && !lent, 'something was sent without an entry of the register');
  await me.api.login.bindPhone({ code: await me.phoneCode('13911140001') });
  const made = (await historyOf(me)).find(
    ({ act, recipient }) => act === 'disclosure.made' && recipient === 'wechat-phone',
  );
  demand(
    made?.purpose === 'phone' && made.kinds?.[0] === 'login-code',
    'the entry does not say who, what and why',
  );
  const ranked = (await historyOf(me)).find(
    ({ act, recipient }) => act === 'disclosure.made' && recipient === 'wechat-risk',
  );
  demand(
    ranked?.kinds?.join() === 'wechat-openid,network-address',
    `of two kinds that went the register names ${ranked?.kinds?.join() ?? 'none'}`,
  );
  return 'a register that takes nothing sends nothing; with it the entry says recipient, purpose and kinds before the answer';
}

/** D2: to one that decides for itself only under the person’s consent to it, or by a law that is named. */
export async function consentToRecipient(running: Running): Promise<string> {
  const me = await running.person();
  await agree(me, 'phone');
  await me.api.login.bindPhone({ code: await me.phoneCode('13911140002') });
  await agree(me, 'phone', false);
  const sent = async () =>
    (await historyOf(me)).filter(({ recipient }) => recipient === 'wechat-phone').length;
  const before = await sent();
  const code = await codeOf(me.api.login.bindPhone({ code: await me.phoneCode('13911140002') }));
  demand(code === 'CONSENT_REQUIRED', `after the withdrawal a sending got ${code}`);
  demand((await sent()) === before, 'something was sent after the withdrawal');
  // By an act that rests on no consent of its own.
  const proving = { operation: 'login/joinAccounts', target: 'phone', by: 'wechat' } as const;
  const { proof } = await me.api.login.proveSelf({ ...proving, code: await me.code() });
  const join = { keep: 'other', phoneCode: await me.phoneCode('13911140002') } as const;
  const around = await codeOf(me.api.login.joinAccounts(join, { proof }));
  demand(around === 'CONSENT_REQUIRED', `another act that sends to the same recipient got ${around}`);
  demand((await sent()) === before, 'something was sent by another act');
  const officer = await staffClient(running, 'officer');
  const { recipients: all } = await officer.rights.disclosureRecipients();
  const resting = all.filter(({ role, ground, consentTo }) => role === 'entrusted' || ground || consentTo);
  demand(resting.length === all.length, 'a recipient rests on nothing');
  const dispute = { ...paper(me), basis: 'to-settle-a-dispute' as never, ...(await once()) };
  const refused = await codeOf(officer.rights.proposeDisclosure(dispute));
  demand(refused === 'INVALID_INPUT', `a dispute as a ground got ${refused}`);
  return `refused the moment the consent was withdrawn; of ${all.length} recipients each rests on an agreement, a consent or a law; a dispute is no ground`;
}

/** D3: to an entrusted party what its row lists, while its agreement runs. */
export async function underAgreement({ deps, ...running }: Running): Promise<string> {
  await deps.policy.refresh();
  const { agreement, purpose } = recipients['tencent-sms'];
  const lastMs = Date.parse(`${agreement.expiresOn}T24:00:00.000+08:00`);
  const openAt = (nowMs: number, kind: 'phone-number' | 'card-name') => {
    try {
      openFor({ ...deps, clock: { now: () => nowMs } }, 'tencent-sms', [kind], purpose);
      return 'lent';
    } catch (error) {
      return (error as { code?: string }).code ?? 'not listed';
    }
  };
  const met = [
    openAt(lastMs - 1, 'phone-number'),
    openAt(lastMs, 'phone-number'),
    openAt(lastMs - 1, 'card-name'),
  ];
  demand(met[0] === 'lent', `on its last day the partner is ${met[0]}`);
  demand(met[1] === 'PARTNER_UNAVAILABLE', `after its last day the partner is ${met[1]}`);
  demand(met[2] === 'not listed', `a kind that its row does not list is ${met[2]}`);
  const officer = await staffClient({ deps, ...running }, 'officer');
  const { recipients: all } = await officer.rights.disclosureRecipients();
  demand(
    all.every(({ role, agreement: its }) => role !== 'entrusted' || its?.state !== undefined),
    'an entrusted party has no agreement',
  );
  return `lent until ${agreement.expiresOn}, refused the moment after, and refused a kind more at any time; the staff sees when each ends`;
}

const paper = (person: Person) => ({
  subjectId: person.subjectId(),
  kinds: ['card-name' as const],
  authority: '广州市公安局天河区分局',
  document: '穗公天调证字〔2026〕118号',
  documentHash: 'cd'.repeat(32),
  basis: 'criminal-evidence' as const,
  secret: false,
});

/** D4: by document, law and another officer's approval, only what is named; told at once, or when the secrecy ends. */
export async function byAuthority(running: Running): Promise<string> {
  const [wu, zhao] = [await staffClient(running, 'officer'), await staffClient(running, 'second-officer')];
  const [me, other] = [await running.cardHolder(), await running.cardHolder()];
  for (const { api } of [me, other])
    await api.cards.create({ name: '调取甲', phones: [{ number: '13800138002' }], ...(await once()) });
  const endless = await codeOf(
    wu.rights.proposeDisclosure({ ...paper(me), secret: true, ...(await once()) }),
  );
  demand(endless === 'INVALID_INPUT', `secrecy without an end got ${endless}`);
  const { disclosureId } = await wu.rights.proposeDisclosure({ ...paper(me), ...(await once()) });
  const alone = await codeOf(wu.rights.approveDisclosure({ disclosureId }));
  demand(alone === 'CALLER_NOT_ALLOWED', `who drafted approved: ${alone}`);
  const early = await codeOf(zhao.rights.handOut({ disclosureId }));
  demand(early === 'NOT_NOW', `what nobody approved was handed out: ${early}`);
  await zhao.rights.approveDisclosure({ disclosureId });
  const { records } = await zhao.rights.handOut({ disclosureId });
  const said = JSON.stringify(records);
  demand(
    said.includes('调取甲') && !said.includes('13800138002'),
    'another thing than what is named was handed out',
  );
  const authority = async (person: Person) =>
    (await linesOf(person)).filter(({ use }) => use === 'authority');
  demand((await authority(me)).length === 1, 'its person has no line at once');
  const told = async ({ api }: Person) =>
    (await api.profile.inbox({})).notices.some(({ title }) => title.includes('依法提供'));
  demand(await within(SOON_MS, () => told(me)), 'its person is not told at once');

  const secretUntil = new Date(Date.now() + SECRET_MS).toISOString();
  const secret = { ...paper(other), secret: true, secretUntil, ...(await once()) };
  const { disclosureId: second } = await wu.rights.proposeDisclosure(secret);
  await zhao.rights.approveDisclosure({ disclosureId: second });
  const seqBefore = (await historyOf(other)).length;
  await zhao.rights.handOut({ disclosureId: second });
  const seen = [await authority(other), (await historyOf(other)).length - seqBefore, await told(other)];
  const isEarly = Date.now() < Date.parse(secretUntil);
  demand(
    !isEarly || JSON.stringify(seen) === '[[],0,false]',
    'what a law keeps secret shows before its date',
  );
  demand(
    await within(SOON_MS, async () => (await authority(other)).length === 1),
    'it does not appear by itself',
  );
  demand(await within(SOON_MS, () => told(other)), 'its person is not told when the secrecy ends');
  return 'two officers, a document and a law; only the name that was named; told at once; what was secret in no answer and no number until its date, then in the register and told by itself';
}

/** D6: each look and each sending has one line in plain words; a line is disputed, and stays with its ticket. */
export async function whoUsedIt(running: Running): Promise<string> {
  const me = await running.person();
  const officer = await staffClient(running, 'officer');
  await agree(me, 'phone');
  await me.api.login.bindPhone({ code: await me.phoneCode('13911140003') });
  const ticket = await filedFor(officer, me);
  const before = await linesOf(me);
  await officer.rights.takeTicket({ subjectId: me.subjectId(), ticketId: ticket }).catch(() => undefined);
  await officer.consent.inspect({ subjectId: me.subjectId(), reason: 'rights-request', ticket });
  const after = await linesOf(me);
  demand(
    after.length === before.length + 1,
    `one look of the staff has ${after.length - before.length} lines`,
  );
  const [look] = after;
  demand(look?.use === 'staff' && look.ticket === ticket, 'the newest line is not the look');
  demand(
    after.some(({ who }) => who === recipients['wechat-phone'].name),
    'a partner’s call has no line',
  );
  const asked = { line: look.line, words: '这不是我要求的', ...(await once()) };
  const { dispute } = await me.api.rights.dispute(asked);
  const shown = (await linesOf(me)).find(({ line }) => line === look.line);
  demand(shown?.dispute?.ticket === dispute.ticket, 'a disputed line does not show its ticket');
  const other = await running.person();
  const stranger = await codeOf(other.api.rights.dispute({ ...asked, line: 'E-999', ...(await once()) }));
  demand(stranger === 'NOT_FOUND', `a line that is not theirs got ${stranger}`);
  return 'one line for one look, in plain words without a name; partners beside it; a line disputed, with its ticket';
}
