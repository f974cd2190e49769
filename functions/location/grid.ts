/**
 * Squares of the Earth. A level of `bits` halves longitude and latitude in turn, longitude first (the order of a geohash):
 * each square of a level lies in exactly one of the level above, so a square says the same wherever in it one stands.
 */
export type Place = { latitude: number; longitude: number };

/** Height of a square, and its width between 18° and 53° north, of the levels that people choose. */
export const BITS = {
  /** 4.9 km × 2.9–4.7 km. */
  district: 25,
  /** 1.2 km × 0.7–1.2 km. */
  '1km': 29,
  /** 153 m × 92–145 m. */
  '100m': 35,
} as const;

const EARTH_METRES = 6_371_008.8;
const METRES_PER_DEGREE = (EARTH_METRES * Math.PI) / 180;

const sizeOf = (bits: number) => ({
  columns: 2 ** Math.ceil(bits / 2),
  rows: 2 ** Math.floor(bits / 2),
});

const name = (bits: number, column: number, row: number) => `${bits}/${column}/${row}`;

/** The name of the square that a place is in. */
export function cellAt({ latitude, longitude }: Place, bits: number): string {
  const { columns, rows } = sizeOf(bits);
  const column = Math.min(columns - 1, Math.floor(((longitude + 180) / 360) * columns));
  const row = Math.min(rows - 1, Math.floor(((latitude + 90) / 180) * rows));
  return name(bits, column, row);
}

export function bitsOf(cell: string): number {
  return Number(cell.split('/')[0]);
}

/** The middle of a square: all that is ever shown or reckoned with. */
export function centreOf(cell: string): Place {
  const [bits = 0, column = 0, row = 0] = cell.split('/').map(Number);
  const { columns, rows } = sizeOf(bits);
  return { latitude: ((row + 0.5) / rows) * 180 - 90, longitude: ((column + 0.5) / columns) * 360 - 180 };
}

/** The same place at a level that is no finer: a square becomes the one around it. */
export function coarsened(cell: string, bits: number): string {
  const [finer = 0, column = 0, row = 0] = cell.split('/').map(Number);
  if (finer <= bits) return cell;
  const halved = (at: number, round: (half: number) => number) => at >> (round(finer / 2) - round(bits / 2));
  return name(bits, halved(column, Math.ceil), halved(row, Math.floor));
}

/**
 * The middle square of the patch around a square: `side` squares wide and high, `side` odd, in a grid that begins so many columns and
 * rows before the first. Patches at the edge of the map are smaller.
 */
export function patchMiddle(
  cell: string,
  side: number,
  [columnsBefore, rowsBefore]: [number, number],
): string {
  const [bits = 0, column = 0, row = 0] = cell.split('/').map(Number);
  const { columns, rows } = sizeOf(bits);
  const middle = (at: number, before: number, count: number) => {
    const found = Math.floor((at + before) / side) * side - before + (side - 1) / 2;
    return Math.min(count - 1, Math.max(0, found));
  };
  return name(bits, middle(column, columnsBefore, columns), middle(row, rowsBefore, rows));
}

/** Half the diagonal: how far the true place may be from the middle. */
export function slackMetres(cell: string): number {
  const { columns, rows } = sizeOf(bitsOf(cell));
  const height = (180 / rows) * METRES_PER_DEGREE;
  const width = (360 / columns) * METRES_PER_DEGREE * Math.cos(radians(centreOf(cell).latitude));
  return Math.hypot(height, width) / 2;
}

const radians = (degrees: number) => (degrees * Math.PI) / 180;

/** Along the surface, on a sphere. */
export function metresBetween(a: Place, b: Place): number {
  const [north, east] = [radians(b.latitude - a.latitude), radians(b.longitude - a.longitude)];
  const h =
    Math.sin(north / 2) ** 2 +
    Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * Math.sin(east / 2) ** 2;
  return 2 * EARTH_METRES * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Every square of a level that lies, even in part, in the box around a circle. */
export function cover({ latitude, longitude }: Place, radiusMetres: number, bits: number): string[] {
  const { columns, rows } = sizeOf(bits);
  const tall = radiusMetres / METRES_PER_DEGREE;
  const wide = tall / Math.cos(radians(Math.min(89, Math.abs(latitude) + tall)));
  const row = (degrees: number) => Math.min(rows - 1, Math.max(0, Math.floor(((degrees + 90) / 180) * rows)));
  const column = (degrees: number) => Math.floor(((degrees + 180) / 360) * columns);
  const cells: string[] = [];
  for (let r = row(latitude - tall); r <= row(latitude + tall); r += 1)
    for (let c = column(longitude - wide); c <= column(longitude + wide); c += 1)
      cells.push(name(bits, (c + columns) % columns, r));
  return cells;
}
