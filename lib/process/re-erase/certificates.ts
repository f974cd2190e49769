import type { Deps } from '../../deps';
import {
  CERTIFICATES,
  certificateKey,
  certificateNoted,
  digestOfNote,
  putCertificate,
} from '../../table/certificate/certificate';
import type { Next, StepInput } from '../kind';

/** Certificates that one step looks at. */
const PER_STEP = 100;

/** Puts back the certificates that were signed since the backup: whoever has the receipt code is handed the same one. */
export async function certificates({ table, vault }: Deps, { process: { state } }: StepInput): Promise<Next> {
  const { after, ...rest } = state;
  const page = await vault.names(CERTIFICATES, after === undefined ? undefined : String(after));
  const names = page.names.slice(0, PER_STEP);
  const known = await table.getMany(names.map((name) => certificateKey(digestOfNote(name))));
  for (const name of names.filter((_, index) => !known[index])) {
    const content = await vault.read(name);
    if (!content) continue; // hidden: it is signed anew when the account is certified again
    const { signedAt, text } = certificateNoted(content);
    await table.write(putCertificate(digestOfNote(name), signedAt, text));
  }
  const last = names.length < page.names.length ? names.at(-1) : page.last;
  return last === undefined
    ? { to: 'items', state: rest }
    : { to: 'certificates', state: { ...rest, after: last } };
}
