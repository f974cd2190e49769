/** What is kept of a name and shown to its owner: the last character. */
export function maskName(name: string): string {
  const characters = [...name];
  const hidden = Math.max(1, characters.length - 1);
  return `${'*'.repeat(Math.min(hidden, 8))}${characters.length > 1 ? characters.at(-1) : ''}`;
}
