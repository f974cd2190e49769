import type { Write } from './client';

type Names = Record<string, string>;
type Values = Record<string, unknown>;
type Body = {
  Key?: unknown;
  UpdateExpression?: string;
  ConditionExpression?: string;
  ExpressionAttributeNames?: Names;
  ExpressionAttributeValues?: Values;
};

const verbs = ['Put', 'Update', 'Delete', 'ConditionCheck'] as const;

function bodyOf(write: Write): [verb: (typeof verbs)[number], body: Body] {
  const verb = verbs.find((one) => write[one]) ?? 'ConditionCheck';
  return [verb, (write[verb] ?? {}) as Body];
}

function withParts(body: Body, names: Names, values: Values): Body {
  const allNames = { ...body.ExpressionAttributeNames, ...names };
  const allValues = { ...body.ExpressionAttributeValues, ...values };
  return {
    ...body,
    ...(Object.keys(allNames).length > 0 && { ExpressionAttributeNames: allNames }),
    ...(Object.keys(allValues).length > 0 && { ExpressionAttributeValues: allValues }),
  };
}

/** The same write, refused also where a further condition does not hold. */
export function withCondition(write: Write, condition: string, names: Names, values: Values = {}): Write {
  const [verb, body] = bodyOf(write);
  const { ConditionExpression: own } = body;
  // DynamoDB refuses parentheses around parentheses, and needs none where nothing is an alternative.
  const both = own
    ? `${/ OR /.test(own) && !isEnclosed(own) ? `(${own})` : own} AND ${condition}`
    : condition;
  return { ...write, [verb]: { ...withParts(body, names, values), ConditionExpression: both } } as Write;
}

/** Whether an expression stands in one pair of parentheses as a whole. */
function isEnclosed(expression: string): boolean {
  let depth = 0;
  const closes = [...expression].findIndex((sign) => {
    depth += sign === '(' ? 1 : sign === ')' ? -1 : 0;
    return depth === 0;
  });
  return closes === expression.length - 1;
}

/** The same update with one assignment more. A check of an item becomes an update of it, at the same cost. */
export function withSet(write: Write, assignment: string, names: Names, values: Values): Write {
  const { ConditionCheck, ...others } = write;
  const [, body] = bodyOf(write);
  const { UpdateExpression: own = '' } = body;
  const UpdateExpression = /\bSET /.test(own)
    ? own.replace(/\bSET /, `SET ${assignment}, `)
    : `SET ${assignment} ${own}`.trim();
  return { ...others, Update: { ...withParts(body, names, values), UpdateExpression } } as Write;
}

/** The same update with one attribute less. */
export function withoutAttribute(write: Write, name: string): Write {
  const [, body] = bodyOf(write);
  const { UpdateExpression: own = '' } = body;
  const UpdateExpression = /\bREMOVE /.test(own)
    ? own.replace(/\bREMOVE /, `REMOVE ${name}, `)
    : `${own} REMOVE ${name}`.trim();
  return { ...write, Update: { ...body, UpdateExpression } } as Write;
}
