import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beijingDay } from '../../lib/policy/working-days';
import { readLines } from '../../lib/trail/line';
import { TrailReader } from '../../lib/trail/report';
import { holdsFor } from '../proof/sample';
import { person, second } from './lines';
import { days, type Killed } from './opening-process';

/** What the log of a process says that was killed there. */
async function after(killed: Killed) {
  const file = join(__dirname, 'opening-process.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', file, killed], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [said, , [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  expect({ code, signal }).toEqual(
    killed === 'never' ? { code: 0, signal: null } : { code: null, signal: 'SIGKILL' },
  );
  const lines = said.split('\n');
  const reader = new TrailReader({ from: second(0), to: second(60) });
  for (const line of lines) for (const read of readLines(line)) reader.add(read);
  const { people, doubts } = reader.report();
  const cipher = await days.dayCipher(beijingDay(Date.parse(second(1))));
  return {
    opened: lines.includes('opened'),
    named: people.map((one) => cipher?.back(one.person)),
    doubts: doubts.map(({ why }) => why),
  };
}

const cases: [Killed, Awaited<ReturnType<typeof after>>][] = [
  ['before the line', { opened: false, named: [], doubts: ['start-missing', 'nothing-read'] }],
  ['after the line', { opened: false, named: [person(1)], doubts: ['start-missing'] }],
  ['at the opening', { opened: false, named: [person(1)], doubts: ['start-missing'] }],
  ['never', { opened: true, named: [person(1)], doubts: [] }],
];

it('a process killed anywhere between its log and what it opens has named whom it was about to open (B3)', () =>
  holdsFor(cases, 2, async ([killed, expected]) => {
    expect({ killed, ...(await after(killed)) }).toEqual({ killed, ...expected });
  }));
