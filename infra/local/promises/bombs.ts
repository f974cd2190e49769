import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { ladenPictures } from './pictures';
import { agree, codeOf, demand, once, type Running } from './running';

/** The size that a bomb hides behind the small one it shows: some seven hundred megabytes of pixels. */
const HIDDEN = { width: 16_000, height: 12_000 };
/** Of the samples as they are shown, upright. */
const SHOWN = '24×32';
const START_BYTES = { jpeg: 2, webp: 12, png: 8 };
/** A marker that has no length for one reader and one for another: TEM, reserved ones, restarts, a second start. */
const WITHOUT_LENGTH = [0x01, 0x02, 0xbf, 0xd0, 0xd7, 0xd8];

const inserted = (file: Buffer, at: number, ...more: Buffer[]) =>
  Buffer.concat([file.subarray(0, at), ...more, file.subarray(at)]);

function segment(marker: number, body: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}

/** A whole JPEG of the hidden size without its start: a frame, and as much of its one scan as a decoder needs to begin. */
function hiddenJpeg(): { frame: Buffer; whole: Buffer } {
  const frame = Buffer.from([8, 0, 0, 0, 0, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]);
  frame.writeUInt16BE(HIDDEN.height, 1);
  frame.writeUInt16BE(HIDDEN.width, 3);
  const parts = [
    segment(0xdb, Buffer.alloc(65, 1).fill(0, 0, 1)),
    segment(0xc4, Buffer.from([0, 1, ...Array(15).fill(0), 0])),
    segment(0xc2, frame),
    segment(0xda, Buffer.from([3, 1, 0, 2, 0, 3, 0, 0, 0, 0])),
    Buffer.alloc(64),
    Buffer.from([0xff, 0xd9]),
  ];
  return { frame: segment(0xc2, frame), whole: Buffer.concat(parts) };
}

function riffChunk(name: string, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, 'latin1');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
}

function withMore(webp: Buffer, at: number, ...more: Buffer[]): Buffer {
  const whole = inserted(webp, at, ...more);
  whole.writeUInt32LE(whole.length - 8, 4);
  return whole;
}

/** A lossless frame of the hidden size, whose pixels take no bits, and a canvas of that size. */
function hiddenWebp(): { frame: Buffer; canvas: Buffer } {
  const [frame, canvas] = [Buffer.alloc(64), Buffer.alloc(10)];
  frame[0] = 0x2f;
  frame.writeUInt32LE((HIDDEN.width - 1) | ((HIDDEN.height - 1) << 14), 1);
  frame.writeUInt32LE(Number.parseInt('0001'.repeat(5), 2) << 3, 5);
  canvas.writeUIntLE(HIDDEN.width - 1, 4, 3);
  canvas.writeUIntLE(HIDDEN.height - 1, 7, 3);
  return { frame: riffChunk('VP8L', frame), canvas: riffChunk('VP8X', canvas) };
}

/** A heading of the hidden size, as the picture's own is but for that. */
function hiddenPng(png: Buffer): Buffer {
  const chunk = Buffer.from(png.subarray(START_BYTES.png, START_BYTES.png + 25));
  chunk.writeUInt32BE(HIDDEN.width, 8);
  chunk.writeUInt32BE(HIDDEN.height, 12);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 21)), 21);
  return chunk;
}

/** Files that are one picture for one reader and another, huge one for the next: a hidden part, or one that is there twice. */
function bombs(): [string, string, Buffer][] {
  const [jpeg, png, webp] = (['image/jpeg', 'image/png', 'image/webp'] as const).map(
    (wanted) => ladenPictures.find(([type]) => type === wanted)?.[1] ?? Buffer.alloc(0),
  ) as [Buffer, Buffer, Buffer];
  const [inJpeg, inWebp] = [hiddenJpeg(), hiddenWebp()];
  const [afterHead, behindCanvas] = [START_BYTES.png + 25, START_BYTES.webp + 18];
  return [
    ...WITHOUT_LENGTH.map((marker): [string, string, Buffer] => [
      'image/jpeg',
      `a picture behind the marker ${marker.toString(16)}`,
      inserted(jpeg, START_BYTES.jpeg, segment(marker, inJpeg.whole)),
    ]),
    ['image/jpeg', 'a second frame', inserted(jpeg, START_BYTES.jpeg, inJpeg.frame)],
    ['image/webp', 'a frame before its own', withMore(webp, behindCanvas, inWebp.frame)],
    ['image/webp', 'a frame after its own', withMore(webp, webp.length, inWebp.frame)],
    ['image/webp', 'a frame before its canvas', withMore(webp, START_BYTES.webp, inWebp.frame)],
    ['image/webp', 'a second canvas', withMore(webp, behindCanvas, inWebp.canvas)],
    ['image/png', 'a second heading', inserted(png, afterHead, hiddenPng(png))],
    ['image/png', 'a heading before its own', inserted(png, START_BYTES.png, hiddenPng(png))],
  ];
}

/** C7: what two readers would see two pictures in is refused with what is wrong, at every door, and the service goes on. */
export async function pictureBombs(running: Running): Promise<string> {
  const { api, ...me } = await running.cardHolder();
  await agree({ api, ...me }, 'profile');
  const { cardId, version } = await api.cards.create({ name: '标识', ...(await once()) });
  const all = bombs();
  for (const [type, what, file] of all) {
    const code = await codeOf(api.cards.setLogo({ cardId, version, picture: file.toString('base64') }));
    const shown = code === 'OK' ? await api.cards.logo({ cardId }) : undefined;
    const size = shown && `${shown.width}×${shown.height}`;
    demand(
      code === 'INVALID_INPUT',
      `a logo, ${type} with ${what}, got ${code}${size && size !== SHOWN ? ` and shows ${size}` : ''}`,
    );
  }
  // One of each type by the other door, where the file comes past the functions.
  for (const [contentType, what, file] of new Map(all.map((one) => [one[0], one])).values()) {
    const sha256 = createHash('sha256').update(file).digest('hex');
    const asked = { contentType, bytes: file.length, sha256 } as Parameters<
      typeof api.profile.requestAvatarUpload
    >[0];
    const { url, method, headers, uploadId } = await api.profile.requestAvatarUpload(asked);
    await fetch(url, { method, headers, body: new Uint8Array(file) });
    const code = await codeOf(api.profile.confirmAvatar({ uploadId }));
    demand(code === 'INVALID_INPUT', `an avatar, ${contentType} with ${what}, got ${code}`);
  }
  demand((await codeOf(api.cards.list())) === 'OK', 'the service is gone');
  return `${all.length} files that hide ${HIDDEN.width}×${HIDDEN.height} pixels refused at once`;
}
