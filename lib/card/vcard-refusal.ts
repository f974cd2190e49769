import { typesOf } from './vcard-labels';
import { type ContentLine, parameterOf, percentDecoded, unescapeText } from './vcard-line';
import type { Refusal } from './vcard-outcome';

const files = new Set(['PHOTO', 'LOGO', 'SOUND', 'KEY']);

/** How the files of pictures begin in BASE64: JPEG, PNG, GIF, WebP, BMP and SVG. */
const PICTURE_BEGINS = /^["'\s]*(\/9j\/|iVBORw0KGgo|R0lGOD|UklGR|Qk[01]|PHN2Zy|PD94bW)[A-Za-z0-9+/=\s]{24}/;
const DATA_ADDRESS = /^["'\s]*data:[\w.+-]*(\/[\w.+-]+)?[;,]/i;

/** Whatever a property is called: a file in it is one, also with escapes, in a parameter, or without saying so (promise C7). */
export function refusalOf(line: ContentLine): Refusal | undefined {
  if (line.name === 'AGENT') return 'card-inside-card';
  // On Japanese phones this is no sound but how the name is read.
  const isReading = line.name === 'SOUND' && typesOf(line).includes('x-irmc-n');
  const encoded = parameterOf(line, 'ENCODING').some((one) => /^b(ase64)?$/i.test(one));
  const texts = [line.value, ...line.parameters.flatMap(({ values }) => values)];
  const carries = texts
    .map((text) => percentDecoded(unescapeText(text)))
    .some((text) => DATA_ADDRESS.test(text) || PICTURE_BEGINS.test(text));
  return (files.has(line.name) && !isReading) || encoded || carries ? 'picture-or-file' : undefined;
}
