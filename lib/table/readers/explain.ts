import * as z from 'zod/mini';
import { toInstant } from '../../clock';
import type { KeyRing } from '../../crypto/key-ring';
import { type KindId, kinds } from '../../policy/kinds';
import { type PurposeId, purposes } from '../../policy/purposes';
import { type RetentionId, retention } from '../../policy/retention';
import { beijingTime } from '../../policy/working-days';
import type { Item, Table } from '../client';
import { readCursor, sealCursor } from '../cursor';
import { isFrozen } from '../item';
import { partition } from '../keys';
import type { AnyEntity } from './any-entity';
import { declaredEntities, entityOf } from './partition';
import { kindsOf } from './scope';

/** Why a record is kept, until when, and by which rule (PIPL art. 19; promise S4). */
type Explained = {
  entity: string;
  kinds: KindId[];
  purpose: PurposeId;
  rule: RetentionId;
  /** The period and its basis, as the person reads them. */
  period: string;
  basis: string;
  /** When it ends by the clock, in epoch seconds; absent where an event ends it. */
  endsAtSeconds?: number;
  /** The rule by which it stays when everything else of the person is erased. */
  outlives?: RetentionId;
  /** The holds that keep it; and whether it goes as soon as they are released. */
  heldBy?: string[];
  goesAtRelease?: boolean;
};

/** Says for any record which rule keeps it, why and until when, from its declaration. A frozen one is what it was. */
export function explain(item: Item, among: ReadonlyMap<string, AnyEntity> = declaredEntities): Explained {
  const entity = entityOf(item, among);
  const of = isFrozen(item) ? entityOf({ ...item, entity: item.of }, among) : entity;
  const { name, declaration } = of;
  const { rule } = declaration.life;
  const { period, basis } = retention[rule];
  return {
    entity: name,
    kinds: kindsOf(item, entity),
    purpose: declaration.place.purpose,
    rule,
    period,
    basis,
    ...(item.expiresAtSeconds !== undefined && { endsAtSeconds: Number(item.expiresAtSeconds) }),
    ...(declaration.outlives && { outlives: declaration.outlives }),
    ...(item.heldBy !== undefined && {
      heldBy: item.heldBy as string[],
      goesAtRelease: item.ended === true,
    }),
  };
}

/** The same in plain words, of as many records as are explained alike. */
const explanation = z.object({
  words: z.string(),
  records: z.int(),
  kinds: z.array(z.string()),
  rule: z.string(),
  endsAt: z.optional(z.string()),
  heldBy: z.optional(z.array(z.string())),
});
type Explanation = z.output<typeof explanation>;

/** What an operation answers that explains a page of somebody's records, and what it takes to go on. */
export const explained = z.object({ explanations: z.array(explanation), cursor: z.optional(z.string()) });
export const explainCursor = z.optional(z.string().check(z.maxLength(512)));

/** Records that one page looks at. */
const PAGE_RECORDS = 100;

/**
 * One page of the explanations of everything in a person's partition, what is frozen and what has ended and is not swept
 * included. The cursor goes on in this list of this reader's and in no other; absent at the end.
 * @throws AppError CURSOR_INVALID
 */
export async function explainPage(
  { table, ring }: { table: Table; ring: KeyRing },
  subjectId: string,
  { list, reader, cursor }: { list: string; reader: string; cursor: string | undefined },
): Promise<z.output<typeof explained>> {
  const after = cursor === undefined ? undefined : await readCursor(ring, list, reader, cursor);
  const pk = partition(subjectId);
  const { items, lastKey } = await table.query(
    {
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': pk },
      Limit: PAGE_RECORDS,
      ...(after !== undefined && { ExclusiveStartKey: { pk, sk: after } }),
    },
    'ended-too',
  );
  const alike = new Map<string, Explanation>();
  for (const item of items) {
    const explained = explain(item);
    const words = wordsOf(explained);
    const known = alike.get(words);
    if (known) known.records += 1;
    else alike.set(words, { ...toldOf(explained), words, records: 1 });
  }
  const explanations = [...alike.values()];
  return { explanations, ...(lastKey && { cursor: await sealCursor(ring, list, reader, lastKey.sk) }) };
}

function toldOf({ kinds: of, rule, heldBy, endsAtSeconds }: Explained) {
  return {
    kinds: of,
    rule,
    ...(heldBy && { heldBy }),
    ...(endsAtSeconds !== undefined && { endsAt: toInstant(endsAtSeconds * 1000) }),
  };
}

function wordsOf({ kinds: of, purpose, period, basis, endsAtSeconds, ...more }: Explained): string {
  const what = of.map((kind) => kinds[kind].name).join('、') || '不含个人信息的记录';
  const ends =
    endsAtSeconds === undefined
      ? ''
      : `保存到 ${beijingTime(toInstant(endsAtSeconds * 1000))}（北京时间）为止。`;
  const stays =
    more.outlives === undefined ? '' : `注销账号后仍保存的期限：${retention[more.outlives].period}。`;
  const then = more.goesAtRelease ? '解除封存后随即删除' : '解除封存后恢复原状';
  const held =
    more.heldBy === undefined
      ? ''
      : `现依法封存（${more.heldBy.join('、')}），只存储，不作其他处理；${then}。`;
  return `${what}：用于“${purposes[purpose].name}”，保存期限：${period}。依据：${basis}。${ends}${stays}${held}`;
}
