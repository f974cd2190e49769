import { decoders } from '../../lib/picture/codecs';
import { essentialJpeg, isBareJpeg } from '../../lib/picture/jpeg';
import { redraw } from '../../lib/picture/redraw';
import { holdsFor } from '../proof/sample';
import { HIDDEN, type Outcome, outcomeOf, problemOf, SHOWN, SIZE } from './agreement';
import { jpegFrame, jpegParts, jpegScan } from './hollow';
import { colourAt, corners, fields, isNear, plainJpeg, segment } from './samples';

const allMarkers = Array.from({ length: 0xff }, (_, marker) => marker);
const inserted = (parts: Buffer[], at: number, ...more: Buffer[]) =>
  Buffer.concat([...parts.slice(0, at), ...more, ...parts.slice(at)]);

describe('a JPEG with one segment too many', () => {
  /** A picture hidden in a segment: it is read by whoever finds no length there. */
  const hidden = Buffer.concat([
    Buffer.from([0, 0]),
    jpegFrame(...HIDDEN),
    jpegScan(...HIDDEN),
    Buffer.from([0xff, 0xd9]),
  ]);
  hidden.writeUInt16BE(hidden.length, 0);

  it('is not bare, whichever marker it has, wherever it stands, even one without content (C7)', async () => {
    const jpeg = await plainJpeg(fields(...SHOWN));
    expect(isBareJpeg(jpeg)).toBe(true);
    const starts = [2, 20, jpeg.indexOf(Buffer.from([0xff, 0xda])), jpeg.length - 2, jpeg.length];
    for (const marker of allMarkers.slice(1)) {
      for (const body of [Buffer.from('taken at home'), Buffer.from('ab'), Buffer.alloc(0)]) {
        for (const at of starts) {
          const more = segment(marker, body);
          const bytes = Buffer.concat([jpeg.subarray(0, at), more, jpeg.subarray(at)]);
          expect(`${marker} at ${at}: ${isBareJpeg(bytes)}`).toBe(`${marker} at ${at}: false`);
        }
      }
    }
  });

  it('is not bare with the headings of other programs, or a second one of our own (C7)', async () => {
    const jpeg = await plainJpeg(fields(...SHOWN));
    const adobe = segment(0xee, Buffer.from('Adobe\0\x64\0\0\0\0\x01', 'latin1'));
    const jfif = jpeg.subarray(2, 20);
    const tampered = Buffer.from(jfif);
    tampered[12] = 0x41;
    for (const more of [adobe, jfif, tampered])
      expect(isBareJpeg(Buffer.concat([jpeg.subarray(0, 2), more, jpeg.subarray(2)]))).toBe(false);
  });

  it('never shows the decoder another size, whichever marker the hidden picture stands behind', async () => {
    const parts = jpegParts(...SHOWN);
    const seen = new Set<Outcome>();
    const behind = async (marker: number, at: number) => {
      seen.add(await outcomeOf('image/jpeg', inserted(parts, at, Buffer.from([0xff, marker]), hidden)));
    };
    const everywhere = allMarkers.flatMap((marker) => parts.map((_, part) => ({ marker, at: part + 1 })));
    await behind(0xfe, 1); // a comment, which is taken
    await holdsFor(everywhere, 250, ({ marker, at }) => behind(marker, at));
    expect([...seen].sort()).toEqual(['decoded', 'refused']);
  });

  it('is refused when the marker has no length, starts anew, is reserved or of another coding', async () => {
    const parts = jpegParts(...SHOWN);
    const bad = allMarkers.filter(
      (marker) =>
        ![0xc0, 0xc1, 0xc2, 0xc4, 0xd9, 0xda, 0xdb, 0xdd, 0xfe].includes(marker) && marker >> 4 !== 0xe,
    );
    expect(bad).toHaveLength(230);
    for (const marker of bad) {
      for (const at of [1, 2, 3, 4]) {
        const bytes = inserted(parts, at, Buffer.from([0xff, marker]), hidden);
        expect([marker, await problemOf(bytes)]).toEqual([marker, expect.any(String)]);
      }
    }
  });

  it('is refused with a second frame, or a scan before its frame', async () => {
    const parts = jpegParts(...SHOWN);
    for (let at = 1; at <= 5; at += 1)
      expect(await problemOf(inserted(parts, at, jpegFrame(...HIDDEN)))).toBe('图片内容自相矛盾');
    expect(await problemOf(inserted(parts, 3, jpegScan(...HIDDEN)))).toBe('图片内容自相矛盾');
  });

  it('is taken when a camera might write it: restarts, fill bytes, comments, and a film behind', async () => {
    const [start, , codes, frame, scan, end] = jpegParts(...SHOWN) as [
      Buffer,
      Buffer,
      Buffer,
      Buffer,
      Buffer,
      Buffer,
    ];
    const tables = jpegParts(...SHOWN)[1] as Buffer;
    const fill = Buffer.from([0xff, 0xff]);
    const restart = Buffer.from([0xff, 0xff, 0xd0]);
    const comment = segment(0xfe, Buffer.from('holiday'));
    const bytes = [
      start,
      comment,
      fill,
      tables,
      codes,
      frame,
      scan,
      restart,
      Buffer.alloc(2),
      fill,
      end,
      hidden,
    ];
    expect(await outcomeOf('image/jpeg', Buffer.concat(bytes))).toBe('decoded');
  });

  it('keeps its colours: with the heading of JFIF, of Adobe, or none', async () => {
    const jpeg = await plainJpeg(fields(64, 64));
    const rest = jpeg.subarray(20);
    const adobe = (transform: number) =>
      segment(0xee, Buffer.from([...Buffer.from('Adobe'), 0, 100, 1, 2, 3, 4, transform, 9]));
    const start = jpeg.subarray(0, 2);
    for (const heading of [Buffer.alloc(0), adobe(1), jpeg.subarray(2, 20)]) {
      const { content } = await redraw(Buffer.concat([start, heading, rest]), SIZE);
      expect(isNear(await colourAt(content, 0.1, 0.1), corners.topLeft)).toBe(true);
    }
    // Adobe's 0 says that red, green and blue stand there as they are.
    const raw = Buffer.concat([start, adobe(0), rest]);
    const { data } = await decoders['image/jpeg'](raw);
    const kept = await decoders['image/jpeg'](essentialJpeg(raw));
    expect(Buffer.from(kept.data).equals(Buffer.from(data))).toBe(true);
    expect(isNear([data[0] ?? 0, data[1] ?? 0, data[2] ?? 0], corners.topLeft)).toBe(false);
  });
});
