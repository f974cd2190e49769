import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DRILL_WORDS, type Report } from '../../../lib/incident-report/report';
import { Stop } from '../../command-line/exit';
import { words } from '../../command-line/words';
import { page } from './page';

/** Archivable, and every letter can be found and copied (ISO 19005-2, level u). A letter that no font has is an error. */
const STANDARD = 'a-2u';

/** The second has rare characters of names that the first lacks. Only upright and bold are on the page. */
const fontFolders: [library: string, folder: string][] = [
  ['@expo-google-fonts/noto-sans-sc', '400Regular'],
  ['@expo-google-fonts/noto-sans-sc', '700Bold'],
  ['@expo-google-fonts/noto-sans-jp', '400Regular'],
  ['@expo-google-fonts/noto-sans-jp', '700Bold'],
];

/**
 * What prints is large and needed by few, so that it is installed by itself (printing/package.json): in the clone, by whose sources this
 * runs or whose dist/leliao it is, or in the folder beside leliao.js on a machine without a clone.
 */
const placesOfPrinting = ['../../../printing', '../../printing', 'printing'].map((place) =>
  join(__dirname, place),
);
const installed = placesOfPrinting.find((place) => existsSync(join(place, 'node_modules')));
const printing = createRequire(join(installed ?? __dirname, 'package.json'));

/** The part of typst-ts-node-compiler that is used here. */
type Typesetter = {
  NodeCompiler: {
    create(options: { workspace: string; fontArgs: object[] }): {
      pdf(
        document: { mainFileContent: string; inputs: Record<string, string> },
        options: { pdfStandard: string; creationTimestamp: number },
      ): Buffer;
    };
  };
};

/**
 * Makes the PDF of a report, with the fonts that were installed and, where they lack a character, those of `fonts`.
 * Nothing is fetched.
 * @param fonts files (TTF, OTF, TTC) of the officer's own, for a name with a character that ours lack
 * @throws Stop when a character is in no font, naming it; when a font cannot be read; or when this copy of leliao came
 * without what prints
 */
export async function reportPdf(report: Report, fonts: readonly string[] = []): Promise<Buffer> {
  const compiler = await compilerWith(await Promise.all(fonts.map(fontFile)));
  const data = JSON.stringify({ ...report, drillWords: DRILL_WORDS });
  try {
    return compiler.pdf(
      { mainFileContent: page, inputs: { data } },
      { pdfStandard: STANDARD, creationTimestamp: Math.floor(Date.parse(report.madeAt) / 1000) },
    );
  } catch (error) {
    throw explain(error);
  }
}

async function compilerWith(fontBlobs: Buffer[]) {
  try {
    const { NodeCompiler } = printing('@myriaddreamin/typst-ts-node-compiler') as Typesetter;
    const fontPaths = fontFolders.map(([library, folder]) => join(homeOf(library), folder));
    return NodeCompiler.create({ workspace: __dirname, fontArgs: [{ fontPaths }, { fontBlobs }] });
  } catch (error) {
    throw (error as { code?: string }).code === 'MODULE_NOT_FOUND' ? notInstalled() : error;
  }
}

const homeOf = (library: string) => dirname(printing.resolve(`${library}/package.json`));

function fontFile(path: string): Promise<Buffer> {
  return readFile(path).catch(() => {
    throw new Stop('usage', words('读不到字体文件。', 'The font file cannot be read.'));
  });
}

/** Typst says it within a sentence, with its own quotation: `the text \"𪚥\" could not be displayed with font …`. */
function explain(error: unknown): unknown {
  const { message, code } = error as { message?: string; code?: string };
  const [, quoted] = /the text `\\*"(.+?)\\*"` could not be displayed/.exec(`${message} ${code}`) ?? [];
  if (!quoted) return error;
  const letter = quoted.replace(/\\+u\{([0-9a-f]+)\}/g, (_, code: string) => `U+${code.toUpperCase()}`);
  return new Stop(
    'refused',
    words(
      `没有字体能显示“${letter}”，没有生成文件。请用 --font 指明一个有这个字的字体文件。`,
      `No font has “${letter}”: no file was made. Name a font file that has it by --font.`,
    ),
  );
}

const notInstalled = () =>
  new Stop(
    'refused',
    words(
      '没有排版程序和字体：请在代码目录里（没有代码的机器上，在 leliao.js 所在的文件夹里，先从代码目录拷来 printing）运行 npm ci --prefix printing。',
      'There are no typesetter and fonts: in a clone (on a machine without one, in the folder of leliao.js, with printing copied from a clone) run npm ci --prefix printing.',
    ),
  );
