import { type Api, newIdempotencyKey } from '../../../lib/client/client';
import { retention } from '../../../lib/policy/retention';
import { hashText } from '../../../lib/policy/version';
import { verifyVersions } from '../../../lib/table/policy/policy-version';
import { staffClient } from './registers';
import { actOn, codeOf, demand, type Running, within } from './running';

const printer = {
  name: '广州名片印务有限公司',
  role: 'independent-controller',
  contact: '020-00000000',
  address: '广东省广州市',
  region: '中国内地',
  why: '您要求印制纸质名片时，由其印制。',
  purpose: 'cards',
  kinds: ['card-name'] as string[],
} as const;
/** Long enough to be seen announced, short enough to wait for. */
const LEAD_MS = 15_000;

/** K4: a change that reaches further is announced, takes effect by its date, and asks again; old consent does not stretch. */
export async function announcedFirst(running: Running): Promise<string> {
  const [me, refuser] = [await running.cardHolder(), await running.cardHolder()];
  await me.api.consent.grant(await actOn(me.api, 0, 'profile'));
  const [ling, wu] = [await staffClient(running, 'officer'), await staffClient(running, 'second-officer')];
  await demandLongerAsks(ling);
  const effectiveAt = new Date(Date.now() + LEAD_MS).toISOString();
  const proposal = await ling.consent.proposePolicy({ changes: { recipients: { printer } }, effectiveAt });
  const { version, textHash } = proposal;
  demand(
    proposal.material && proposal.asksAgain.join() === 'cards',
    `the difference asks ${proposal.asksAgain.join(', ')} again`,
  );
  const alone = await codeOf(ling.consent.approvePolicy({ version, textHash }));
  demand(alone === 'CALLER_NOT_ALLOWED', `the officer who proposed it could publish it: ${alone}`);
  await wu.consent.approvePolicy({ version, textHash });
  const told = async () => (await me.api.consent.announcement()).announcement?.version === version;
  demand(await within(12_000, told), 'the home page does not announce it');
  const isNotice = ({ noticeId }: { noticeId: string }) => noticeId.endsWith(`-policy-${version}`);
  const ofVersion = async () => (await me.api.profile.inbox({})).notices.find(isNotice);
  demand(
    await within(12_000, async () => (await ofVersion()) !== undefined),
    'nobody told those whom it concerns',
  );
  const { text } = await me.api.profile.openNotice({ noticeId: (await ofVersion())?.noticeId ?? '' });
  demand(text.includes(printer.name), 'the notice does not say what changes');
  const { announcements } = await me.api.profile.announcement();
  demand(
    announcements.some(({ id }) => id.endsWith(`-policy-${version}`)),
    'it is not announced to everybody',
  );
  demand((await codeOf(me.api.cards.list())) === 'OK', 'it took effect before its date');
  const refused = async () => (await codeOf(me.api.cards.list())) === 'CONSENT_REQUIRED';
  demand(await within(LEAD_MS + 4_000, refused), 'old consent stretches to the new version');
  const { prompts } = await me.api.consent.prompts();
  demand(
    prompts.length === 1 &&
      prompts[0]?.because === 'changed' &&
      prompts[0].changes.join().includes(printer.name),
    `${prompts.length} questions are put after the change`,
  );
  demand((await codeOf(me.api.profile.get())) === 'OK', 'a purpose that did not change was lost');
  const { consents } = await me.api.consent.status();
  const seen = consents.find(({ purpose }) => purpose === 'cards')?.seenEntry ?? 0;
  await me.api.consent.grant(await actOn(me.api, seen));
  demand((await codeOf(me.api.cards.list())) === 'OK', 'agreeing anew does not open it');
  await refuser.api.consent.refuse(await actOn(refuser.api, seen));
  const basic = [await codeOf(refuser.api.login.listSessions()), await codeOf(refuser.api.consent.status())];
  demand(
    basic.every((code) => code === 'OK'),
    `refusing the change cost basic service: ${basic.join(', ')}`,
  );
  const { ring, table } = running.deps;
  demand((await verifyVersions(ring, table)).intact, 'the chain of versions does not verify');
  const back = await ling.consent.proposePolicy({
    changes: { recipients: { printer: null } },
    effectiveAt: new Date(Date.now() + 2_000).toISOString(),
  });
  await wu.consent.approvePolicy({ version: back.version, textHash: back.textHash });
  demand(back.asksAgain.length === 0, 'a recipient less asks again');
  const isBack = async () => (await me.api.consent.policy()).version === back.version;
  demand(await within(6_000, isBack), 'the next version did not take effect');
  return `version ${version}: two officers, announced to everybody and to each concerned by the engine of all notices, in force by its date, cards asked again and nothing else; refused without cost; a recipient less asks nobody`;
}

/** Keeping something for longer is a change that reaches further, whatever else is the same. */
async function demandLongerAsks({ consent }: Api): Promise<void> {
  const rule = retention['delivery-life'];
  const longer = { ...rule, ends: { days: 60 }, period: rule.period.replace('30', '60') };
  const effectiveAt = new Date(Date.now() + LEAD_MS).toISOString();
  const changes = { retention: { 'delivery-life': longer } };
  const { version, textHash, asksAgain } = await consent.proposePolicy({ changes, effectiveAt });
  demand(asksAgain.join() === 'delivery', `a longer period asks ${asksAgain.join(', ') || 'nobody'} again`);
  await consent.rejectPolicy({ version, textHash });
}

/** K7: the text, the two lists and what the code does come from one registry. */
export async function oneRegistry(running: Running): Promise<string> {
  const me = await running.cardHolder();
  const { text, textHash, version } = await me.api.consent.policy();
  demand(hashText(text) === textHash, 'the text is not what consents are bound to');
  const { collected, shared } = await me.api.consent.lists();
  demand(text.includes(collected) && text.includes(shared), 'the two lists are not the ones of the policy');
  const own = await me.api.consent.ownLists();
  const names = own.collected.map(({ name }) => name);
  demand(
    names.every((name) => collected.includes(`| ${name} |`)),
    'a kind of my own list is not in the general one',
  );
  demand(
    own.collected.some(({ kind }) => kind === 'card-name') &&
      !names.some((name) => name.includes('证件号码')),
    'my list does not follow what I agreed to',
  );
  await me.api.consent.grant(await actOn(me.api, 0, 'phone'));
  await codeOf(me.api.login.bindPhone({ code: await me.phoneCode('13300133000', 'wx9999999999999999') }));
  await me.api.login.bindPhone({ code: await me.phoneCode('13300133000') });
  const after = await me.api.consent.ownLists();
  const phone = after.shared.find(({ recipient }) => recipient === 'wechat-phone');
  demand(
    phone?.times === 2 && shared.includes(phone.name),
    'who was asked about me, and how often, is not in my list',
  );
  await me.api.cards.create({ name: '林晓', idempotencyKey: await newIdempotencyKey() });
  return `version ${version}: text, lists and hash agree; ${names.length} kinds in my own list follow my consents; ${after.shared.length} recipients, WeChat twice`;
}
