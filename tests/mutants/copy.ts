import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Row } from '../../infra/local/promises';
import type { PromiseId } from '../../lib/policy/promises';
import { type Mutant, planted } from './mutant';

const root = join(__dirname, '../..');
/** Made or fetched, and what git keeps: none of it is source. */
const notSource = ['node_modules', '.git', 'dist', '.build'];
/** How long a child may take: a fault can make a loop without end, and that is noticed as well. */
const CHILD_LIMIT_MS = 30 * 60_000;
const STARTS = 2;

type Ended = { said: string; why: string };
type JestFile = { name: string; assertionResults: { status: string; fullName: string }[]; status: string };

/** A copy of the project in which faults are planted: the checkout itself stays as it is. Its packages are hard links. */
export class Copy {
  readonly path = mkdtempSync(join(tmpdir(), 'leliao-mutants-'));

  constructor() {
    cpSync(root, this.path, {
      recursive: true,
      filter: (from) => !notSource.includes(relative(root, from)),
    });
    execFileSync('cp', ['-al', join(root, 'node_modules'), this.path]);
  }

  /** Does something while the fault is in the copy. */
  async with<T>(mutant: Mutant, act: () => Promise<T>): Promise<T> {
    const at = join(this.path, mutant.file);
    const source = readFileSync(at, 'utf8');
    writeFileSync(at, planted(source, mutant));
    try {
      return await act();
    } finally {
      writeFileSync(at, source);
    }
  }

  /** The rows of `npm run promises` in the copy; none where its service does not start, which a busy machine may cause once. */
  async rows(ids: readonly PromiseId[]): Promise<Row[]> {
    for (let start = 0; start < STARTS; start += 1) {
      const { said, why } = await this.run(['--import', 'tsx', 'infra/local/promises.ts', '--json', ...ids]);
      const from = said.indexOf('[\n');
      if (from >= 0) return JSON.parse(said.slice(from)) as Row[];
      console.error(`no service for ${ids.join(' ')}: ${why.trim().split('\n').slice(0, 3).join(' ')}`);
    }
    return [];
  }

  /** The tests of these files that fail in the copy; a file that does not run at all is one. */
  async failing(files: readonly string[]): Promise<string[]> {
    const outcome = join(this.path, `outcome-${files.length}.json`);
    rmSync(outcome, { force: true });
    const jest = ['node_modules/jest/bin/jest.js', '--maxWorkers=1', '--json', `--outputFile=${outcome}`];
    await this.run([...jest, '--runTestsByPath', ...files]);
    let results: JestFile[];
    try {
      results = JSON.parse(readFileSync(outcome, 'utf8')).testResults;
    } catch {
      return ['the tests came to no end'];
    }
    return results.flatMap(({ name, status, assertionResults }) => {
      const failed = assertionResults.filter((one) => one.status === 'failed');
      const titles = failed.map(({ fullName }) => `${relative(this.path, name)}: ${fullName}`);
      return titles.length > 0 || status !== 'failed'
        ? titles
        : [`${relative(this.path, name)} does not run`];
    });
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  private run(args: string[]): Promise<Ended> {
    return new Promise((resolve) => {
      const child = spawn(process.execPath, args, {
        cwd: this.path,
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: CHILD_LIMIT_MS,
        killSignal: 'SIGKILL',
      });
      let [said, why] = ['', ''];
      child.stdout.on('data', (text: Buffer) => {
        said += text;
      });
      child.stderr.on('data', (text: Buffer) => {
        why += text;
      });
      child.once('close', () => resolve({ said, why }));
    });
  }
}
