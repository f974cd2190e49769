/**
 * Says how a command is called when `--help` or `-h` asks for it. The command then does nothing else.
 * @returns whether it was asked
 */
export function saysHelp(usage: string, words: readonly string[] = process.argv.slice(2)): boolean {
  const asked = words.includes('--help') || words.includes('-h');
  if (asked) console.log(usage);
  return asked;
}
