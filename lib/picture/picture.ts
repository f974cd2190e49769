import { type AppError, invalidInput } from '../errors';

export const pictureTypes = ['image/jpeg', 'image/png', 'image/webp'] as const;
export type PictureType = (typeof pictureTypes)[number];

/** What a picture says of itself before anything of it is decoded. */
export type Header = {
  type: PictureType;
  /** In pixels. */
  width: number;
  height: number;
  /** EXIF: 1 is upright. */
  orientation: number;
  /** What its colours mean (ICC); absent: those of the web. */
  profile?: Buffer | undefined;
};

/** Pixels, four bytes each: red, green, blue, alpha. */
export type Pixels = { data: Uint8ClampedArray; width: number; height: number };

/** A refusal that says what is wrong with the picture and shows nothing of it. */
export function refusePicture(problem: string): AppError {
  return invalidInput('picture', problem);
}

/** Whether what follows a picture is only what fills up a block: no second file. */
export function isFilling(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0 || byte === 10 || byte === 13 || byte === 32);
}
