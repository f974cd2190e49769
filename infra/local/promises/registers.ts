import type { Api } from '../../../lib/client/client';
import { staffClientAt } from '../staff-client';
import { agree, once, type Person, type Running } from './running';

/** Somebody in the registers that the partner asks. */
export type Citizen = { name: string; idNumber: string; phone: string; bankCard: string };

/** Posts to the control surface of the sandbox. */
export function sandboxCalls({ environment }: Running) {
  return async (path: string, body: object): Promise<Record<string, string>> => {
    const url = `${environment.FACEID_API_BASE}/sandbox${path}`;
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
    return (await answer.json()) as Record<string, string>;
  };
}

let made = 0;

/** Puts a new adult into the registers, unlike anybody else. */
export function citizens(running: Running) {
  const post = sandboxCalls(running);
  return async (change: Partial<Citizen> = {}): Promise<Citizen> => {
    made += 1;
    const citizen = {
      name: `核验标记${String.fromCodePoint(0x4e00 + made * 7)}`,
      idNumber: numberOf('19850607'),
      phone: `1370000${String(1000 + made)}`,
      bankCard: luhn(`62220200${String(2_000_000_000 + made)}`),
      ...change,
    };
    await post('/citizens', citizen);
    return citizen;
  };
}

/** A number of somebody born on that day, each time another one. */
export function numberOf(birth: string): string {
  made += 1;
  const body = `440106${birth}${String(made % 1000).padStart(3, '0')}`;
  const sum = [...body].reduce((total, digit, i) => total + Number(digit) * (2 ** (17 - i) % 11), 0);
  return `${body}${'10X98765432'[sum % 11]}`;
}

function luhn(body: string): string {
  const passes = (number: string) =>
    [...number].reverse().reduce((sum, character, i) => {
      const digit = Number(character) * (i % 2 === 1 ? 2 : 1);
      return sum + (digit > 9 ? digit - 9 : digit);
    }, 0) %
      10 ===
    0;
  return [...'0123456789'].map((last) => `${body}${last}`).find(passes) ?? body;
}

/** Somebody binds a phone of their own. Answers its number as a message is sent to it. */
export async function giveMobile(person: Person): Promise<string> {
  made += 1;
  const phone = `1360000${String(1000 + made)}`;
  await agree(person, 'phone');
  await person.api.login.bindPhone({ code: await person.phoneCode(phone) });
  return `+86${phone}`;
}

/** An adult who may answer for a child: verified by a bank card, with a phone of their own. */
export async function guardianOf(running: Running): Promise<{ person: Person; to: string }> {
  const [person, citizen] = [await running.person(), await citizens(running)()];
  for (const purpose of ['real-name', 'real-name-bank'] as const) await agree(person, purpose);
  await person.api.identity.verify({ ...citizen, ...(await once()) });
  return { person, to: await giveMobile(person) };
}

/** What a person does on the partner's page. */
export async function passFace(url: string, more: object): Promise<void> {
  await fetch(url, { method: 'POST', body: JSON.stringify({ outcome: 'pass', ...more }) });
}

/** The number of a ticket that a member of the staff has filed for somebody who wrote on paper. */
export async function filedFor(staff: Api, person: Person): Promise<string> {
  const paper = {
    paperHash: 'ab'.repeat(32),
    words: '书面请求，身份证复印件附后。',
    kind: 'request' as const,
  };
  const subjectId = person.subjectId();
  const { ticket } = await staff.rights.fileTicket({ ...paper, subjectId, ...(await once()) });
  return ticket.ticketId;
}

/** A client of the local member of the staff who has that role. */
export const staffClient = ({ api, environment }: Running, role: string): Promise<Api> =>
  staffClientAt(api, environment.STAFF_ISSUER ?? '', role);
