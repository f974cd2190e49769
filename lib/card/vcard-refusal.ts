import { typesOf } from './vcard-labels';
import { type ContentLine, parameterOf, percentDecoded, unescapeText } from './vcard-line';
import type { Refusal } from './vcard-outcome';

const files = new Set(['PHOTO', 'LOGO', 'SOUND', 'KEY']);

/** How files begin: JPEG, PNG, GIF, WebP and WAV, BMP, TIFF, icons, HEIC and AVIF, SVG, PDF, ZIP, MP3, Ogg, AMR. */
const BASE64_BEGINS = [
  '[/_]9j[/_]|iVBORw0KGgo|R0lGOD|UklGR|Qk[01]|SUkqA|TU0AK|AAABAA|AAAA[\\w+/-][GWm2]Z0eX|PHN2Zy|PD94bW',
  'JVBERi0|UEsDB|SUQz|T2dnUw|IyFBTVI',
].join('|');
const HEX_BEGINS = 'ffd8ff|89504e47|47494638|52494646|49492a00|4d4d002a';
/** Behind anything that no file in BASE64 has. */
const FILE = new RegExp(`(?<![\\w+/-])(?:${BASE64_BEGINS})[\\w+/=-]{24}`);
const FILE_IN_HEX = new RegExp(`(?<![\\w+/-])(?:${HEX_BEGINS})[\\da-f]{24}`, 'i');
const DATA_ADDRESS = /^["'\s]*data:[\w.+-]*(\/[\w.+-]+)?[;,]/i;
/** One in the middle of something else, which may as well be somebody's words as long as there is nothing in it. */
const DATA_IN_TEXT = /data:[^,\s]{0,100};base64,[\w+/=-]{24}/i;
const DRAWING = /<svg[\s>]/i;
/** What nobody says, and what is longer in one piece and without a sign than any word, name or key of a contact. */
const MAX_UNBROKEN = 256;
const UNBROKEN = new RegExp(`^(?=.*[a-z])(?=.*[A-Z])(?=.*\\d)[\\w+/-]{${MAX_UNBROKEN},}={0,2}$`);

const FILE_TYPE = /^(image|audio|video)\//i;

function carriesFile(text: string): boolean {
  return (
    [FILE, FILE_IN_HEX, DATA_ADDRESS, DATA_IN_TEXT, DRAWING].some((pattern) => pattern.test(text)) ||
    text.split(/[;,\s]/).some((part) => UNBROKEN.test(part))
  );
}

/** Whatever a property is called: a file in it is one, also with escapes, in a parameter, or without saying so (promise C7). */
export function refusalOf(line: ContentLine): Refusal | undefined {
  if (line.name === 'AGENT') return 'card-inside-card';
  // On Japanese phones this is no sound but how the name is read.
  const isReading = line.name === 'SOUND' && typesOf(line).includes('x-irmc-n');
  const encoded = parameterOf(line, 'ENCODING').some(
    (one) => one !== '' && !/^([78]-?BIT|Q(UOTED.*)?)$/i.test(one),
  );
  const typed =
    parameterOf(line, 'VALUE').some((one) => /^binary$/i.test(one)) ||
    ['MEDIATYPE', 'FMTTYPE'].some((name) => parameterOf(line, name).some((one) => FILE_TYPE.test(one)));
  const texts = [line.value, ...line.parameters.flatMap(({ values }) => values)];
  const carries = texts.map((text) => percentDecoded(unescapeText(text))).some(carriesFile);
  return (files.has(line.name) && !isReading) || encoded || typed || carries ? 'picture-or-file' : undefined;
}
