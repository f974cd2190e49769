import { parseSync } from '@swc/core';

/** A node of a syntax tree, as far as is looked at here. */
type Node = { type: string } & Record<string, unknown>;

/** What holds the end of something: attributes, variables, and values of an update. */
const END = /^:?(expires|ends)(AtSeconds|AtMs|At)?$|^ttlSeconds$/;
/** What makes one. */
const MAKES_END = /^(endOf|endsAt|expiryOf)|(EndsAt|Expiry|ExpiresAt)$/;
/** A file without any of it has no end in it: nobody needs to parse it. */
const SPEAKS_OF_ENDS = /expires|expiry|ends|endOf|ttlSeconds|KEEP_|FORGET_|REMOVE_|DELETE_|PURGE_/i;
/** Words of lib/policy by which a rule says how long. */
const RULE = /^(retentionMs|endOfRetention|endOfPeriod|periodOf|lastStartOfEnded)$/;
/** How long something is kept that a process takes away. */
const KEEPS = /^(KEEP|FORGET|REMOVE|DELETE|PURGE)_\w*_(MS|SECONDS|MINUTES|HOURS|DAYS|MONTHS|YEARS)$/;
/** What one unit is in milliseconds: beside a number that somebody else says it is none of ours. */
const ONE = /^(SECOND|MINUTE|HOUR|DAY)_MS$/;
/** A length of time, by its name. */
const LENGTH = /(^|_)(MS|SECONDS|MINUTES?|HOURS?|DAYS?|WEEKS?|MONTHS|YEARS?)$/;
/** Seconds of a minute: a number from here on that is added or multiplied is a length of time; 1000 turns one unit into another. */
const SHORTEST = 60;
const UNIT = 1000;

/**
 * The lengths of time that go into the end of something and come from no rule of lib/policy, by name or as the number, in the
 * order in which they stand; what is imported from lib/policy is a rule's. It follows names within the file.
 */
export function localPeriodsIn(text: string): string[] {
  if (!SPEAKS_OF_ENDS.test(text)) return [];
  const module = parseSync(text, { syntax: 'typescript' }) as unknown as Node;
  const ofPolicy = namesFromPolicy(module);
  const known = definitions(module);
  const found = new Set<string>();

  function look(node: unknown, seen: ReadonlySet<string>): void {
    if (typeof node !== 'object' || node === null) return;
    // A list, or an argument of a call, which has no type of its own.
    if (!isNode(node)) for (const one of Object.values(node)) look(one, seen);
    else if (node.type === 'BinaryExpression') lookAtBoth(node, seen);
    else if (node.type === 'Identifier') lookAtName(String(node.value), seen);
    else if (node.type === 'MemberExpression') look(node.object, seen);
    else if (!node.type.startsWith('Ts') && !isOfRule(node))
      for (const [part, inner] of Object.entries(node)) if (part !== 'key') look(inner, seen);
  }

  function lookAtBoth({ left, right, operator }: Node, seen: ReadonlySet<string>): void {
    const sides = [left, right];
    const isOfInput = operator === '*' && !sides.some(isNumber);
    for (const side of sides) {
      if (isNumber(side) && (operator === '*' || operator === '+')) lookAtNumber(Number(side.value));
      if (!(isOfInput && ONE.test(nameOf(side)))) look(side, seen);
    }
  }

  function lookAtNumber(value: number): void {
    if (value >= SHORTEST && value !== UNIT) found.add(String(value));
  }

  function lookAtName(name: string, seen: ReadonlySet<string>): void {
    if (seen.has(name) || ofPolicy.has(name)) return;
    const defined = known.get(name);
    if (LENGTH.test(name) && !callsRule(defined)) found.add(name);
    else look(defined, new Set([...seen, name]));
  }

  for (const end of endsIn(module)) look(end, new Set());
  for (const [name, value] of known) if (KEEPS.test(name) && !callsRule(value)) found.add(name);
  return [...found];
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

const isNumber = (node: unknown): node is Node => isNode(node) && node.type === 'NumericLiteral';

const nameOf = (node: unknown): string => (isNode(node) ? String(node.value ?? '') : '');

/** Every node below one, itself included. */
function* all(node: unknown): Generator<Node> {
  if (typeof node !== 'object' || node === null) return;
  if (isNode(node)) yield node;
  for (const inner of Object.values(node)) yield* all(inner);
}

const isOfRule = ({ type, callee }: Node) => type === 'CallExpression' && RULE.test(nameOf(callee));
const callsRule = (node: unknown) => [...all(node)].some(isOfRule);

function namesFromPolicy(module: Node): Set<string> {
  const imports = [...all(module)].filter(
    ({ type, source }) => type === 'ImportDeclaration' && /(^|\/)policy\//.test(nameOf(source)),
  );
  return new Set(
    imports.flatMap(({ specifiers }) => (specifiers as Node[]).map(({ local }) => nameOf(local))),
  );
}

/** What a file defines, by name: constants by what they are made of, functions by their bodies. */
function definitions(module: Node): Map<string, unknown> {
  const known = new Map<string, unknown>();
  for (const node of all(module)) {
    if (node.type === 'VariableDeclarator' && isNode(node.id) && node.id.type === 'Identifier')
      known.set(nameOf(node.id), node.init);
    if (node.type === 'FunctionDeclaration') known.set(nameOf(node.identifier), node.body);
  }
  return known;
}

/** What the ends in a file are made of. */
function endsIn(module: Node): unknown[] {
  return [...all(module)].flatMap((node) => {
    if (node.type === 'KeyValueProperty' && END.test(nameOf(node.key))) return [node.value];
    if (node.type === 'VariableDeclarator' && END.test(nameOf(node.id))) return [node.init];
    if (node.type === 'VariableDeclarator' && MAKES_END.test(nameOf(node.id))) return [node.init];
    if (node.type === 'FunctionDeclaration' && MAKES_END.test(nameOf(node.identifier))) return [node.body];
    return [];
  });
}
