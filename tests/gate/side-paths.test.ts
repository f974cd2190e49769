import type { Deps } from '../../lib/deps';
import { dispatch } from '../../lib/gate/dispatch';
import { purposeIds } from '../../lib/policy/purposes';
import { agreeingPartners } from '../identity/agreeing-partners';
import { newCitizen } from '../identity/support';
import { entryCode, linker, phoneHolder, tap, wechatCode } from '../login/support';
import { grant } from '../support/consent';
import { createWorld, functions, onceKey, type World } from '../support/world';

/**
 * Where something is decided by a consent that the gate does not ask for itself: a material change of the policy ends these
 * as well, until the person agrees anew (PIPL art. 14; promise K4).
 */
let world: World;
beforeAll(async () => {
  world = await createWorld({ partners: agreeingPartners });
});

/** The same service on the day on which every purpose reaches further. */
function reachingFurther(): Deps {
  const { policy } = world.deps;
  const summary = policy.inForce();
  const reachVersions = Object.fromEntries(purposeIds.map((id) => [id, summary.version + 1]));
  return { ...world.deps, policy: { ...policy, inForce: () => ({ ...summary, reachVersions }) } };
}

async function answer(deps: Deps, path: string, input: unknown, by: object = {}): Promise<unknown> {
  const [name = '', operation = ''] = path.split('/');
  const call = { requestId: 'r', host: 'test', trigger: 'client', address: '203.0.113.7' } as const;
  const reply = await dispatch(deps, name, functions[name] ?? {}, { ...call, ...by, operation, input });
  return reply.ok ? reply.data : reply.error.code;
}

describe('a consent that no longer reaches far enough (K4)', () => {
  it('lets nobody in by a linked entry, nor goes on with a session that began there', async () => {
    await linker(world, 'linking', 'at-pay');
    const signIn = () => ({ entry: 'wechat-pay', code: entryCode('at-pay') });
    const session = await world.ok<{ token: string }>('login/signInByEntry', signIn());
    expect(await answer(world.deps, 'consent/status', {}, session)).toHaveProperty('consents');
    expect(await answer(reachingFurther(), 'consent/status', {}, session)).toBe('SIGN_IN_REQUIRED');
    expect(await answer(reachingFurther(), 'login/signInByEntry', signIn())).toBe('LINK_REQUIRED');
  });

  it('leads nobody to an account by its phone', async () => {
    await phoneHolder(world, 'with a phone', '13800600001');
    const arrive = (who: string) => ({ code: wechatCode(who), phoneCode: tap('13800600001', who) });
    expect(await answer(reachingFurther(), 'login/signInByPhone', arrive('new'))).toBe('NOT_FOUND');
    expect(await answer(world.deps, 'login/signInByPhone', arrive('newer'))).toHaveProperty('token');
  });

  it('shows no real name as verified', async () => {
    const me = await world.signIn('verified');
    for (const purpose of ['real-name', 'real-name-bank']) await grant(world, me, purpose);
    await world.ok('identity/verify', { ...newCitizen(), idempotencyKey: onceKey() }, me);
    expect(await answer(world.deps, 'identity/status', {}, me)).toMatchObject({ verified: true });
    expect(await answer(reachingFurther(), 'identity/status', {}, me)).toMatchObject({ verified: false });
  });
});
