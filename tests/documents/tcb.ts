/**
 * The commands of CloudBase's own command line that documents name, with their options: as its help says (`@cloudbase/cli` 2.12.10,
 * `tcb fn deploy --help`), which is too heavy to be installed for it (docs/packages.md).
 */
export const tcbHelp: Record<string, string> = {
  'fn deploy': '--envId --code-secret --force --path --all --dir --httpFn --ws --deployMode --yes --help',
  'fn run': '--path --name --params --port --debug --help',
};
