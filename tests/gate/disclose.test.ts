import { parseToken } from '../../lib/crypto/token';
import { disclose } from '../../lib/gate/disclose';
import { recipients } from '../../lib/policy/recipients';
import { keys } from '../../lib/table/keys';
import { readPerson } from '../../lib/table/person/person';
import { createWorld, type World } from '../support/world';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

async function send(): Promise<{ sent: boolean; code: string }> {
  const { token } = await world.signIn('me');
  const subjectId = parseToken(token)?.subjectId ?? '';
  const [item] = await world.deps.table.getMany([keys.person(subjectId)]);
  let sent = false;
  const disclosure = {
    recipient: 'tencent-faceid',
    purpose: 'real-name',
    kinds: ['identity-input'],
    requestId: 'r',
  } as const;
  const person = readPerson(item as never);
  const answer = disclose(
    world.deps,
    person,
    disclosure,
    async () => (sent = true),
    () => 'SENT',
  );
  const code = await answer.then(
    () => 'OK',
    (error: { code: string }) => error.code,
  );
  return { sent, code };
}

describe('what leaves the service (D1, D3)', () => {
  it('goes to an entrusted party until the last day of its agreement in Beijing, and not after', async () => {
    const lastDay = recipients['tencent-faceid'].agreement.expiresOn;
    const midnight = Date.parse(`${lastDay}T24:00:00.000+08:00`);
    world.wait(midnight - 1 - world.deps.clock.now());
    expect(await send()).toEqual({ sent: true, code: 'OK' });
    world.wait(1);
    expect(await send()).toEqual({ sent: false, code: 'PARTNER_UNAVAILABLE' });
    expect(world.lines.join('')).toContain('agreement-expired');
  });
});
