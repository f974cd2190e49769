import type { Deps } from '../../deps';
import type { Item, Write } from '../../table/client';
import { keys, partition } from '../../table/keys';
import { ledger, ledgerEntry } from '../../table/ledger/ledger';
import { settledByEnd } from '../../table/person/authorisation-event';
import { endOfAccount, startOfEnd } from '../../table/person/end-of-account';
import { readPerson } from '../../table/person/person';
import { beginProcess, type ProcessRef, processKey } from '../../table/process/process';
import { endStay } from '../../table/readers/end-of-stay';
import { entityOf } from '../../table/readers/partition';
import { dropCorrection } from '../../table/recipient/recipient-duty';
import { endTicket } from '../../table/ticket/ticket';
import type { Next, StepInput } from '../kind';
import { newDuties, recipientsOf } from '../recipients';

/** Items that one step looks at: each may ask for two writes. */
const PAGE_ITEMS = 40;

/**
 * What the law keeps gets its own end, counted from the end of the account, with which what WeChat asked about it is done. The
 * register in it says who else is to delete: a row for each recipient, who is reminded until they confirm. A ticket that waits is
 * done with: there is nobody to answer. And an account that was given up for this one ends with it.
 */
export async function stays(deps: Deps, { process, self }: StepInput): Promise<Next> {
  const { subjectId = '' } = process;
  const { lifeStateAt } = self ? readPerson(self) : {};
  if (lifeStateAt === undefined) return { to: 'end' };
  const { stayAfter, ...state } = process.state;
  const { items, lastKey } = await deps.table.query(
    {
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': partition(subjectId) },
      Limit: PAGE_ITEMS,
      ...(stayAfter !== undefined && {
        ExclusiveStartKey: { pk: partition(subjectId), sk: String(stayAfter) },
      }),
    },
    'ended-too',
  );
  const ends = items.flatMap(
    (item) =>
      endTicket(item, lifeStateAt) ??
      dropCorrection(item) ??
      settledByEnd(item, lifeStateAt) ??
      endStay(item, entityOf(item), lifeStateAt) ??
      [],
  );
  const told = await newDuties(deps, subjectId, items, { since: lifeStateAt });
  const left = await accountsLeft(deps, subjectId, items, lifeStateAt);
  const asks = Number(state.told ?? 0) + told.length;
  const writes = [...ends, ...told, ...left.map(({ write }) => write)];
  const starts = left.map(({ ref }) => ref);
  if (lastKey) return { to: 'stays', state: { ...state, told: asks, stayAfter: lastKey.sk }, writes, starts };
  const reminds = asks > 0 ? await begunOnce(deps, subjectId) : [];
  return { to: 'certify', state: { ...state, told: asks }, writes: [...writes, ...reminds], starts };
}

/** The accounts of the same person that entries say were given up for this one: an altered entry would end somebody else's. */
async function accountsLeft({ table, ring }: Deps, subjectId: string, items: Item[], at: string) {
  const begins: { ref: ProcessRef; write: Write }[] = [];
  for (const item of items) {
    const { act, other, seq = 0 } = ledgerEntry.read(item) ?? {};
    if (act !== 'account.joined' || !other || !(await ledger.isUnaltered(ring, subjectId, item))) continue;
    const ref = endOfAccount(other);
    const [self, row] = await table.getMany([keys.person(other), processKey(ref)]);
    if (self && !row && readPerson(self).lifeState === 'left')
      begins.push({ ref, write: startOfEnd(other, at, seq) });
  }
  return begins;
}

async function begunOnce({ table, clock }: Deps, subjectId: string): Promise<Write[]> {
  const ref = recipientsOf(subjectId);
  const [row] = await table.getMany([processKey(ref)]);
  return row ? [] : [beginProcess(ref, 'remind', {}, clock.now())];
}
