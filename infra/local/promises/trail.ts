import { newIdempotencyKey } from '../../../lib/client/client';
import { ledger, ledgerEntry } from '../../../lib/table/ledger/ledger';
import { ledgerHead } from '../../../lib/table/person/person';
import { leaked, marked, marks, read } from './house';
import { filedFor, staffClient } from './registers';
import { actOn, agree, besideAnEntry, demand, type Running, textOf, within } from './running';

/** The caller’s own word, where the name of an operation stands. */
const UNKNOWN = 'markedOperation';
const LOG_WITHIN_MS = 10_000;

/** S8: device and network only after the notice, sealed; no personal content in the log. */
export async function deviceData(running: Running): Promise<string> {
  const me = await running.person(marks.device);
  await me.api.consent.status();
  await me.api.login.listSessions();
  const sessionsOf = async () => Object.values((await read(running.deps, me.subjectId())).sessions);
  demand(
    (await sessionsOf()).every((session) => !session.sealed && !session.usedAt),
    'device data before the notice',
  );
  await me.api.consent.grant(await actOn(me.api, 0));
  await me.api.cards.create({ ...marked, idempotencyKey: await newIdempotencyKey() });
  const [session] = (await me.api.login.listSessions()).sessions;
  demand(
    session?.device === marks.device && session.place === '127.0.0.*',
    'device and place are not shown after the notice',
  );
  demand(
    (await sessionsOf()).every(({ sealed: blob }) => blob instanceof Uint8Array),
    'device data is not sealed',
  );
  const found = leaked(textOf(await running.scan()));
  demand(found.length === 0, `in the raw table: ${found.join(', ')}`);
  // What fails, and what there is not, says no more than what goes well.
  const before = running.lines.length;
  for (const path of [`cards/${UNKNOWN}`, `${UNKNOWN}/create`, 'cards/create'])
    await fetch(`${running.api}/${path}`, {
      method: 'POST',
      // Without it no call comes to the operations: the host refuses it, and names none.
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ [marks.device]: marked }),
    });
  // What has failed is written down a moment after its answer.
  const ofUnknown = ['cards/(unknown)', UNKNOWN];
  const isWritten = async () =>
    running.lines
      .slice(before)
      .some((line) => line.includes('UNKNOWN_OPERATION') && ofUnknown.some((name) => line.includes(name)));
  demand(await within(LOG_WITHIN_MS, isWritten), 'the log says nothing of a call that failed');
  // The local host names each path that is asked, in lines of its own; the service's are JSON.
  const log = running.lines.filter((line) => line.startsWith('{')).join('\n');
  const logged = [
    ...(log.includes(UNKNOWN) ? ['the name of an operation that there is not'] : []),
    ...leaked(log),
    ...(log.includes(me.token.get() ?? 'x') ? ['token'] : []),
    ...(log.includes(me.openid) ? ['openid'] : []),
  ];
  demand(logged.length === 0, `in the log: ${logged.join(', ')}`);
  demand(
    running.lines.some((line) => line.includes('cards/create')),
    'the log does not say what was called',
  );
  return `nothing before the notice; sealed after; ${running.lines.length} log lines without a mark, token or openid`;
}

/** What entries are altered to: a text, a number and bytes, whatever was there. */
const alterations = ['altered', 7_777_777, new Uint8Array(32).fill(7)];

/** S9: any change of any stored entry is found, and where; and a cut as well. */
export async function chained(running: Running): Promise<string> {
  const { deps, raw, tableName: TableName } = running;
  const me = await running.cardHolder();
  await agree(me, 'phone');
  await me.api.login.bindPhone({ code: await me.phoneCode('13911160001') });
  const officer = await staffClient(running, 'officer');
  const ticket = await filedFor(officer, me);
  const subjectId = me.subjectId();
  await officer.consent.inspect({ subjectId, reason: 'rights-request', ticket });
  await me.api.consent.withdraw(await actOn(me.api, 2));
  const verdict = async () => {
    const head = ledgerHead(await read(deps, subjectId));
    return ledger.verify(deps.ring, deps.table, subjectId, head);
  };
  const whole = await verdict();
  demand(whole.intact, 'an untouched ledger does not verify');
  const stored = (await running.scan()).filter(
    ({ pk, entity }) => pk === `P#${subjectId}` && entity === ledgerEntry.name,
  );
  const acts = [...new Map(stored.map((entry) => [entry.act, entry])).values()];
  // What is sealed is taken from the blob alone, and is nowhere else.
  const declared = Object.entries(ledgerEntry.attributes).flatMap(([name, { storage }]) =>
    storage === 'sealed' ? ['sealed'] : [name],
  );
  let altered = 0;
  for (const entry of acts) {
    const there = Object.keys(entry).filter((name) => !besideAnEntry.includes(name));
    const names = [...new Set([...there, ...declared.filter((name) => !besideAnEntry.includes(name))])];
    for (const name of names) {
      const { [name]: was, ...without } = entry;
      const others = alterations.filter((value) => typeof value === typeof (was ?? 'a text')).slice(0, 1);
      for (const Item of [
        ...others.map((value) => ({ ...entry, [name]: value })),
        ...(was === undefined ? [] : [without]),
      ]) {
        await raw.put({ TableName, Item });
        const found = await verdict();
        demand(
          !found.intact && found.brokenAt === entry.seq,
          `an altered ${name} of ${entry.act} was not found`,
        );
        altered += 1;
      }
    }
    const { intact } = await me.api.consent.history({ limit: 50 });
    demand(!intact, `the person is not told of an altered ${entry.act}`);
    await raw.put({ TableName, Item: entry });
  }
  const last = stored.find(({ seq }) => seq === stored.length);
  for (const entry of [acts[1], last]) {
    const Key = { pk: entry?.pk, sk: entry?.sk };
    await raw.delete({ TableName, Key });
    demand(!(await verdict()).intact, 'a removed entry was not found');
    await raw.put({ TableName, Item: entry });
  }
  const restored = await verdict();
  demand(restored.intact, 'the restored ledger does not verify');
  return `${altered} alterations of ${acts.length} sorts of entries found at their number, 2 cuts as well; restored, ${restored.entries} entries verify`;
}
