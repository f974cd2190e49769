import { setTimeout as pause } from 'node:timers/promises';
import type { Next } from '../../../lib/process/kind';
import { watch } from '../../../lib/process/watch';
import type { Item } from '../../../lib/table/client';
import { keys } from '../../../lib/table/keys';
import type { Process, ProcessState } from '../../../lib/table/process/process';
import { staffClient } from './registers';
import { agree, demand, type Running } from './running';

/** DynamoDB Local says the minute in which something came, and what came before the service opened is nobody's doing. */
const TRIES = 16;
const BETWEEN_TRIES_MS = 6000;
const CLOCKS_DIFFER_MS = 3000;

/** S9: what was once true of somebody is put back into the raw table; it is named, to officers by the account, to who is on duty by none. */
export async function putBackFound(running: Running): Promise<string> {
  const { deps, raw, tableName: TableName, lines } = running;
  await deps.policy.refresh();
  const me = await running.person();
  const Key = { ...keys.person(me.subjectId()) };
  const lies = async () => (await raw.get({ TableName, Key })).Item as Item;
  await agree(me, 'phone');
  const earlier = await lies();
  // Two instances' clocks may differ by a second, so one version that is no older by more shows nothing.
  await pause(CLOCKS_DIFFER_MS);
  await agree(me, 'phone', false);
  const now = await lies();
  const officer = await staffClient(running, 'officer');
  const named = async () => {
    let cursor: string | undefined;
    do {
      const page = await officer.audit.putBack(cursor === undefined ? {} : { cursor });
      if (page.lines.some(({ subjectId, unaltered }) => subjectId === me.subjectId() && unaltered))
        return true;
      cursor = page.cursor;
    } while (cursor !== undefined);
    return false;
  };
  await look(deps);
  demand(!(await named()), 'somebody is named of whom nothing was put back');
  let isNamed = false;
  for (let tries = 0; tries < TRIES && !isNamed; tries += 1) {
    if (tries > 0) await pause(BETWEEN_TRIES_MS);
    await raw.put({ TableName, Item: earlier });
    await raw.put({ TableName, Item: now });
    await look(deps);
    isNamed = await named();
  }
  demand(isNamed, 'an earlier version of somebody was put back, and nobody was told');
  demand(
    !lines.some((line) => line.includes('PUT_BACK') && line.includes(me.subjectId())),
    'the alarm names an account',
  );
  return 'a consent that was withdrawn, put back into the raw table: named to officers with the account';
}

/** What the hourly look at the table's changes does, from the first change that is kept. */
async function look(deps: Running['deps']): Promise<void> {
  for (const id of await deps.changes.parts()) {
    let state: ProcessState | undefined = {};
    while (state) {
      const process: Process = { kind: 'watch', id, step: 'read', state, version: 1, attempts: 0, dueAt: '' };
      const next: Next | undefined = await watch.read?.(deps, {
        process,
        self: undefined,
        requestId: 'promise',
      });
      state = next && 'to' in next && next.to === 'read' ? next.state : undefined;
    }
  }
}
