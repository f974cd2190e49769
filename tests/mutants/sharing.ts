import type { MutantsOf } from './mutant';

const disclose = ['tests/gate/disclose.test.ts'] as const;
const authority = ['tests/rights/disclosures.test.ts'] as const;
const usage = ['tests/rights/usage.test.ts'] as const;

export const sharing: MutantsOf<'D1' | 'D2' | 'D3' | 'D4' | 'D5' | 'D6'> = {
  D1: [
    {
      fault: 'something is sent although the register took no entry',
      file: 'lib/gate/disclose.ts',
      text: 'const registered = await enter(false);',
      to: 'const registered = await enter(false).catch(() => person);',
      tests: disclose,
    },
    {
      fault: 'of several kinds that are sent the register names the first',
      file: 'lib/gate/disclose.ts',
      text: "act: 'disclosure.made' as const, kinds };",
      to: "act: 'disclosure.made' as const, kinds: kinds.slice(0, 1) };",
      tests: [...disclose, ...usage],
    },
  ],
  D2: [
    {
      fault: 'a recipient gets something by an act that rests on another consent than theirs',
      file: 'lib/gate/disclose.ts',
      text: 'const agreed = agreedBy(person, [recipients[recipient].purpose, purpose]);',
      to: 'const agreed = agreedBy(person, []);',
      tests: [...disclose, 'tests/login/arrivals.test.ts'],
    },
    {
      fault: 'any word is a legal ground',
      file: 'functions/rights/disclosures/disclosure-operations.ts',
      text: 'basis: z.enum(legalBasisIds),\n      /**',
      to: 'basis: z.string() as never,\n      /**',
      tests: authority,
    },
  ],
  D3: [
    {
      fault: 'a partner gets what its row does not list',
      file: 'lib/gate/disclose.ts',
      text: 'if (unlisted) throw new Error(`${id} is not listed as a recipient of ${unlisted}`);',
      to: '',
      tests: disclose,
    },
    {
      fault: 'an agreement runs a day longer than it says',
      file: 'lib/policy/agreements.ts',
      text: "if (daysLeft < 0) return { state: 'expired', daysLeft };",
      to: "if (daysLeft < -1) return { state: 'expired', daysLeft };",
      tests: [...disclose, ...authority],
    },
  ],
  D4: [
    {
      fault: 'who drafts a disclosure approves it',
      file: 'functions/rights/disclosures/decide.ts',
      text: "if (decision.state === 'approved' && before.draftedBy === staff)",
      to: "if (decision.state === 'approved' && staff === '')",
      tests: authority,
    },
    {
      fault: 'what a law keeps secret shows at once',
      file: 'functions/rights/disclosures/hand-out.ts',
      text: 'const line = isSecret ? [] : await lineOf',
      to: 'const line = isSecret && !after ? [] : await lineOf',
      tests: authority,
    },
  ],
  D5: [
    {
      fault: 'data may move while somebody is still to be told',
      file: 'functions/consent/plans/transfer.ts',
      text: 'if (count.pending > 0) throw pendingStill(count.pending, count.unaddressed);',
      to: '',
      tests: ['tests/notice/transfer.test.ts'],
    },
    {
      fault: 'a plan without recipient and contact is taken',
      file: 'functions/consent/plans/draft.ts',
      text: "if (flaws.length > 0) throw new AppError('INVALID_INPUT', { fields: flaws });",
      to: '',
      tests: ['tests/notice/transfer.test.ts'],
    },
  ],
  D6: [
    {
      fault: 'the staff looks and no line says so',
      file: 'lib/gate/staff.ts',
      text: 'const person = await appendEntry(deps, known, look);',
      to: 'const person = look.requestId === undefined ? await appendEntry(deps, known, look) : known;',
      tests: [...usage, 'tests/gate/guards.test.ts'],
    },
    {
      fault: 'what went to partners stands in no line',
      file: 'functions/rights/usage/ledger-lines.ts',
      text: "['staff.accessed', 'disclosure.made', 'transfer.taken'];",
      to: "['staff.accessed', 'transfer.taken'];",
      tests: usage,
    },
  ],
};
