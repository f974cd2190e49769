import type { Api } from '../../../../lib/client/client';
import { noticeWords } from '../../notice-words';
import { SANDBOX_SUBSCRIBE } from '../../sandbox/approved-templates';
import { citizens, giveMobile, guardianOf, numberOf, sandboxCalls, staffClient } from '../registers';
import { agree, demand, once, type Person, type Running, within } from '../running';

/** What the responders of these checks work with. */
export type Responders = { ling: Api; wu: Api; zhao: Api };

/** Whoever words a notice, and two others who approve it. */
export async function responders(running: Running): Promise<Responders> {
  const [ling, wu, zhao] = await Promise.all(
    ['responder', 'officer', 'second-officer'].map((role) => staffClient(running, role)),
  );
  return { ling, wu, zhao } as Responders;
}

const HOUR_MS = 3_600_000;

/** An incident that was learned of so long ago. */
export async function declared({ ling }: Responders, agoMs = 1000) {
  const learnedAt = new Date(Date.now() - agoMs).toISOString();
  return ling.breach.declare({ title: '导出接口未校验权限', learnedAt, ...(await once()) });
}

let made = 0;

/** Somebody with a phone, and its number as a message is sent to it. */
export async function withPhone(running: Running): Promise<{ person: Person; to: string }> {
  const person = await running.person();
  return { person, to: await giveMobile(person) };
}

/** Somebody who accepts one message of WeChat about an incident. */
export async function withAcceptance(
  running: Running,
  template: keyof typeof SANDBOX_SUBSCRIBE = 'breach',
): Promise<{ person: Person; to: string }> {
  const person = await running.person();
  const templateId = SANDBOX_SUBSCRIBE[template].id;
  await sandboxCalls(running)(`/people/${person.openid}/acceptances`, { templateId, times: 1 } as never);
  const results = [{ templateId, result: 'accept' as const }];
  await person.api.profile.recordAcceptances({ results, ...(await once()) });
  return { person, to: person.openid };
}

/** Somebody with a mailbox, bound by the code that was really sent to it. Its server tells of what arrives. */
export async function withMailbox(running: Running): Promise<{ person: Person; to: string }> {
  const person = await running.person();
  const to = `told-${++made}@example.cn`;
  await agree(person, 'email');
  await person.api.profile.requestMailCode({ address: to });
  const [mail] = (await arrivals(running)).filter((one) => one.to === to);
  const code = /\d{6}/.exec(String(mail?.content.text))?.[0] ?? '';
  await person.api.profile.confirmMail({ address: to, code });
  await sandboxCalls(running)('/contacts', { channel: 'mail', to, receipts: 1 });
  return { person, to };
}

/** A child who is verified, and the guardian who agreed to it. */
export async function family(running: Running): Promise<{ child: Person; parent: Person; to: string }> {
  const [child, { person: parent, to }] = [await running.person(), await guardianOf(running)];
  await agree(child, 'real-name');
  const register = citizens(running);
  const verify = async (one: Person, { name, idNumber }: { name: string; idNumber: string }) =>
    one.api.identity.verify({ name, idNumber, ...(await once()) });
  const { code } = await child.api.identity.askGuardian();
  const { textHash } = await parent.api.identity.guardianNotice();
  const evidence = { control: 'guardian.agree', defaultState: 'unchecked', dwellMs: 9000 } as const;
  await parent.api.identity.guardianRespond({ code, decision: 'consent', textHash, evidence });
  const year = new Date(Date.now() + 8 * HOUR_MS).getUTCFullYear() - 10;
  await verify(child, await register({ idNumber: numberOf(`${year}0601`) }));
  return { child, parent, to };
}

export type Arrival = { channel: string; to: string; content: { [name: string]: unknown } };

/** What has really reached anybody, by the sandbox's own record. */
export async function arrivals({ environment }: Running): Promise<Arrival[]> {
  const answer = await fetch(`${environment.WECHAT_API_BASE}/sandbox/receipts`);
  return ((await answer.json()) as { receipts: Arrival[] }).receipts;
}

/** The scope of the people on a list, frozen. */
export async function scopeOf(
  by: Responders,
  incidentId: string,
  people: readonly Person[],
  kinds: ('phone-number' | 'wechat-openid')[] = ['wechat-openid'],
): Promise<string> {
  const list = 'leaked';
  const opened = people.map((person) => ({ subjectId: person.subjectId(), kinds }));
  await by.ling.breach.uploadOpened({ incidentId, list, part: 0, opened });
  const { scopeId } = await by.ling.breach.startScope({
    incidentId,
    anyOf: [{ allOf: [{ by: 'listed', list }] }],
    ...(await once()),
  });
  await frozen(by, scopeId);
  return scopeId;
}

/** Waits until a scope is computed. */
export async function frozen({ ling }: Responders, scopeId: string) {
  let scope = await ling.breach.scope({ scopeId });
  const came = await within(120_000, async () => {
    scope = await ling.breach.scope({ scopeId });
    return scope.state === 'frozen';
  });
  demand(came, `the scope was ${scope.state} after 120 s`);
  return scope;
}

/** A notice to these people that two others have approved, not sent yet. */
export async function approvedNotice(by: Responders, people: readonly Person[]) {
  const { incidentId } = await declared(by);
  const scopeId = await scopeOf(by, incidentId, people);
  const { hash, noticeId } = await by.ling.breach.draftNotice({ incidentId, scopeId, words: noticeWords });
  const exact = { incidentId, hash };
  for (const one of [by.wu, by.zhao]) await one.breach.approveNotice(exact);
  return { incidentId, noticeId, exact };
}

/** The books of people, which must balance at every look. */
export async function booksOf({ wu }: Responders, incidentId: string) {
  const { people, guardians } = await wu.breach.books({ incidentId });
  for (const { affected, delivered, announced, exempt, pending } of [people, guardians])
    demand(delivered + announced + exempt + pending === affected, 'the books do not balance');
  return { people, guardians };
}
