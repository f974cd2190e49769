import { createState, type SandboxState } from '../../infra/local/sandbox/state';
import {
  CALLS_PER_DAY,
  CALLS_PER_MINUTE,
  createTokenPath,
  createTokens,
} from '../../infra/local/sandbox/wechat-token';
import { systemRandom } from '../../lib/crypto/random';
import { app, movableClock } from './sandbox-support';

const clock = movableClock();
const request = {
  method: 'POST',
  query: new URLSearchParams(),
  body: JSON.stringify({ grant_type: 'client_credential', ...app }),
};

function ask(path: ReturnType<typeof createTokenPath>, state: SandboxState): string {
  return path.answer(state, request).outcome;
}

test('stable_token answers 10 000 times a minute and 500 000 times a day', () => {
  const state = createState({ clock, random: systemRandom, apps: [app] });
  const path = createTokenPath(createTokens());
  for (let minute = 1; minute <= CALLS_PER_DAY / CALLS_PER_MINUTE; minute++) {
    for (let call = 1; call < CALLS_PER_MINUTE; call++) ask(path, state);
    expect(ask(path, state)).toBe('ok');
    expect(ask(path, state)).toBe('45011');
    clock.advance(60_000);
  }
  expect(ask(path, state)).toBe('45009');
});
