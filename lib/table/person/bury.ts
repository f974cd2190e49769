import { toEpochSeconds } from '../../clock';
import { endOfRetention } from '../../policy/retention';
import { MAC } from '../bound';
import type { Item, Write } from '../client';
import { endOfItem } from '../entity';
import { pointersTo, removePointer } from '../replace';
import { person } from './person';
import { moveToErased, type Standing, settled, standing } from './standing';

/** What an item is without any attribute of its own. */
const FRAME = ['pk', 'sk', 'entity', 'form', 'createdAtSeconds', 'holds', MAC];
/** When what is left of them ends: their item stands for it in the index `due`. */
const END = ['expiresAtSeconds', 'dueShard', 'dueAt'] as const;

/** Ways in that go with the first write, so that it costs the same for everybody; further ones lead nowhere and go next. */
const WAYS_AT_ONCE = 4;
/** Those that go with each write after it. */
const WAYS_PER_WRITE = 90;

/** The end of what outlives a person: by the rule that has its period begin with the end of the account. */
function endOfRemains({ pk, sk }: Item, at: string) {
  const rule = person.declaration.outlives;
  if (!rule) throw new Error('nothing says how long what is left of a person is kept');
  return endOfItem({ pk, sk }, toEpochSeconds(endOfRetention(rule, Date.parse(at))));
}

/**
 * The writes that end a person: their life, their key, sessions, consents and the ways that lead in go at once, and with the
 * key whatever is sealed under it (PIPL art. 47; promise R3). What is left says that there was somebody, and where their
 * ledger ends. Refused from every state of life that does not lead there; empty when it has been done. The same again takes
 * what the first write had no room for.
 */
export function buryPerson(item: Item, at: string): Write[] {
  const isErased = item.lifeState === 'erased';
  const ways = pointersTo(item);
  const taken = ways.slice(0, isErased ? WAYS_PER_WRITE : WAYS_AT_ONCE);
  const left = ways.slice(taken.length);
  const stays = new Set<string>([
    ...[...FRAME, ...END, ...(person.declaration.remains ?? [])],
    ...(isErased ? [] : standing.covered),
  ]);
  const gone = Object.keys(item).filter(
    (name) => !stays.has(name) && !(name === 'points' && left.length > 0),
  );
  if (isErased && gone.length === 0 && taken.length === 0) return [];
  const seen = item as unknown as Standing;
  const { set = [], remove = [], condition, values } = settled(seen, moveToErased(seen, at));
  const end = isErased ? undefined : endOfRemains(item, at);
  const sets = [
    ...set,
    ...(end ? END.map((name) => `${name} = :${name}`) : []),
    ...(left.length > 0 ? ['points = :ways'] : []),
  ];
  const names = Object.fromEntries(gone.map((name, index) => [`#${index}`, name]));
  const parts = [
    ...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []),
    ...(gone.length + remove.length > 0 ? [`REMOVE ${[...Object.keys(names), ...remove].join(', ')}`] : []),
  ];
  return [
    {
      Update: {
        Key: { pk: item.pk, sk: item.sk },
        UpdateExpression: parts.join(' '),
        ConditionExpression: condition,
        ...(gone.length > 0 && { ExpressionAttributeNames: names }),
        ExpressionAttributeValues: {
          ...values,
          ...(end && Object.fromEntries(END.map((name) => [`:${name}`, end[name]]))),
          ...(left.length > 0 && { ':ways': left }),
        },
      },
      // Nobody is behind the account from now on; what outlives them is still held, and counted as long as it is.
      seen: item,
      owner: item,
      holds: [],
    },
    ...taken.map(removePointer),
  ];
}
