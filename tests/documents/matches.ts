/** What the service says of itself beside any answer while something is announced to everybody. */
const announcement = /,"announcement":\{[^}]*\}/g;
const trimmed = (text: string) =>
  text
    .replaceAll(announcement, '')
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');

/**
 * The first line of what a document says is printed that was not, in order, or undefined when all was. `…` stands for anything on its
 * line, and alone on a line for any number of lines.
 */
export function differs(said: string, printed: string): { said: string; printed: string } | undefined {
  const lines = trimmed(printed);
  let skips = false;
  for (const line of trimmed(said)) {
    if (line === '…') {
      skips = true;
      continue;
    }
    const pattern = new RegExp(`^${line.split('…').map(escaped).join('.*')}$`);
    const at = skips ? lines.findIndex((one) => pattern.test(one)) : 0;
    if (!pattern.test(lines[at] ?? '')) return { said: line, printed: lines.slice(0, 3).join('\n') };
    lines.splice(0, at + 1);
    skips = false;
  }
  return lines.length > 0 && !skips
    ? { said: '(the end)', printed: lines.slice(0, 3).join('\n') }
    : undefined;
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
