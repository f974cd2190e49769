import { MAX_PROFILE_BYTES } from './colours';
import { APP0, DRI, EOI, FRAMES, isKept, type Segment, SOI, SOS, segments } from './jpeg-segments';
import { type Header, refusePicture } from './picture';
import { orientationOf } from './tiff';

/** A progressive picture may ask for many passes over every pixel; no camera makes a tenth as many. */
const MAX_SCANS = 100;

const APP1 = 0xe1;
const APP2 = 0xe2;
const APP14 = 0xee;

const START = Buffer.from([0xff, SOI]);
const RESTART = /\xff[\xd0-\xd7]/;
const END = Buffer.from([0xff, EOI]);
/** Without marker and length. */
const JFIF_BYTES = 14;
const ADOBE_BYTES = 12;
/** The two headings by which a decoder knows the colours: JFIF's and Adobe's, with nothing else in them. */
const JFIF = Buffer.from('ffe000104a46494600010100000100010000', 'hex');
const adobe = (transform: number) =>
  Buffer.concat([Buffer.from('ffee000e41646f62650064000000', 'hex'), Buffer.from([0, transform])]);

type Parsed = {
  frame: Buffer;
  orientation: number;
  profile: Buffer | undefined;
  colours: Buffer[];
  kept: Segment[];
};

export const isJpeg = (bytes: Buffer) => bytes[0] === 0xff && bytes[1] === SOI && bytes[2] === 0xff;

/**
 * What a JPEG says of itself, without decoding it. What follows its end is left alone: phones keep second pictures and
 * films there, and none of it is decoded or kept.
 */
export function readJpeg(bytes: Buffer): Header {
  const { frame, orientation, profile } = parse(bytes);
  const [height, width] = [frame.readUInt16BE(1), frame.readUInt16BE(3)];
  return { type: 'image/jpeg', width, height, orientation, profile };
}

/** The same picture written anew from what was read of it: which colours they are, tables, one frame and its scans. */
export function essentialJpeg(bytes: Buffer): Buffer {
  const { colours, kept } = parse(bytes);
  return written(colours, kept);
}

const written = (colours: Buffer[], kept: Segment[]) =>
  Buffer.concat([START, ...colours, ...kept.map(({ whole }) => whole), END]);

/**
 * Whether a JPEG is byte for byte what we write: JFIF's heading, a picture without restarts and nothing else, so that no
 * place is left where metadata could be (promise C7). What cannot be read is not.
 */
export function isBareJpeg(bytes: Buffer): boolean {
  try {
    const { kept } = parse(bytes);
    const hasRestarts = kept.some(
      ({ marker, coded }) => marker === DRI || RESTART.test(coded.toString('latin1')),
    );
    return !hasRestarts && written([JFIF], kept).equals(bytes);
  } catch {
    return false;
  }
}

function parse(bytes: Buffer): Parsed {
  const all = [...segments(bytes)];
  const kept = all.filter(isKept);
  const frames = kept.filter(({ marker }) => FRAMES.includes(marker));
  const scans = kept.filter(({ marker }) => marker === SOS);
  const [frame] = frames;
  const [scan] = scans;
  if (!frame || !scan) throw refusePicture('图片不完整');
  if (frames.length > 1 || kept.indexOf(scan) < kept.indexOf(frame)) throw refusePicture('图片内容自相矛盾');
  // Of four colours none of the decoders that browsers and we have says what they look like.
  const isRead = frame.body[0] === 8 && (frame.body[5] === 1 || frame.body[5] === 3);
  if (!isRead) throw refusePicture('这种 JPEG 编码不受支持');
  if (scans.length > MAX_SCANS) throw refusePicture('图片过于复杂');
  const exif = all.find(({ marker, body }) => marker === APP1 && startsWith(body, 'Exif\0\0'));
  return {
    frame: frame.body,
    orientation: exif ? orientationOf(exif.body.subarray(6)) : 1,
    profile: profileOf(all),
    // Decoders settle the colours at the first scan.
    colours: coloursOf(all.slice(0, all.indexOf(scan))),
    kept,
  };
}

function coloursOf(headings: Segment[]): Buffer[] {
  const last = (marker: number, name: string, length: number) =>
    headings.findLast(
      (one) => one.marker === marker && one.body.length >= length && startsWith(one.body, name),
    );
  const transform = last(APP14, 'Adobe', ADOBE_BYTES)?.body[ADOBE_BYTES - 1];
  return [
    ...(last(APP0, 'JFIF\0', JFIF_BYTES) ? [JFIF] : []),
    ...(transform === undefined ? [] : [adobe(transform)]),
  ];
}

/** A profile in as many pieces as it needs, each with its number and how many there are. */
function profileOf(all: Segment[]): Buffer | undefined {
  const pieces = all.filter(({ marker, body }) => marker === APP2 && startsWith(body, 'ICC_PROFILE\0'));
  const inOrder = pieces.map(({ body }) => body).sort((a, b) => (a[12] ?? 0) - (b[12] ?? 0));
  const whole = Buffer.concat(inOrder.map((body) => body.subarray(14)));
  return whole.length > 0 && whole.length <= MAX_PROFILE_BYTES ? whole : undefined;
}

const startsWith = (body: Buffer, text: string) => body.toString('latin1', 0, text.length) === text;
