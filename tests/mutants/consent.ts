import type { MutantsOf } from './mutant';

const acts = ['tests/consent/acts.test.ts'] as const;
const receipts = ['tests/consent/receipts.test.ts'] as const;
const publishing = ['tests/policy/publishing.test.ts'] as const;
const difference = ['tests/policy/difference.test.ts'] as const;

export const consent: MutantsOf<'K1' | 'K2' | 'K3' | 'K4' | 'K5' | 'K6' | 'K7'> = {
  K1: [
    {
      fault: 'a box that was ticked beforehand counts as a consent',
      file: 'functions/consent/act-operations.ts',
      text: "defaultState: z.literal('unchecked'),",
      to: 'defaultState: z.string(),',
      tests: acts,
    },
    {
      fault: 'a consent is bound to a version and not to the text that was shown',
      file: 'functions/consent/act.ts',
      text: 'if (policyVersion === version && textHash === current) return;',
      to: 'if (policyVersion === version && current) return;',
      tests: acts,
    },
  ],
  K2: [
    {
      fault: 'a sensitive kind is asked about like any other',
      file: 'lib/policy/choice.ts',
      text: "return ground.includes(SEPARATE) ? 'separate' : 'consent';",
      to: "return ground === SEPARATE ? 'separate' : 'consent';",
      tests: ['tests/policy/policy.test.ts', 'tests/policy/says.test.ts', ...acts],
    },
    {
      fault: 'one consent opens what another stands for',
      file: 'lib/table/person/consents.ts',
      text: 'const given = consentOf(person, purpose);',
      to: "const given = consentOf(person, purpose) ?? consentOf(person, purpose.startsWith('real-name') ? 'real-name' : purpose);",
      tests: ['tests/identity/journeys.test.ts', 'tests/identity/face.test.ts'],
    },
  ],
  K3: [
    {
      fault: 'what rested on a consent is there again as soon as it is given anew',
      file: 'functions/consent/act.ts',
      text: 'epoch: ends ? epoch + 1 : epoch,',
      to: 'epoch,',
      tests: [...acts, 'tests/consent/model.test.ts'],
    },
    {
      fault: 'a withdrawal asks for the newest text, and who has read an older one has to read again',
      file: 'functions/consent/act.ts',
      text: "const isOlder = choice === 'withdrawn' && policyVersion < version;",
      to: "const isOlder = choice === 'refused' && policyVersion < version;",
      tests: [...acts, 'tests/policy/model.test.ts'],
    },
  ],
  K4: [
    {
      fault: 'an old consent stretches over what has changed since',
      file: 'lib/table/person/consents.ts',
      text: 'return given?.granted === true && given.policyVersion >= reached;',
      to: 'return given?.granted === true && given.policyVersion >= Math.min(reached, 1);',
      tests: ['tests/policy/model.test.ts', ...publishing],
    },
    {
      fault: 'a kind that becomes more sensitive asks nobody again',
      file: 'lib/policy/harmless.ts',
      text: 'class: ({ was, is }) => kindClasses.indexOf(is.class) < kindClasses.indexOf(was.class),',
      to: 'class: always,',
      tests: difference,
    },
    {
      fault: 'a longer period asks nobody again',
      file: 'lib/policy/harmless.ts',
      text: 'return !mayOutlast(is, was);',
      to: 'return mayOutlast(is, was) || asText(is) !== asText(was);',
      tests: difference,
    },
  ],
  K5: [
    {
      fault: 'the same question comes again after a day',
      file: 'lib/consent/prompts-due.ts',
      text: 'export const ASK_AGAIN_AFTER_SECONDS = 48 * 3600;',
      to: 'export const ASK_AGAIN_AFTER_SECONDS = 24 * 3600;',
      tests: ['tests/consent/acts.test.ts', 'tests/consent/basic-service.test.ts'],
    },
    {
      fault: 'who refuses a change is asked again at once',
      file: 'lib/consent/prompts-due.ts',
      text: 'state.granted ? state.refusedAtSeconds : state.atSeconds;',
      to: 'state.granted ? undefined : state.atSeconds;',
      tests: ['tests/policy/model.test.ts', 'tests/consent/acts.test.ts'],
    },
  ],
  K6: [
    {
      fault: 'a receipt is given for an act that was altered',
      file: 'functions/consent/sound-entry.ts',
      text: "if (!(await ledger.isUnaltered(deps.ring, subjectId, item))) throw new AppError('RECORD_ALTERED');",
      to: '',
      tests: receipts,
    },
    {
      fault: 'the receipt of an act says another time later',
      file: 'functions/consent/receipt.ts',
      text: "'dct:created': entry.at,",
      to: "'dct:created': String(performance.now()),",
      tests: receipts,
    },
  ],
  K7: [
    {
      fault: 'one’s own list names what one has not agreed to',
      file: 'functions/consent/own-lists.ts',
      text: "if (!purpose || (purpose.basis === 'CONSENT' && !consent?.granted)) return [];",
      to: 'if (!purpose) return [];',
      tests: ['tests/rights/usage.test.ts'],
    },
    {
      fault: 'whoever was asked several times about somebody stands there with one',
      file: 'functions/consent/own-lists.ts',
      text: 'times: before.times + times,',
      to: 'times: Math.max(before.times, times),',
      tests: ['tests/rights/usage.test.ts'],
    },
  ],
};
