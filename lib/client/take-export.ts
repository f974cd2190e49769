import type { Api } from './api';
import { newIdempotencyKey } from './idempotency-key';

type Piece = Awaited<ReturnType<Api['rights']['exportPiece']>>;

/** What taking an export needs of the client. */
type Takes = { rights: Pick<Api['rights'], 'export' | 'exportPiece'> };

/**
 * Takes an export that is complete, a piece at a time and in order: appended to one file they are the ZIP. Each is handed out
 * once, so the next is asked for when `take` is done with it; a call that is lost on the way is repeated by the client itself.
 * @throws ApiError as the operations do, NOT_NOW for a piece that was taken before
 */
export async function takeExport(api: Takes, take: (piece: Piece) => void | Promise<void>): Promise<void> {
  const { export: whole } = await api.rights.export();
  if (!whole) return;
  for (const { piece } of whole.pieces) {
    const idempotencyKey = await newIdempotencyKey();
    await take(await api.rights.exportPiece({ exportId: whole.exportId, piece, idempotencyKey }));
  }
}
