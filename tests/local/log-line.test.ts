import { formatLogLine } from '../../infra/local/log-line';

const now = new Date(2026, 10, 23, 9, 5, 7);

test('shows a call in columns: time, operation, outcome, duration, the rest', () => {
  const line =
    '{"event":"call","requestId":"r1","operation":"cards/get","host":"aws","outcome":"OK","milliseconds":12}';
  expect(formatLogLine(line, now)).toBe(
    `09:05:07  ${'cards/get'.padEnd(24)}  ${'OK'.padEnd(22)}     12 ms  requestId=r1`,
  );
});

test('shows a call to a partner below the call it belongs to', () => {
  const line = '{"event":"partner-call","partner":"wechat","partnerCode":40029,"milliseconds":3}';
  expect(formatLogLine(line, now)).toMatch(/^09:05:07 {4}→ wechat +40029 +3 ms$/);
});

test('leaves what is of the trail alone to the log', () => {
  const opening =
    '{"event":"open","at":"2026-11-23T01:05:07.000Z","instance":"i","seq":1,"requestId":"r1","operation":"cards/get"}';
  expect(formatLogLine(opening, now)).toBeUndefined();
  const call =
    '{"event":"call","at":"2026-11-23T01:05:07.000Z","instance":"i","seq":2,"requestId":"r1","operation":"cards/get","outcome":"OK","opened":1}';
  expect(formatLogLine(call, now)).toMatch(/cards\/get +OK +requestId=r1$/);
});

test('shows a fault by its class and place', () => {
  const line =
    '{"event":"fault","operation":"cards/get","errorName":"TypeError","frame":"at run (index.js:1:2)"}';
  expect(formatLogLine(line, now)).toMatch(
    /cards\/get +FAULT +errorName=TypeError {2}frame=at run \(index\.js:1:2\)$/,
  );
});

test.each([
  'POST /cards/create (λ: cards)',
  '✖ Unhandled exception in handler: Error: 张三 13800000000',
  '{"name":"张三"}',
  '{"event":"call"',
  '',
])('keeps everything that is not a line of the log off the screen: %s', (line) => {
  expect(formatLogLine(line, now)).toBeUndefined();
});
