import { type Api, takeExport } from '../../lib/client/client';

/** The bytes of somebody's export that is made: every piece of it, handed out once. */
export async function takenExport(api: Api): Promise<Buffer> {
  const pieces: Buffer[] = [];
  await takeExport(api, ({ base64 }) => void pieces.push(Buffer.from(base64, 'base64')));
  return Buffer.concat(pieces);
}
