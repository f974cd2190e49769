import { parseToken } from '../../lib/crypto/token';
import type { Write } from '../../lib/table/client';
import { partition } from '../../lib/table/keys';
import { move } from '../support/life';
import { rawItem } from '../support/raw-item';
import type { World } from '../support/world';
import { bury } from './end';

let people = 0;

/** Somebody who is signed in, and of whom there is something in every store, as few things as that takes. */
export async function somebody(world: World): Promise<{ subjectId: string; name: string }> {
  people += 1;
  const name = `somebody-${people}`;
  const { token } = await world.signIn(name);
  const subjectId = parseToken(token)?.subjectId ?? '';
  const put = (item: Record<string, unknown>): Write => ({
    Put: { Item: rawItem({ form: 1, epoch: 1, ...item }) },
  });
  const own = (sk: string, item: object) => put({ pk: partition(subjectId), sk, ...item });
  const link = { pk: `ID#share#${name}`, sk: 'ID' };
  const theirs = { pk: partition(`friend of ${name}`), sk: `DATA#cards#~folder#${name}` };
  const due = { dueShard: 'DUE#0', dueAt: '2027-01-01T00:00:00.000Z' };
  await world.deps.table.write(
    own('DATA#cards#~share#s', { entity: 'share', points: [link], ...due }),
    put({ ...link, entity: 'share-pointer', subjectId }),
    own('DATA#cards#~given#c', {
      entity: 'given-card',
      points: [{ ...theirs, forget: ['ownerId', 'points'] }],
    }),
    put({
      ...theirs,
      entity: 'contact',
      ownerId: subjectId,
      points: [{ pk: partition(subjectId), sk: 'DATA#cards#~given#c' }],
    }),
    own('DATA#profile#avatar', { entity: 'avatar', objects: [`avatars/${name}`], openUntilSeconds: 0 }),
    own('DATA#location#point', { entity: 'location', nearCell: `cell of ${name}`, nearPath: 'path' }),
  );
  world.files.set(`avatars/${name}`, Buffer.from('a face'));
  return { subjectId, name };
}

/** The same on the way out, with the key gone. */
export async function buried(world: World): Promise<{ subjectId: string; name: string }> {
  const one = await somebody(world);
  await move(world.deps.table, one.subjectId, 'closing');
  await bury(world, one.subjectId);
  return one;
}
