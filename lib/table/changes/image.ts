import { type NativeAttributeValue, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Image } from '../../partner/changes';
import type { Item } from '../item';

/** The item that DynamoDB says in JSON of its own, where bytes are Base64. Numbers that are none of ours lose what is too much of them. */
export function itemOfImage(image: Image): Item {
  return unmarshall(withBytes(image) as never, { wrapNumbers: Number }) as Record<
    string,
    NativeAttributeValue
  > as Item;
}

function withBytes(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withBytes);
  const parts = Object.entries(value);
  const [[type, one] = []] = parts;
  if (parts.length === 1 && type === 'B' && typeof one === 'string') return { B: Buffer.from(one, 'base64') };
  return Object.fromEntries(parts.map(([name, inside]) => [name, withBytes(inside)]));
}
