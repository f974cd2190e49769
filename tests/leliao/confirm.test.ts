import { words } from '../../infra/command-line/words';
import { confirmStep } from '../../infra/leliao/confirm';
import { Session } from '../../infra/leliao/session';
import { createTerminal } from './terminal';

const NUMBER = '20261127-7Q2K';

function confirming({ watched = true, yes }: { watched?: boolean; yes?: string } = {}) {
  const terminal = createTerminal({ watched });
  const session = new Session(terminal.around, { json: false, lang: 'zh', api: undefined });
  const step = { number: NUMBER, does: [words('将通知 20000 人。', 'It tells 20000 people.')], yes };
  const ended = confirmStep(session, step).then(
    () => 'confirmed',
    (stop: { exit: number }) => stop.exit,
  );
  return { terminal, ended };
}

describe('a step that cannot be taken back', () => {
  it.each([
    ['the number', `${NUMBER}\r`, 'confirmed'],
    ['the number in small letters', `${NUMBER.toLowerCase()} \r`, 'confirmed'],
    ['another number', '20261127-7Q2L\r', 1],
    ['yes', 'yes\r', 1],
    ['nothing', '\r', 1],
    ['Ctrl-C', '\u0003', 130],
    ['Escape', '\u001b', 130],
  ])('after %s', async (_, typed, as) => {
    const { terminal, ended } = confirming();
    await terminal.said(`输入 ${NUMBER} 以确认`);
    terminal.type(typed);
    expect(await ended).toBe(as);
    expect(terminal.shown.err).toMatch(/^将通知 20000 人。\n/);
    expect(terminal.shown.out).toBe('');
  });

  it('is confirmed in a script by its own number only', async () => {
    expect(await confirming({ watched: false, yes: NUMBER }).ended).toBe('confirmed');
    for (const yes of ['', 'true', '20261127-7Q2L']) expect(await confirming({ yes }).ended).toBe(2);
  });

  it('is never taken where nobody is there to ask', async () => {
    const { terminal, ended } = confirming({ watched: false });
    expect(await ended).toBe(2);
    expect(terminal.shown.err).toBe('将通知 20000 人。\n');
  });
});
