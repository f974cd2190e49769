/**
 * Which charset text is in that is not UTF-8 and does not say what it is. Of those that can be told from their bytes, the one in
 * which most of it would be usual characters; Chinese where that is as likely as another one.
 */

type Guessable = {
  charset: 'gb18030' | 'big5' | 'shift_jis' | 'euc-jp';
  /** A character of more than one byte, and which of them are usual. Signs are in everything, and tell nothing. */
  character: RegExp;
  usual: RegExp;
  sign: RegExp;
};

const KANA = /^[\xA4\xA5][\xA1-\xF6]$/;
const GUESSABLE: Guessable[] = [
  {
    charset: 'gb18030',
    character: /[\x81-\xFE](?:[\x30-\x39][\x81-\xFE][\x30-\x39]|[\x40-\x7E\x80-\xFE])/g,
    usual: /^[\xB0-\xF7][\xA1-\xFE]$/,
    sign: /^[\xA1-\xA3\xA6-\xA9][\xA1-\xFE]$/,
  },
  {
    charset: 'euc-jp',
    character: /[\xA1-\xFE]{2}/g,
    usual: new RegExp(`${KANA.source}|^[\\xB0-\\xF4]`),
    sign: /^[\xA1-\xA3]/,
  },
  {
    charset: 'big5',
    character: /[\x81-\xFE][\x40-\x7E\xA1-\xFE]/g,
    usual: /^[\xA4-\xC6]/,
    sign: /^[\xA1-\xA3]/,
  },
  {
    charset: 'shift_jis',
    character: /[\x81-\x9F\xE0-\xFC][\x40-\x7E\x80-\xFC]/g,
    usual: /^\x82[\x9F-\xF1]|^\x83[\x40-\x96]|^[\x88-\x97]/,
    sign: /^\x81/,
  },
];

/** Letters of Windows-1252. */
const LETTER = '\\x8A\\x8C\\x8E\\x9A\\x9C\\x9E\\x9F\\xC0-\\xD6\\xD8-\\xF6\\xF8-\\xFE';
/** One of them, or two, beside letters of ASCII, which is what accents look like. */
const IN_WORDS = new RegExp(
  [
    `(?<=[A-Za-z])[${LETTER}]{1,2}(?=[a-z])`,
    `(?<=[a-z])[${LETTER}]{1,2}(?![\\x80-\\xFF])`,
    `(?<![A-Za-z\\x80-\\xFF])[${LETTER}](?=[a-z])`,
    `(?<![A-Za-z\\x80-\\xFF])[\\xC0-\\xDE](?=[A-Z])`,
  ].join('|'),
  'g',
);
/** Characters of GB18030 that are rare, and that nobody would write in Windows-1252: quotation marks and dashes are common there. */
const RARE = /^[\x81-\xFE][\xA1-\xFE]$|^[\x81-\x84\x86-\x90\x98-\xA0]|^....$/;

type Charset = Guessable['charset'] | 'windows-1252' | 'utf-8';

/**
 * The charset of these lines together; UTF-8 with damage where other lines of the card are UTF-8 and these look like nothing else.
 * `decode` answers undefined for what is no text in a charset.
 */
export function guess(
  lines: readonly Buffer[],
  isUtf8: boolean,
  decode: (bytes: Buffer, charset: string) => string | undefined,
): Charset {
  const latin = lines.map((line) => line.toString('latin1')).join('\n');
  const bytes = Buffer.from(latin, 'latin1');
  const inWords = latin.match(IN_WORDS)?.length ?? 0;
  const readable = GUESSABLE.filter(({ charset }) => looksEastern(decode(bytes, charset) ?? ''));
  const shares = readable.map((one) => ({ charset: one.charset, share: shareOf(one, latin, inWords) }));
  const most = Math.max(0, ...shares.map(({ share }) => share));
  const best = most >= 0.5 ? shares.find(({ share }) => share === most) : undefined;
  if (best) return best.charset;
  const [chinese] = readable;
  if (chinese?.charset === 'gb18030' && isRareChinese(chinese, latin, inWords)) return 'gb18030';
  return !isUtf8 && looksEuropean(latin) ? 'windows-1252' : 'utf-8';
}

function looksEastern(text: string): boolean {
  return (
    !/[\p{Co}\p{Cn}\p{Cc}]/u.test(text.replace(/[\t\n]/g, '')) &&
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text)
  );
}

/** How much of it would be usual characters, from 0 to 1; 0 where it is rather something else. */
function shareOf(one: Guessable, latin: string, inWords: number): number {
  const counted = (latin.match(one.character) ?? []).filter((character) => !one.sign.test(character));
  const usual = counted.filter((character) => one.usual.test(character)).length;
  if (usual <= inWords || (one.charset !== 'gb18030' && !isSure(one, latin))) return 0;
  return usual / counted.length;
}

/**
 * What is Chinese or European by the same bytes is neither Big5 nor Japanese: two of its usual characters must stand side by side,
 * and a good part of Japanese in the places of Chinese (EUC-JP) is kana.
 */
function isSure({ charset, character, usual }: Guessable, latin: string): boolean {
  const all = latin.match(character) ?? [];
  if (charset === 'euc-jp') return all.filter((one) => KANA.test(one)).length * 3 >= all.length;
  const runs = latin.match(new RegExp(`(?:${character.source}){2,}`, 'g')) ?? [];
  return runs.some((run) => {
    const usuals = (run.match(character) ?? []).map((one) => usual.test(one));
    return usuals.some((one, at) => one && usuals[at + 1]);
  });
}

/** Whole cards of rare characters only, and signs among them. */
function isRareChinese({ character }: Guessable, latin: string, inWords: number): boolean {
  const all = latin.match(character) ?? [];
  const rare = all.filter((one) => RARE.test(one)).length;
  return rare > inWords && rare * 2 >= all.length;
}

/** Letters, or signs that are as common (a degree, a euro, quotation marks); and nothing that stands for no character there. */
function looksEuropean(latin: string): boolean {
  const others = latin.replace(/[\x80\x85\x91-\x97\xA0-\xBF]/g, '').match(/[\x80-\xFF]/g)?.length ?? 0;
  const letters = latin.match(new RegExp(`[${LETTER}\\xFF]`, 'g'))?.length ?? 0;
  return !/[\x81\x8D\x8F\x90\x9D]/.test(latin) && letters * 2 >= others;
}
