import { refusePicture } from './picture';

/** The markers of ITU-T T.81, table B.1, that are spoken of here. */
export const SOI = 0xd8;
export const EOI = 0xd9;
export const SOS = 0xda;
export const APP0 = 0xe0;
const DHT = 0xc4;
const DQT = 0xdb;
export const DRI = 0xdd;
const APP15 = 0xef;
const COM = 0xfe;
/** Baseline, extended and progressive; the others are arithmetic, lossless or hierarchical. */
export const FRAMES = [0xc0, 0xc1, 0xc2];

export type Segment = {
  marker: number;
  body: Buffer;
  /** The coded pixels that follow; of a scan only. */
  coded: Buffer;
  /** With its marker and length, and what is coded. */
  whole: Buffer;
};

/**
 * Every segment between start and end of a JPEG. All of them are such that every reader sees the same in them: a marker
 * without length outside a scan, an unknown one, or one whose content has not its form is refused.
 * @throws AppError INVALID_INPUT
 */
export function* segments(bytes: Buffer): Generator<Segment> {
  for (let at = 2; ; ) {
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at += 1;
    const marker = bytes[at + 1];
    if (bytes[at] !== 0xff || marker === undefined) throw refusePicture('图片不完整');
    if (marker === EOI) return;
    if (hasNoLength(marker)) throw refusePicture('图片内容自相矛盾');
    const from = at + 4;
    const end = from <= bytes.length ? at + 2 + bytes.readUInt16BE(at + 2) : from;
    if (end < from || end > bytes.length) throw refusePicture('图片不完整');
    const next = marker === SOS ? endOfScan(bytes, end) : end;
    const segment = {
      marker,
      body: bytes.subarray(from, end),
      coded: bytes.subarray(end, next),
      whole: bytes.subarray(at, next),
    };
    demandForm(segment);
    yield segment;
    at = next;
  }
}

/** Reserved and TEM, a restart outside a scan, a second start: whoever takes a length there passes over a hidden part. */
const hasNoLength = (marker: number) => marker < 0xc0 || isRestart(marker) || marker === SOI;

const isRestart = (marker: number) => marker >= 0xd0 && marker <= 0xd7;

/** Inside a scan 0xff stands before 0x00, or in a row of them before a restart marker; anything else ends it. */
function endOfScan(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; ) {
    let last = at + 1;
    while (bytes[last] === 0xff) last += 1;
    const next = bytes[last];
    if (next === undefined) break;
    if (!isRestart(next) && !(next === 0 && last === at + 1)) return at;
    at = bytes.indexOf(0xff, last + 1);
  }
  throw refusePicture('图片不完整');
}

/** Whether it is part of the picture. The rest is applications' data and comments. */
export const isKept = ({ marker }: Segment) => marker in forms;

/** What the picture is made of, by marker: the form each must have (ITU-T T.81, B.2), so that nothing else travels in it. */
const forms: Record<number, (body: Buffer) => boolean> = {
  ...Object.fromEntries(FRAMES.map((marker) => [marker, isFrame])),
  [DHT]: (body) => consistsOf(body, huffmanTableLength),
  [DQT]: (body) => consistsOf(body, quantizationTableLength),
  [DRI]: (body) => body.length === 2,
  [SOS]: (body) => body.length === 4 + 2 * (body[0] ?? 0),
};

const isNote = (marker: number) => (marker >= APP0 && marker <= APP15) || marker === COM;

function demandForm({ marker, body }: Segment): void {
  if (isNote(marker)) return;
  const form = forms[marker];
  if (!form) throw refusePicture('这种 JPEG 编码不受支持');
  if (!form(body)) throw refusePicture('图片已损坏');
}

function isFrame(body: Buffer): boolean {
  return body.length >= 6 && body.length === 6 + 3 * (body[5] ?? 0);
}

/** Whether a segment is a row of tables, at least one, by the length in bytes that each states. */
function consistsOf(body: Buffer, lengthOf: (table: Buffer) => number): boolean {
  let at = 0;
  while (at < body.length) at += lengthOf(body.subarray(at));
  return at > 0 && at === body.length;
}

/** Class 0 or 1, place 0 to 3, how many codes there are of each of 16 lengths, and a symbol for each. */
function huffmanTableLength(table: Buffer): number {
  if (((table[0] ?? 0) & 0xec) !== 0) return Number.POSITIVE_INFINITY;
  return table.subarray(1, 17).reduce((sum, codes) => sum + codes, 17);
}

/** Precision 0 or 1, place 0 to 3, and 64 numbers of one or two bytes. */
function quantizationTableLength(table: Buffer): number {
  const first = table[0] ?? 0;
  return (first & 0xec) !== 0 ? Number.POSITIVE_INFINITY : 65 + 64 * (first >> 4);
}
