/** A little SVG: boxes, words and arrows, readable on light and dark pages. Sizes are pixels. */

const FONT = "font-family=\"-apple-system,'PingFang SC','Microsoft YaHei','Noto Sans SC',sans-serif\"";
const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

export type Colours = { fill: string; line: string };
export const paper: Colours = { fill: '#ffffff', line: '#c7ccd6' };

export function box(
  x: number,
  y: number,
  width: number,
  height: number,
  { fill, line }: Colours = paper,
): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="10" fill="${fill}" stroke="${line}" stroke-width="1.5"/>`;
}

type Style = { size?: number; bold?: boolean; colour?: string; middle?: boolean };
export function say(x: number, y: number, text: string, style: Style = {}): string {
  const { size = 14, bold = false, colour = '#1f2430', middle = false } = style;
  const weight = bold ? ' font-weight="600"' : '';
  const anchor = middle ? ' text-anchor="middle"' : '';
  return `<text x="${x}" y="${y}" font-size="${size}" fill="${colour}"${weight}${anchor}>${escaped(text)}</text>`;
}

/** Words in lines of so many full-width characters, the first at `y`; the last one that is shown ends with dots where there are more. */
export function paragraph(
  x: number,
  y: number,
  text: string,
  across: number,
  most: number,
  style: Style = {},
): string {
  const { size = 14 } = style;
  const lines: string[] = [];
  let line = '';
  let width = 0;
  for (const [piece] of text.matchAll(/[\x21-\xff]+|[^\x21-\xff]/g)) {
    const wide = piece.charCodeAt(0) > 0xff ? 1 : piece.length * 0.55;
    if (width + wide > across && !'， 。；：、）”'.includes(piece)) {
      lines.push(line);
      line = '';
      width = 0;
    }
    line += piece;
    width += wide;
  }
  lines.push(line);
  const shown = lines.slice(0, most);
  if (lines.length > most) shown[most - 1] = `${shown[most - 1]?.slice(0, -1)}…`;
  return shown.map((one, at) => say(x, y + at * size * 1.6, one, style)).join('');
}

export function arrow(fromX: number, fromY: number, toX: number, toY: number): string {
  return `<path d="M${fromX} ${fromY} L${toX} ${toY}" stroke="#6b7280" stroke-width="1.6" fill="none" marker-end="url(#tip)"/>`;
}

/** A whole picture, with what it shows in words for those who do not see it. */
export function picture(width: number, height: number, shows: string, parts: string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" role="img" ${FONT}>`,
    `<title>${escaped(shows)}</title>`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">' +
      '<path d="M0 0 L8 4 L0 8 z" fill="#6b7280"/></marker></defs>',
    `<rect width="${width}" height="${height}" rx="14" fill="#f5f6f9"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}
