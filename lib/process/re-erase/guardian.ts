import { toInstant } from '../../clock';
import type { Deps } from '../../deps';
import type { ItemEnd } from '../../table/ends/item-end';
import { keys } from '../../table/keys';
import { appendPlanned } from '../../table/ledger/append';
import { readPerson } from '../../table/person/person';
import {
  guardianKey,
  guardianNeedOf,
  isStillChild,
  minorKey,
  putGuardian,
  readGuardian,
} from '../../table/real-name/minor';
import { realNameKeys } from '../../table/real-name/real-name';

/**
 * Takes a guardian's consent back again, as its guardian had (PIPL art. 31): the child waits for one. The consents of the child that
 * ended with it, and what was verified, have notes of their own. An answer that was given after that stays.
 */
export async function guardianAgain(
  deps: Deps,
  { subjectId, mark }: ItemEnd,
  requestId: string,
): Promise<boolean> {
  const wanted = [
    keys.person(subjectId),
    guardianKey(subjectId),
    minorKey(subjectId),
    ...realNameKeys(subjectId),
  ];
  const [self, item, age, ...results] = await deps.table.getMany(wanted);
  const before = readGuardian(item);
  if (!self || before?.state !== 'consented') return false;
  const trueAt = String(mark);
  const withdrawn = { ...before, state: 'withdrawn', decidedAt: trueAt } as const;
  const need = isStillChild(age, results)
    ? guardianNeedOf('under-14', withdrawn, age ? 'proved' : 'said')
    : {};
  await appendPlanned(deps, readPerson(self), () => ({
    entry: {
      at: toInstant(deps.clock.now()),
      trueAt,
      act: 'guardian.withdrawn',
      actor: 'service',
      way: 're-erase',
      purpose: 'minors',
      kinds: ['guardian'],
      requestId,
    },
    also: putGuardian(subjectId, withdrawn, item),
    change: need,
  }));
  return true;
}
