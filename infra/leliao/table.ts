/**
 * Rows below their headings, every column as wide as its widest cell on a screen: a Chinese character and an emoji take
 * two places, also those beyond the first 65 536. Control characters, which could move the cursor or forge a line, are
 * shown as dots.
 */
export async function table(head: readonly string[], rows: readonly (readonly unknown[])[]): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const made = new Table({
    head: [...head],
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    chars: Object.fromEntries(edges.map((edge) => [edge, ''])),
  });
  for (const row of rows) made.push(row.map(cell));
  return made.toString().replace(/ +$/gm, '');
}

/** Pairs of a name and what it is, one below the other; what is not there is left out. */
export function facts(pairs: readonly (readonly [name: string, value: unknown])[]): Promise<string> {
  return table(
    [],
    pairs.filter(([, value]) => value !== undefined),
  );
}

const edges = [
  ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
  ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
];

function cell(value: unknown): string {
  if (value === undefined || value === null) return '–';
  if (Array.isArray(value)) return value.map(cell).join('、');
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text.replace(/\p{Cc}|\p{Bidi_Control}/gu, '·');
}
