import { consentPurposeIds, needsConsent, type purposes } from '../../lib/policy/purposes';
import { type Recipient, recipients } from '../../lib/policy/recipients';
import { agreeingPartners } from '../identity/agreeing-partners';
import { grant, refuse, seenEntryOf } from '../support/consent';
import { templates } from '../support/templates';
import { type Caller, createWorld, functions, onceKey, type World } from '../support/world';
import { sampleInput } from './sample';

/** Every operation that a person can call, from the tables: a new one is tried the moment it exists. */
const all = Object.entries(functions).flatMap(([name, operations]) =>
  Object.entries(operations)
    .filter(([, { caller, browser }]) => ['subject', 'anyone'].includes(caller) && browser !== 'only')
    .map(([operation, definition]) => ({ path: `${name}/${operation}`, ...definition })),
);
/** Whether it may ask for a consent at all: what only ends or deletes never does. */
const isOptional = ({ purpose, ends }: { purpose: string | null; ends?: true | undefined }) =>
  !ends && purpose !== null && needsConsent(purpose as keyof typeof purposes);
const optional = all.filter(isOptional).map(({ path, ...rest }) => [path, rest] as const);
const basic = all.filter((one) => !isOptional(one)).map(({ path, ...rest }) => [path, rest] as const);

let world: World;
beforeAll(async () => {
  world = await createWorld({ partners: agreeingPartners });
  const me = await world.signIn('me');
  for (const purpose of consentPurposeIds) await refuse(world, me, purpose);
});

/** Where what is asked for has to be ours. */
const samples: Record<string, object> = {
  'profile/recordAcceptances': {
    results: [{ templateId: templates.once.id, result: 'accept' }],
    idempotencyKey: onceKey(),
  },
  'cards/reportCard': { token: 'a'.repeat(22), category: '骚扰诈骗', words: '冒充客服。' },
};

let session: Caller | undefined;
/** A session that lives: some calls end it. */
async function me(): Promise<Caller> {
  if (!session || (await world.refused('login/listSessions', {}, session)) !== 'OK')
    session = await world.signIn('me');
  return session;
}

describe('with everything optional refused (K3, O1; PIPL art. 16)', () => {
  it('what is tried covers every function and every purpose that can be refused', () => {
    expect(optional.length).toBeGreaterThan(20);
    expect(basic.length).toBeGreaterThan(20);
    const tried = new Set(optional.map(([, { purpose }]) => purpose));
    const used = new Set(all.map(({ purpose }) => purpose).filter((one) => one !== null));
    expect([...used].filter((one) => needsConsent(one) && !tried.has(one))).toEqual([]);
  });

  it.each(basic)('%s does not ask for a consent', async (path, { input, proof }) => {
    const sample = samples[path] ?? sampleInput(input);
    // Who asks a guardian has said to be a child, of whom less is obeyed from then on.
    const by = path === 'identity/askGuardian' ? await world.signIn('a-child') : await me();
    const reply = await world.call(path, sample, by);
    const code = reply.ok ? 'OK' : reply.error.code;
    // Made-up codes, ids and proofs may lead nowhere; what must not be is that a refusal stands in the way.
    expect(['CONSENT_REQUIRED', 'INTERNAL', 'SIGN_IN_REQUIRED', 'INVALID_INPUT']).not.toContain(code);
    if (Object.keys(sample as object).length === 0) expect(code).toBe(proof ? 'PROOF_REQUIRED' : 'OK');
  });

  it.each(optional)(
    '%s costs exactly what was refused, and brings what it takes to decide anew (K1)',
    async (path, { purpose, input }) => {
      const reply = await world.call(path, sampleInput(input), await me());
      const notice = await world.ok('consent/purposeNotice', { purpose });
      const seenEntry = await seenEntryOf(world, await me(), purpose as string);
      expect(seenEntry).toBeGreaterThan(0);
      const details = { purpose, seenEntry, notice };
      expect(reply).toMatchObject({ ok: false, error: { code: 'CONSENT_REQUIRED', details } });
    },
  );

  it('nobody is asked again at once, neither at sign-in nor by the prompts', async () => {
    const caller = await world.signIn('me');
    expect(caller.asks).toEqual([]);
    for (const purpose of consentPurposeIds)
      expect(await world.ok('consent/prompts', { uses: [purpose] }, caller)).toMatchObject({ prompts: [] });
  });
});

describe('my lists (K7)', () => {
  it('name for each kind who gets that kind, and nobody who gets another one for the same purpose', async () => {
    const me = await world.signIn('agreeing');
    await grant(world, me, ...consentPurposeIds);
    const { collected } = await world.ok<{ collected: { kind: string; recipients: string[] }[] }>(
      'consent/ownLists',
      {},
      me,
    );
    const getting = (kind: string) =>
      Object.values<Recipient>(recipients)
        .filter(({ kinds }) => kinds === 'all' || kinds.some((one) => one === kind))
        .map(({ name }) => name);
    expect(collected.length).toBeGreaterThan(40);
    for (const { kind, recipients: told } of collected)
      expect({ kind, told }).toEqual({ kind, told: getting(kind) });
    const ofNumber = collected.find(({ kind }) => kind === 'account-number');
    expect(ofNumber?.recipients).toEqual([recipients.cloud.name]);
    const ofName = collected.find(({ kind }) => kind === 'card-name');
    expect(ofName?.recipients).toEqual([recipients['wechat-text'].name, recipients.cloud.name]);
  });
});
