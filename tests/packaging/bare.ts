import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { inflateRawSync } from 'node:zlib';

const run = promisify(execFile);

/** A bare Node that loads a handler, calls it once and says what it answered. */
const ONCE = `
const [file, event] = process.argv.slice(1);
const context = { awsRequestId: 'bare', getRemainingTimeInMillis: () => 60000 };
require(file).handler(JSON.parse(event), context).then((answer) => {
  require('node:fs').writeSync(3, JSON.stringify(answer));
  process.exit(0);
});`;

/**
 * What a deployed function answers to its first call, with nothing around it but the files of its artefact, Node, and the
 * settings that are given.
 */
export async function firstAnswer(
  zip: string,
  handler: string,
  settings: Record<string, string | undefined>,
  event: object,
): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'leliao-bare-'));
  for (const [name, content] of filesIn(await readFile(zip))) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  const file = `./${handler.replace(/\.[^.]+$/, '')}.js`;
  const env = { ...settings, PATH: process.env.PATH };
  const said = await run(
    'sh',
    ['-c', 'exec "$0" -e "$1" "$2" "$3" 3>answer', process.execPath, ONCE, file, JSON.stringify(event)],
    {
      cwd: folder,
      env,
    },
  );
  const answer = await readFile(join(folder, 'answer'), 'utf8');
  await rm(folder, { recursive: true });
  if (answer === '') throw new Error(`no answer: ${said.stdout}${said.stderr}`);
  return JSON.parse(answer);
}

const END = 0x06054b50;
const DEFLATED = 8;

/** Names and contents of a zip archive (APPNOTE.TXT 4.3): small ones, without its 64-bit form. */
function* filesIn(zip: Buffer): Generator<[string, Buffer]> {
  let end = zip.length - 22;
  while (zip.readUInt32LE(end) !== END) end -= 1;
  let entry = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((at) =>
      zip.readUInt16LE(entry + at),
    ) as [number, number, number];
    const name = zip.toString('utf8', entry + 46, entry + 46 + nameLength);
    const local = zip.readUInt32LE(entry + 42);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const packed = zip.subarray(start, start + zip.readUInt32LE(entry + 20));
    yield [name, zip.readUInt16LE(entry + 10) === DEFLATED ? inflateRawSync(packed) : packed];
    entry += 46 + nameLength + extraLength + commentLength;
  }
}
