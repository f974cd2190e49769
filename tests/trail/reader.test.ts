import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readLines } from '../../lib/trail/line';
import { type Question, type Report, TrailReader } from '../../lib/trail/report';
import { createTerminal } from '../leliao/terminal';
import { call, instanceName, open, person, second, start } from './lines';

const window = { from: second(0), to: second(60) };

function read(question: Partial<Question>, ...logs: string[][]): Report {
  const reader = new TrailReader({ ...window, ...question });
  for (const log of logs) {
    reader.nextLog();
    for (const text of log) for (const line of readLines(text)) reader.add(line);
  }
  return reader.report();
}

/** As long as Lambda lets an invocation run. */
const LONGEST_SECONDS = 900;

const [A, B] = [instanceName(1), instanceName(2)];
/** One whole call of an instance, from its running number on. */
const whole = (requestId: string, seq: number, at: number, persons: string[], instance = A): string[] => [
  start(requestId),
  open({ at: second(at), instance, seq, requestId, persons }),
  call({ at: second(at + 1), instance, seq: seq + 1, requestId, persons }),
];
const people = (report: Report) => report.people.map(({ person }) => person);
const why = (report: Report) => report.doubts.map((doubt) => doubt.why);

describe('the trail of a window (B3)', () => {
  it('names who was opened in it, once each, and neither a moment before nor after', () => {
    const log = [
      ...whole('before', 1, -1, [person(9)]),
      ...whole('first', 3, 0, [person(1), person(2)]),
      ...whole('last', 5, 59, [person(2)]),
      ...whole('after', 7, 60, [person(8)]),
    ];
    const report = read({}, log);
    expect(report.doubts).toEqual([]);
    expect(report).toMatchObject({ lines: 2, instances: 1 });
    expect(report.people).toEqual([
      expect.objectContaining({ person: person(1), lines: 1, firstAt: second(0), kinds: ['card-name'] }),
      expect.objectContaining({ person: person(2), lines: 2, firstAt: second(0), lastAt: second(59) }),
    ]);
  });

  it('names those of one function, one instance, one person alone', () => {
    const log = [
      ...whole('a', 1, 1, [person(1), person(3)]),
      ...whole('b', 1, 2, [person(2)], B),
      open({
        at: second(5),
        instance: B,
        seq: 3,
        requestId: 'c',
        operation: 'process/join',
        function: 'retention',
        persons: [person(4)],
      }),
    ];
    expect(people(read({ function: 'retention' }, log))).toEqual([person(4)]);
    expect(people(read({ instance: A }, log))).toEqual([person(1), person(3)]);
    expect(people(read({ persons: new Set([person(3)]) }, log))).toEqual([person(3)]);
    expect(why(read({ instance: instanceName(7) }, log))).toEqual(['instance-missing']);
  });

  it('counts a log that comes twice, whole or in part, once', () => {
    const log = [...whole('a', 1, 1, [person(1)]), ...whole('b', 3, 5, [person(1)])];
    expect(read({}, log, log.slice(3), log)).toEqual(read({}, log));
  });
});

describe('what a log leaves in doubt (B3)', () => {
  it('says so of an invocation that began and left no line of its call, and of none that has one', () => {
    const killed = [...whole('a', 1, 1, [person(1)]), start('b'), ...whole('c', 1, 9, [], B)];
    expect(read({}, killed).doubts).toEqual([
      { why: 'start-missing', invocation: 'b', after: second(2), before: second(9 + LONGEST_SECONDS) },
    ]);
    expect(why(read({ from: second(0), to: second(2) }, killed))).toEqual([]);
    const later = (seconds: number) => ({ from: second(seconds), to: second(seconds + 60) });
    expect(why(read(later(9 + LONGEST_SECONDS), killed))).toEqual(['start-missing']);
    expect(why(read(later(10 + LONGEST_SECONDS), killed))).toEqual([]);
  });

  it('holds a batch of messages for whole only when its last call has left its line', () => {
    const message = (seq: number, left: number) =>
      call({ at: second(seq), instance: A, seq, requestId: `m${seq}`, invocation: 'batch', left });
    expect(why(read({}, [start('batch'), message(1, 1)]))).toEqual(['start-missing']);
    expect(why(read({}, [start('batch'), message(1, 1), message(2, 0)]))).toEqual([]);
  });

  it('says which running numbers are missing and between which moments, whatever comes late', () => {
    const log = [...whole('a', 1, 1, []), ...whole('b', 3, 5, []), ...whole('c', 5, 9, [])];
    const without = log.filter((line) => !/"seq":[34]\b/.test(line) && !line.includes(': b'));
    expect(read({}, without).doubts).toEqual([
      {
        why: 'numbers-missing',
        instance: A,
        function: 'cards',
        lines: 2,
        after: second(2),
        before: second(9),
      },
    ]);
    const late = log.filter((line) => /"seq":4\b/.test(line));
    expect(read({}, without, late).doubts).toEqual([
      {
        why: 'numbers-missing',
        instance: A,
        function: 'cards',
        lines: 1,
        after: second(2),
        before: second(6),
      },
    ]);
    expect(read({}, without, log).doubts).toEqual([]);
    expect(why(read({ from: second(20), to: second(30) }, without))).toEqual([]);
  });

  it('says so of an instance whose first lines are not there, unless they were written before the window', () => {
    const log = whole('a', 8, 5, []);
    expect(read({}, log).doubts).toEqual([
      { why: 'beginning-missing', instance: A, function: 'cards', lines: 7, before: second(5) },
    ]);
    expect(why(read({ from: second(6), to: second(9) }, log))).toEqual([]);
  });

  it('says so of a line that is cut off, and of a log that holds nothing', () => {
    const [begun = '', opened = '', called = ''] = whole('a', 1, 1, [person(1)]);
    expect(why(read({}, [begun, opened.slice(0, -9), called])).sort()).toEqual([
      'beginning-missing',
      'line-damaged',
    ]);
    expect(why(read({}, ['{"events":[{"timestamp":1,"mess']))).toEqual(['line-damaged', 'nothing-read']);
    expect(why(read({}, ['GET / 200', '{"some": "thing"}', '{"event":"fault"}']))).toEqual(['nothing-read']);
  });
});

describe('logs as they are exported', () => {
  const log = whole('a-b-c', 1, 1, [person(1)]);
  const stream = '2026/11/27/[$LATEST]0a1b2c3d';
  const at = Date.parse(second(1));
  const events = log.map((message) => ({ timestamp: at, message: `${message}\n` }));

  it.each([
    ['files in S3', log.map((line) => `${second(1)} ${line}`)],
    ['what aws logs tail prints', log.map((line) => `2026-11-27T02:00:01.000000+00:00 ${stream} ${line}`)],
    ['pages of filter-log-events', [JSON.stringify({ events, searchedLogStreams: [] })]],
    [
      'what a subscription brings',
      [
        JSON.stringify({
          messageType: 'DATA_MESSAGE',
          logGroup: '/aws/lambda/leliao-production-cards',
          logEvents: events,
        }),
      ],
    ],
    [
      'rows of a saved query',
      log.map((line) => JSON.stringify({ '@timestamp': '2026-11-27 02:00:01.000', '@message': line })),
    ],
  ])('are read: %s', (_, exported) => {
    const { people: found, doubts } = read({}, exported);
    expect(found).toEqual(read({}, log).people);
    expect(doubts).toEqual([]);
    // The time and, where the export tells it, the function of an invocation without its call are known.
    const cut = exported.map((line) => line.replaceAll('seq', 'was'));
    const [doubt] = read({}, cut).doubts.filter((one) => one.why === 'start-missing');
    expect(doubt).toMatchObject({
      invocation: 'a-b-c',
      after: second(1),
      before: second(1 + LONGEST_SECONDS),
    });
  });
});

describe('leliao trail', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trail-'));
  const log = [...whole('a', 1, 1, [person(1)]), ...whole('b', 3, 5, [person(2)])];
  const [from, to] = ['2026-11-27 10:00', '2026-11-27T02:01:00Z'];
  const run = (...words: string[]) => createTerminal().run('trail', ...words);
  const inWindow = (...more: string[]) => run('--from', from, '--to', to, ...more);

  it('reads plain and packed files and whole folders without a sign-in, and ends by what it found', async () => {
    writeFileSync(join(folder, 'one.log'), log.slice(0, 3).join('\n'));
    writeFileSync(join(folder, 'two.gz'), gzipSync(`${log.slice(3).join('\n')}\n`));
    const { exit, out } = await inWindow('--json', '--log', folder);
    expect(exit).toBe(0);
    expect(people(JSON.parse(out))).toEqual([person(1), person(2)]);
    const half = await inWindow('--log', join(folder, 'two.gz'));
    expect(half.exit).toBe(5);
    expect(half.out).toContain('疑点 1 处');
    const one = await inWindow('--json', '--log', folder, '--person', person(2));
    expect(people(JSON.parse(one.out))).toEqual([person(2)]);
  });

  it('refuses what it cannot answer, and repeats nothing of it', async () => {
    writeFileSync(join(folder, 'broken.gz'), 'not packed');
    const logs = ['--log', folder];
    const wrong = [
      [['--from', from, '--to', to], 'log'],
      [['--from', to, '--to', to, ...logs], '--to 要晚于 --from'],
      [['--from', '2026-02-30 10:00', '--to', to, ...logs], '时间要写成'],
      [['--from', from, '--to', to, ...logs, '--person', '13800138000'], '代号是 22 个字符'],
      [['--from', from, '--to', to, '--log', join(folder, 'none')], '有的日志读不到'],
      [['--from', from, '--to', to, '--log', join(folder, 'broken.gz')], '有的日志读不到'],
    ] as const;
    for (const [words, says] of wrong) {
      const { exit, out, err } = await run(...words);
      expect({ exit, out, says: err.includes(says) ? says : err }).toEqual({ exit: 2, out: '', says });
      expect(err).not.toContain('13800138000');
    }
  });
});
