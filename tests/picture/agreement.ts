import { AppError } from '../../lib/errors';
import { decoders } from '../../lib/picture/codecs';
import { essentialJpeg, readJpeg } from '../../lib/picture/jpeg';
import type { Header, PictureType } from '../../lib/picture/picture';
import { essentialPng, readPng } from '../../lib/picture/png';
import { redraw } from '../../lib/picture/redraw';
import { essentialWebp, readWebp } from '../../lib/picture/webp';

/** Shown to the reader, and hidden from it: sizes that cannot be mistaken for one another. */
export const SHOWN = [48, 40] as const;
export const HIDDEN = [320, 264] as const;
export const SIZE = { side: 512, bytes: 200 * 1024 };

const readers: Record<PictureType, [(bytes: Buffer) => Header, (bytes: Buffer) => Buffer]> = {
  'image/jpeg': [readJpeg, essentialJpeg],
  'image/png': [readPng, essentialPng],
  'image/webp': [readWebp, essentialWebp],
};

/** What our reader refuses, or undefined. Anything but a refusal is a fault. */
function refusalOf(read: () => unknown): AppError | undefined {
  try {
    read();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  return undefined;
}

export type Outcome = 'refused' | 'spoilt' | 'decoded';

/** What the decoder makes of what our reader took: nothing, or a picture of the size that was read. */
export async function outcomeOf(type: PictureType, bytes: Buffer): Promise<Outcome> {
  const [read, essential] = readers[type];
  if (refusalOf(() => read(bytes))) return 'refused';
  const given = essential(bytes);
  const { width, height } = read(given);
  expect(read(bytes)).toMatchObject({ width, height });
  expect(essential(given).equals(given)).toBe(true);
  if (width * height > 4_000_000) return 'refused'; // the size is refused next, or costs time only
  const pixels = await decoders[type](given).catch(() => undefined);
  if (!pixels) return 'spoilt';
  expect([pixels.width, pixels.height]).toEqual([width, height]);
  return 'decoded';
}

/** What is said of a refused picture. */
export async function problemOf(bytes: Buffer): Promise<string | undefined> {
  const error = await redraw(bytes, SIZE).then(
    () => undefined,
    (thrown) => thrown,
  );
  if (error !== undefined && !(error instanceof AppError)) throw error;
  return error?.details?.fields?.[0]?.problem;
}
