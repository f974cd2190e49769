import type { Pixels } from './picture';

/**
 * The picture no larger than `maxSide` in either direction, on white where it was see-through. Each new pixel is the
 * mean of the area it covers, so one pass over the source is enough and memory is that of the result.
 */
export function shrink({ data, width, height }: Pixels, maxSide: number): Pixels {
  const scale = Math.min(1, maxSide / Math.max(width, height));
  const newWidth = Math.max(1, Math.round(width * scale));
  const newHeight = Math.max(1, Math.round(height * scale));
  const columns = sharesOf(width, newWidth);
  const rows = sharesOf(height, newHeight);
  const sums = new Float32Array(newWidth * newHeight * 3);
  const line = new Float32Array((newWidth + 1) * 3);
  for (let y = 0; y < height; y += 1) {
    line.fill(0);
    for (let x = 0, from = y * width * 4; x < width; x += 1, from += 4) {
      const alpha = (data[from + 3] ?? 0) / 255;
      const to = (columns.first[x] ?? 0) * 3;
      const share = columns.share[x] ?? 0;
      const rest = columns.each - share;
      for (let colour = 0; colour < 3; colour += 1) {
        const value = (data[from + colour] ?? 0) * alpha + 255 * (1 - alpha);
        line[to + colour] = (line[to + colour] ?? 0) + value * share;
        line[to + 3 + colour] = (line[to + 3 + colour] ?? 0) + value * rest;
      }
    }
    const row = rows.first[y] ?? 0;
    const share = rows.share[y] ?? 0;
    addLine(sums, line, row, newWidth, share);
    if (row + 1 < newHeight) addLine(sums, line, row + 1, newWidth, rows.each - share);
  }
  return { data: opaque(sums), width: newWidth, height: newHeight };
}

/** Each source pixel covers `each` of a new one: `share` of it in the new pixel `first`, the rest in the next. */
function sharesOf(size: number, newSize: number) {
  const each = newSize / size;
  const first = new Uint32Array(size);
  const share = new Float32Array(size);
  for (let index = 0; index < size; index += 1) {
    const start = index * each;
    const cell = Math.min(Math.floor(start), newSize - 1);
    first[index] = cell;
    share[index] = cell === newSize - 1 ? each : Math.min(each, cell + 1 - start);
  }
  return { each, first, share };
}

function addLine(sums: Float32Array, line: Float32Array, row: number, width: number, share: number): void {
  if (share <= 0) return;
  const start = row * width * 3;
  for (let index = 0; index < width * 3; index += 1) {
    sums[start + index] = (sums[start + index] ?? 0) + (line[index] ?? 0) * share;
  }
}

function opaque(sums: Float32Array): Uint8ClampedArray {
  const data = new Uint8ClampedArray((sums.length / 3) * 4).fill(255);
  for (let pixel = 0; pixel < sums.length / 3; pixel += 1) {
    for (let colour = 0; colour < 3; colour += 1) data[pixel * 4 + colour] = sums[pixel * 3 + colour] ?? 0;
  }
  return data;
}

/** Turns and mirrors a picture upright, by its EXIF orientation. */
export function turnUpright(picture: Pixels, orientation: number): Pixels {
  if (orientation === 1) return picture;
  const { width, height } = picture;
  const onItsSide = orientation >= 5;
  const upright = onItsSide ? { width: height, height: width } : { width, height };
  const from = new Uint32Array(picture.data.buffer);
  const to = new Uint32Array(from.length);
  for (let y = 0; y < upright.height; y += 1) {
    for (let x = 0; x < upright.width; x += 1) {
      const [a, b] = onItsSide ? [y, x] : [x, y];
      const fromX = [2, 3, 7, 8].includes(orientation) ? width - 1 - a : a;
      const fromY = [3, 4, 6, 7].includes(orientation) ? height - 1 - b : b;
      to[y * upright.width + x] = from[fromY * width + fromX] ?? 0;
    }
  }
  return { data: new Uint8ClampedArray(to.buffer), ...upright };
}
