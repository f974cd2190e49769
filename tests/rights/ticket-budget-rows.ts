import { parseToken } from '../../lib/crypto/token';
import { actOf, issueProof } from '../../lib/gate/proof';
import { declare } from '../breach/support';
import { grant } from '../support/consent';
import { proverOf } from '../support/prover';
import { ticketOf } from '../support/ticket';
import { type Caller, onceKey, type World } from '../support/world';

type Prepare = () => Promise<{ input?: unknown; by?: object }>;
type Asked = { ticket: { ticketId: string } };

let people = 0;
const subjectIdOf = ({ token }: Caller) => parseToken(token)?.subjectId ?? '';

/** How the operations of tickets are brought to their usual case, for the budgets. */
export function ticketRows(theWorld: () => World): Record<string, Prepare> {
  const person = async (): Promise<Caller> => {
    people += 1;
    const caller = await theWorld().signIn(`asks-${people}`);
    await grant(theWorld(), caller, 'cards');
    await theWorld().ok('consent/status', {}, caller); // the hourly note of the session's use
    return caller;
  };
  const question = () => ({ kind: 'question', words: '名片给过谁？', idempotencyKey: onceKey() });
  /** Somebody who has asked, and what. */
  const asked = async () => {
    const by = await person();
    const { ticket } = await theWorld().ok<Asked>('rights/askTicket', question(), by);
    return { by, input: { ticketId: ticket.ticketId } };
  };
  /** One whose turn is that of a member of the staff. */
  const waiting = async () => {
    const { by, input } = await asked();
    return { ...input, subjectId: subjectIdOf(by) };
  };
  const member = () => {
    people += 1;
    return `desk-${people}`;
  };
  const support = (id: string) => ({ token: `staff:${id}:support` });
  const inHand = async () => {
    const id = member();
    const subjectId = subjectIdOf(await person());
    return { input: { subjectId, ticketId: await ticketOf(theWorld(), subjectId, id) }, by: support(id) };
  };
  const proposed = async () => {
    const { input, by } = await inHand();
    await theWorld().ok('rights/proposeRefusal', { ...input, answer: '材料不足。' }, by);
    return { input, by: support(member()) };
  };
  const answered = async () => {
    const { by, input } = await asked();
    const staff = support(member());
    const ticket = { ...input, subjectId: subjectIdOf(by) };
    await theWorld().ok('rights/takeTicket', ticket, staff);
    await theWorld().ok('rights/answerTicket', { ...ticket, answer: '没有给过别人。' }, staff);
    return { by, input };
  };
  const also = async (prepare: Prepare, more: object) => {
    const { input, by } = await prepare();
    return { input: { ...(input as object), ...more }, ...(by && { by }) };
  };
  return {
    'rights/askTicket': async () => ({ by: await person(), input: question() }),
    'rights/ownTickets': async () => ({ by: (await asked()).by, input: {} }),
    'rights/ownTicket': asked,
    'rights/addToTicket': () => also(asked, { words: '补充。', idempotencyKey: onceKey() }),
    'rights/proveTicket': async () => {
      const { by, input } = await asked();
      const act = actOf('rights/proveTicket', input.ticketId);
      return { input, by: { ...by, proof: await issueProof(theWorld().deps, proverOf(by), act) } };
    },
    'rights/withdrawTicket': asked,
    'rights/rateTicket': () => also(answered, { rating: 5 }),
    'rights/ticketQueue': async () => {
      await asked();
      return { by: support(member()), input: {} };
    },
    'rights/ticketCounts': async () => ({ by: { token: `staff:${member()}:auditor` }, input: {} }),
    'rights/takeTicket': async () => ({ by: support(member()), input: await waiting() }),
    'rights/passTicket': () => also(inHand, { to: member() }),
    'rights/tieTicket': async () => {
      const { incidentId } = await declare(theWorld());
      return also(inHand, { incidentId });
    },
    'rights/openTicket': inHand,
    'rights/answerTicket': () => also(inHand, { answer: '已经办理。' }),
    'rights/proposeRefusal': () => also(inHand, { answer: '材料不足。' }),
    'rights/reviewRefusal': proposed,
    'rights/decideRefusal': () => also(proposed, { decision: 'refuse' }),
    'rights/fileTicket': async () => ({
      by: support(member()),
      input: { ...question(), subjectId: subjectIdOf(await person()), paperHash: 'ab'.repeat(32) },
    }),
  };
}
