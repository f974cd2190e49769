import fc from 'fast-check';
import { audiences, type Field, fields } from '../../lib/card/content';
import { sendingLimits } from '../../lib/policy/sending-limits';
import { publicCardKey } from '../../lib/table/card/current-visibility';
import { keys } from '../../lib/table/keys';
import { readPerson } from '../../lib/table/person/person';
import { openPerson } from '../../lib/table/person/person-key';
import { mayShow, ownerOf } from '../../lib/table/sharing/may-show';
import { amount } from '../proof/sample';
import { grant, withdraw } from '../support/consent';
import { fullCard } from '../support/full-card';
import { partnerIn } from '../support/partners';
import { createWorld, type World } from '../support/world';
import { type Holder, holder, newCard, type Shown } from './support';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

let people = 0;
const somebody = (...purposes: string[]) => {
  people += 1;
  return holder(world, `seen-${people}`, ...purposes);
};
const set = (me: Holder, { cardId, version }: { cardId: string; version: number }, visibility: object) =>
  world.ok<Shown>('cards/setVisibility', { cardId, version, visibility }, me);
const acts = async (me: Holder) => {
  const { entries } = await world.ok<{ entries: Record<string, unknown>[] }>('consent/history', {}, me);
  return entries.filter(({ recipient }) => recipient === 'wechat-text');
};
/** What everyone sees of a person, as another function would read it. */
async function everyoneSees({ subjectId }: Holder): Promise<object | undefined> {
  const { table } = world.deps;
  const [self] = await table.getMany([keys.person(subjectId)]);
  if (!self) return undefined;
  const person = readPerson(self);
  const key = publicCardKey(world.deps.policy.inForce().reachVersions, person);
  if (!key) return undefined;
  const [item] = await table.getMany([key]);
  const sealer = await openPerson(world.deps, person);
  if (!sealer) throw new Error('the owner has a key');
  const stranger = { subjectId: 'somebody else', blocks: [undefined, undefined] };
  return mayShow(ownerOf(world.deps, person, sealer), stranger, item, { by: 'everyone', isKnown: true })
    ?.shown;
}

describe('who may see what (C2)', () => {
  it('a card starts with everything at nobody, and its words go nowhere', async () => {
    const me = await somebody('card-public');
    await newCard(world, me);
    expect(await everyoneSees(me)).toBeUndefined();
    expect(await acts(me)).toEqual([]);
  });

  it('opening to everyone needs the separate consent; opening to links does not', async () => {
    const me = await somebody();
    const made = await newCard(world, me);
    const open = { cardId: made.cardId, version: 1, visibility: { name: 'everyone' } };
    expect(await world.refused('cards/setVisibility', open, me)).toBe('CONSENT_REQUIRED');
    expect(await set(me, made, { name: 'link' })).toMatchObject({ visibility: { name: 'link' } });
    await grant(world, me, 'card-public');
    await world.ok('cards/setVisibility', { ...open, version: 2 }, me);
    expect(await everyoneSees(me)).toEqual({ name: '林晓', familyName: '林', givenName: '晓' });
  });

  it('a withdrawal of that consent closes to everyone at once, and a new one opens nothing by itself (K3)', async () => {
    const me = await somebody('card-public');
    const made = await set(me, await newCard(world, me), { name: 'everyone', title: 'everyone' });
    await withdraw(world, me, 'card-public');
    expect(await everyoneSees(me)).toBeUndefined();
    await grant(world, me, 'card-public');
    expect(await everyoneSees(me)).toBeUndefined();
    const now = await world.ok<Shown>('cards/get', { cardId: made.cardId }, me);
    expect(now.visibility).toEqual({ name: 'link', title: 'link' });
    await set(me, now, { title: 'everyone' });
    expect(await everyoneSees(me)).toEqual({ title: '工程师' });
  });

  it('a field that was empty starts at nobody, also when it was open before it was emptied', async () => {
    const me = await somebody('card-public');
    const { note: _, ...without } = fullCard;
    const made = await set(me, await newCard(world, me), { name: 'everyone', note: 'everyone' });
    expect(await everyoneSees(me)).toHaveProperty('note');
    const emptied = await world.ok<Shown>('cards/update', { ...without, ...ref(made) }, me);
    const filled = await world.ok<Shown>('cards/update', { ...fullCard, ...ref(emptied) }, me);
    expect(filled.visibility).toEqual({ name: 'everyone' });
    expect(await everyoneSees(me)).not.toHaveProperty('note');
    const early = await set(me, await newCard(world, me, without), { note: 'link' });
    expect(early.visibility).toEqual({});
  });

  it('what is kept of an import is for nobody but the owner', async () => {
    const me = await somebody('card-public');
    const all = Object.fromEntries(fields.map((field) => [field, 'everyone']));
    await set(me, await newCard(world, me), all);
    const { kept: _, ...rest } = fullCard;
    expect(await everyoneSees(me)).toEqual(rest);
  });

  it('any choices show exactly the fields that were opened to everyone and passed', async () => {
    const choice = fc.dictionary(fc.constantFrom(...fields), fc.constantFrom(...audiences));
    await fc.assert(
      fc.asyncProperty(fc.array(choice, { minLength: 1, maxLength: 4 }), async (choices) => {
        const me = await somebody('card-public');
        let card = await newCard(world, me, { ...fullCard, note: '标记违规', title: '标记存疑' });
        const model: Partial<Record<Field, string>> = {};
        for (const one of choices) {
          card = await set(me, card, one);
          Object.assign(model, one);
          const open = fields.filter(
            (field) => model[field] === 'everyone' && !['logo', 'note', 'title'].includes(field),
          );
          // Words that are asked about together are judged together.
          const passed = open.filter((field) => card.verdicts[field] === 'passed');
          const seen = Object.keys((await everyoneSees(me)) ?? {});
          const others = ['familyName', 'givenName', 'department'];
          expect(seen.filter((part) => !others.includes(part)).sort()).toEqual(passed.sort());
          expect(seen).not.toContain('note');
        }
      }),
      { numRuns: amount(48, 2) },
    );
  });
});

const ref = ({ cardId, version }: Shown) => ({ cardId, version });

describe('words are judged before others see them (C1, D1)', () => {
  it('the register says what goes to WeChat before it goes, and what came back', async () => {
    const me = await somebody();
    await set(me, await newCard(world, me), { name: 'link', phones: 'link' });
    expect(await acts(me)).toMatchObject([
      { act: 'disclosure.made', purpose: 'cards', kinds: ['wechat-openid', 'card-name'] },
      { act: 'disclosure.answered', result: 'pass' },
    ]);
  });

  it.each([
    ['标记违规', 'refused'],
    ['标记存疑', 'waiting'],
    ['标记故障', 'waiting'],
  ])('%s is seen by nobody: %s', async (title, verdict) => {
    const me = await somebody('card-public');
    const made = await set(me, await newCard(world, me), { name: 'everyone', title: 'everyone' });
    expect(await everyoneSees(me)).toHaveProperty('title');
    const after = await world.ok<Shown>('cards/update', { ...fullCard, title, ...ref(made) }, me);
    expect(after.verdicts).toMatchObject({ name: 'passed', title: verdict });
    expect(await everyoneSees(me)).toEqual({ name: '林晓', familyName: '林', givenName: '晓' });
  });

  it('a change asks WeChat only so often in an hour, and is refused whole beyond that (A7)', async () => {
    const me = await somebody('card-public');
    let card = await set(me, await newCard(world, me), { name: 'everyone', title: 'everyone' });
    const wechatText = partnerIn(world.deps, 'wechat-text');
    const { judge } = wechatText;
    let asked = 0;
    wechatText.judge = async (words, openid) => {
      asked += 1;
      return judge(words, openid);
    };
    const { max } = sendingLimits['wechat-text'][0];
    const update = (title: string) => world.call('cards/update', { ...fullCard, title, ...ref(card) }, me);
    for (let turn = 1; turn < max; turn += 1) {
      const reply = await update(`职务 ${turn}`);
      if (!reply.ok) throw new Error(reply.error.code);
      card = reply.data as Shown;
    }
    expect(await update('再改一次')).toMatchObject({ ok: false, error: { code: 'TOO_MANY_ATTEMPTS' } });
    wechatText.judge = judge;
    expect(asked).toBe(max - 1); // the first was for the visibility
    expect(await everyoneSees(me)).toHaveProperty('title', `职务 ${max - 1}`);
    // What only hides is not asked about, so it is never refused.
    expect(await set(me, card, { title: 'nobody' })).toMatchObject({ version: card.version + 1 });
  });

  it('a change that crashes between the two entries of the register leaves the words waiting', async () => {
    const me = await somebody('card-public');
    const made = await newCard(world, me);
    const wechatText = partnerIn(world.deps, 'wechat-text');
    const { judge } = wechatText;
    wechatText.judge = async () => {
      throw new Error('the process is gone');
    };
    const open = { ...ref(made), visibility: { name: 'everyone' } };
    expect(await world.refused('cards/setVisibility', open, me)).toBe('INTERNAL');
    wechatText.judge = judge;
    expect(await everyoneSees(me)).toBeUndefined();
    const again = await world.ok<Shown>('cards/setVisibility', open, me);
    expect(again.verdicts).toEqual({ name: 'waiting' });
    await world.ok('cards/checkAgain', { cardId: made.cardId }, me);
    expect(await everyoneSees(me)).toHaveProperty('name');
    expect(await world.refused('cards/checkAgain', { cardId: made.cardId }, me)).toBe('NOT_NOW');
  });

  it('whoever has much that waits hides nobody who has less (A7)', async () => {
    const [many, one] = [await somebody('card-public'), await somebody('card-public')];
    const content = { name: '林晓', title: '标记存疑' };
    for (const who of [many, many, one])
      await set(who, await newCard(world, who, content), { title: 'link' });
    const staff = { token: 'staff:queue:support' };
    const { texts } = await world.ok<{ texts: { subjectId: string }[] }>('cards/reviewQueue', {}, staff);
    const whose = texts.map(({ subjectId }) => subjectId);
    expect(whose.lastIndexOf(many.subjectId)).toBeGreaterThan(whose.indexOf(one.subjectId));
  });

  it('a human decides what waits, about the very words that were read, and it stands in the ledger', async () => {
    const me = await somebody('card-public');
    const staff = { token: `staff:judge-${people}:officer` };
    const content = { ...fullCard, title: '标记存疑' };
    const made = await set(me, await newCard(world, me, content), { title: 'everyone', phones: 'everyone' });
    const { texts } = await world.ok<{ texts: { cardId: string }[] }>('cards/reviewQueue', {}, staff);
    expect(texts).toContainEqual(expect.objectContaining({ subjectId: me.subjectId, cardId: made.cardId }));
    const which = { subjectId: me.subjectId, cardId: made.cardId };
    expect(await world.ok('cards/openReview', which, staff)).toEqual({
      version: 2,
      fields: ['title'],
      content: { title: '标记存疑' },
    });
    const pass = { ...which, version: 2, decision: 'pass' };
    await world.ok('cards/update', { ...content, note: '另一句', ...ref(made) }, me);
    expect(await world.refused('cards/decideReview', pass, staff)).toBe('VERSION_CONFLICT');
    await world.ok('cards/decideReview', { ...pass, version: 3 }, staff);
    expect(await everyoneSees(me)).toMatchObject({ title: '标记存疑' });
    expect(await world.refused('cards/decideReview', { ...pass, version: 3 }, staff)).toBe('NOT_FOUND');
    const left = await world.ok<{ texts: { cardId: string }[] }>('cards/reviewQueue', {}, staff);
    expect(left.texts.map(({ cardId }) => cardId)).not.toContain(made.cardId);
    const { entries } = await world.ok<{ entries: object[]; intact: boolean }>('consent/history', {}, me);
    expect(entries).toContainEqual(expect.objectContaining({ act: 'review.decided', result: 'passed' }));
    expect(await world.refused('cards/reviewQueue', {}, me)).toBe('SIGN_IN_REQUIRED');
    expect(await world.refused('cards/reviewQueue', {}, { token: 'staff:a:auditor' })).toBe(
      'CALLER_NOT_ALLOWED',
    );
  });
});
