import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promises } from '../../lib/policy/promises';
import { planted } from './mutant';
import { mutants } from './mutants';

const root = join(__dirname, '../..');
const all = Object.entries(mutants).flatMap(([id, own]) => own.map((mutant) => ({ id, ...mutant })));

describe('the faults that are planted', () => {
  it('are two or more for each promise that is claimed', () => {
    const few = Object.keys(promises).filter((id) => all.filter((one) => one.id === id).length < 2);
    expect(few).toEqual([]);
  });

  it('still apply to the source, each at one place', () => {
    const sources = new Map(all.map(({ file }) => [file, readFileSync(join(root, file), 'utf8')] as const));
    for (const mutant of all) expect(() => planted(sources.get(mutant.file) ?? '', mutant)).not.toThrow();
  });

  it('are no two the same', () => {
    const seen = all.map(({ file, text, to }) => `${file}\n${text}\n${to}`);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('name tests that there are', () => {
    const missing = all.flatMap(({ tests }) => tests).filter((file) => !existsSync(join(root, file)));
    expect(missing).toEqual([]);
  });

  it('are found out where the text is not in the source, or twice, or nothing is changed', () => {
    const mutant = { fault: '', file: 'a.ts', text: 'if (a)', to: 'if (b)', tests: ['a'] } as const;
    expect(planted('if (a) b();', mutant)).toBe('if (b) b();');
    expect(() => planted('b();', mutant)).toThrow('occurs 0 times');
    expect(() => planted('if (a) if (a)', mutant)).toThrow('occurs 2 times');
    expect(() => planted('if (a) b();', { ...mutant, to: 'if (a)' })).toThrow('changes nothing');
  });
});
