import { toInstant } from '../../lib/clock';
import { parseToken } from '../../lib/crypto/token';
import { actOf, issueProof } from '../../lib/gate/proof';
import { putCertificate } from '../../lib/table/certificate/certificate';
import { beginDuty } from '../../lib/table/recipient/recipient-duty';
import { newCard } from '../cards/support';
import { deliver, pushed } from '../events/push';
import { verifyBy } from '../judge/journey';
import { grant } from '../support/consent';
import { proverOf } from '../support/prover';
import { ticketOf } from '../support/ticket';
import { type Caller, onceKey, type World } from '../support/world';
import { registerRows } from './register-rows';

type Prepare = () => Promise<{ input?: unknown; by?: object }>;

let people = 0;

/** How the operations of rights are brought to their usual case, for the budgets. */
export function rightsRows(theWorld: () => World): Record<string, Prepare> {
  const person = async (): Promise<Caller> => {
    people += 1;
    const caller = await theWorld().signIn(`rights-${people}`);
    await grant(theWorld(), caller, 'cards');
    await theWorld().ok('consent/status', {}, caller); // the hourly note of the session's use
    return caller;
  };
  const support = { token: 'staff:one:support' };
  const subjectIdOf = ({ token }: Caller) => parseToken(token)?.subjectId ?? '';
  /** Somebody with a proof of self for one act. */
  const proven = async (act: 'close' | 'closeNow' | 'startExport' | 'startTransfer', by: Caller) => {
    const what = actOf(`rights/${act}`, 'account');
    return { ...by, proof: await issueProof(theWorld().deps, proverOf(by), what) };
  };
  const closing = async (): Promise<Caller> => {
    const by = await person();
    await theWorld().ok('rights/close', {}, await proven('close', by));
    return by;
  };
  /** Somebody of whom the staff has a ticket in hand. */
  const ticketed = async (by: Caller) => {
    const subjectId = subjectIdOf(by);
    return { subjectId, ticket: await ticketOf(theWorld(), subjectId) };
  };
  /** Somebody whose export is made and not taken yet. */
  const exporting = async (): Promise<Caller> => {
    const by = await person();
    await theWorld().ok('rights/startExport', {}, await proven('startExport', by));
    await theWorld().work();
    return by;
  };
  /** Somebody of whom WeChat has told something that a human has to look at. */
  const withDuty = async () => {
    const openid = `duty-${onceKey()}`;
    const by = await theWorld().signIn(openid);
    const event = { Event: 'user_info_modified', FromUserName: 'o-of-the-platform', OpenID: openid };
    await deliver(theWorld(), pushed(theWorld(), event));
    type Queue = { waiting: { subjectId: string; sort: string; id: string }[] };
    const { waiting } = await theWorld().ok<Queue>('rights/ticketQueue', {}, support);
    const subjectId = subjectIdOf(by);
    return {
      subjectId,
      dutyId: waiting.find((one) => one.subjectId === subjectId && one.sort === 'duty')?.id,
    };
  };
  /** Somebody whose data a recipient has yet to delete. */
  const untold = async () => {
    const { table, clock } = theWorld().deps;
    const subjectId = subjectIdOf(await person());
    const since = toInstant(clock.now());
    await table.write(
      beginDuty(subjectId, { recipient: 'tencent-faceid', kinds: ['identity-input'], since }),
    );
    return { subjectId, recipient: 'tencent-faceid', document: 'T-1' };
  };
  const papers = { certificateHash: 'ab'.repeat(32), kinshipHash: 'cd'.repeat(32) };
  const boss = { token: 'staff:two:officer' };
  /** Somebody whom a member of the staff has reported dead, and the ticket of the one who decides. */
  const reported = async () => {
    const { subjectId, ticket } = await ticketed(await person());
    await theWorld().ok('rights/reportDeath', { subjectId, ticket, ...papers }, support);
    return { subjectId, ticket: await ticketOf(theWorld(), subjectId, 'two') };
  };
  const dead = async () => {
    const who = await reported();
    await theWorld().ok('rights/confirmDeath', { ...who, ...papers }, boss);
    return who;
  };
  return {
    ...registerRows(theWorld),
    'rights/directive': async () => ({ input: { wish: 'keep' }, by: await person() }),
    'rights/reportDeath': async () => ({
      input: { ...(await ticketed(await person())), ...papers },
      by: support,
    }),
    'rights/confirmDeath': async () => ({ input: { ...(await reported()), ...papers }, by: boss }),
    'rights/rightDeath': async () => ({ input: await dead(), by: boss }),
    'rights/endDeceased': async () => ({ input: await dead(), by: boss }),
    // One of the usual size.
    'rights/certificate': async () => {
      const { table, ring } = theWorld().deps;
      const receiptCode = onceKey().slice(0, 22).padEnd(22, '0');
      const text = `head.${Buffer.from('{}').toString('base64url')}.${'s'.repeat(3000)}`;
      const digest = await ring.digest('certificate', receiptCode);
      await table.write(putCertificate(digest, '2026-12-01T02:00:00.000Z', text));
      return { input: { receiptCode } };
    },
    'rights/close': async () => ({ by: await proven('close', await person()) }),
    'rights/cancelClosing': async () => ({ by: await closing() }),
    'rights/closeNow': async () => ({ by: await proven('closeNow', await closing()) }),
    'rights/closing': async () => ({ by: await closing() }),
    'rights/closeFor': async () => ({ input: await ticketed(await person()), by: support }),
    'rights/cancelClosingFor': async () => ({ input: await ticketed(await closing()), by: support }),
    'rights/tellCorrection': async () => ({
      input: { kind: 'identity-input', idempotencyKey: onceKey() },
      by: await person(),
    }),
    'rights/correctFor': async () => {
      // Verified in both ways that claim a number.
      const by = await person();
      await grant(theWorld(), by, 'real-name', 'real-name-network');
      await verifyBy(theWorld(), by, 'id');
      await verifyBy(theWorld(), by, 'network');
      const who = await ticketed(by);
      const input = (what: object) => ({ ...who, ...what, document: 'D-1', idempotencyKey: onceKey() });
      await theWorld().ok('rights/correctFor', input({ what: 'age-mark', band: 'under-18' }), support);
      return { input: input({ what: 'real-name' }), by: support };
    },
    'rights/restrict': async () => ({ by: await person() }),
    'rights/liftRestriction': async () => {
      const by = await person();
      await theWorld().ok('rights/restrict', {}, by);
      return { by };
    },
    'retention/settleDuty': async () => ({ input: await withDuty(), by: support }),
    'rights/keep': async () => ({ by: await person() }),
    'retention/confirmRecipient': async () => ({ input: await untold(), by: support }),
    // One who has used most of it.
    'rights/overview': async () => {
      const by = await person();
      await grant(theWorld(), by, 'profile', 'delivery');
      for (let card = 0; card < 3; card += 1) await newCard(theWorld(), by);
      return { by };
    },
    'rights/startExport': async () => ({ by: await proven('startExport', await person()) }),
    'rights/startTransfer': async () => ({
      input: { recipient: '新名片服务' },
      by: await proven('startTransfer', await person()),
    }),
    'rights/export': async () => ({ by: await exporting() }),
    'rights/exportPiece': async () => {
      const by = await exporting();
      type Now = { export: { exportId: string } };
      const { export: now } = await theWorld().ok<Now>('rights/export', {}, by);
      const take = (piece: number) => ({ exportId: now.exportId, piece, idempotencyKey: onceKey() });
      await theWorld().ok('rights/exportPiece', take(2), by); // the first one is entered in the ledger as well
      return { input: take(1), by };
    },
    'rights/cancelExport': async () => ({ by: await exporting() }),
    'rights/erasePart': async () => ({
      input: { purpose: 'cards', seenEntry: 2, idempotencyKey: onceKey() },
      by: await person(),
    }),
  };
}
