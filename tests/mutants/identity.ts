import type { MutantsOf } from './mutant';

const journeys = ['tests/identity/journeys.test.ts'] as const;
const face = ['tests/identity/face.test.ts'] as const;
const who = ['tests/identity/who.test.ts'] as const;
const minors = ['tests/identity/minors.test.ts'] as const;
const appeals = ['tests/identity/appeals.test.ts'] as const;
const faceid = ['tests/partner/faceid.test.ts'] as const;

export const identity: MutantsOf<'N1' | 'N2' | 'N3' | 'N4' | 'N5' | 'N6' | 'N7'> = {
  N1: [
    {
      fault: 'what the register contradicts counts as verified',
      file: 'functions/identity/check-outcome.ts',
      text: "MISMATCH: 'NOT_VERIFIED',",
      to: "MISMATCH: 'VERIFIED',",
      tests: journeys,
    },
    {
      fault: 'the network identity asks for a name as well',
      file: 'functions/identity/ways.ts',
      text: "asks: ['networkProof'],",
      to: "asks: ['name', 'networkProof'],",
      tests: journeys,
    },
    {
      fault: 'with a phone number only name and number are checked',
      file: 'functions/identity/verify.ts',
      text: "phone: 'checkPhone'",
      to: "phone: 'checkIdCard'",
      tests: journeys,
    },
  ],
  N2: [
    {
      fault: 'a living face that is somebody else’s passes',
      file: 'lib/partner/faceid.ts',
      text: 'ErrCode === 0 && LiveStatus === 0 && Comparestatus === 0 && Number(Sim) >= SAME_PERSON_SIMILARITY;',
      to: 'ErrCode === 0 && LiveStatus === 0 && Number(Sim) >= SAME_PERSON_SIMILARITY;',
      tests: [...face, ...faceid],
    },
    {
      fault: 'the face check goes by the consent to a real name alone',
      file: 'lib/table/real-name/real-name.ts',
      text: "face: ['real-name', 'real-name-face'],",
      to: "face: ['real-name'],",
      tests: face,
    },
    {
      fault: 'images that the partner sends alarm nobody',
      file: 'lib/partner/faceid.ts',
      text: "if (carriesImages(response)) alarm('GetDetectInfoEnhanced', 'images');",
      to: 'carriesImages(response);',
      tests: [...face, ...faceid],
    },
  ],
  N3: [
    {
      fault: 'the name is kept whole',
      file: 'functions/identity/verify.ts',
      text: 'maskedName: maskName(given.name),',
      to: 'maskedName: given.name,',
      tests: journeys,
    },
    {
      fault: 'a number verifies as many accounts as claim it',
      file: 'functions/identity/verify.ts',
      text: "deps.ring.digest('id-number', given.idNumber)",
      to: "deps.ring.digest('id-number', `${subjectId}${given.idNumber}`)",
      tests: ['tests/identity/claims.test.ts', ...journeys],
    },
  ],
  N4: [
    {
      fault: 'on the fourteenth birthday itself no guardian is asked',
      file: 'functions/identity/age.ts',
      text: "if (today <= birthday(birthDate, 14)) return 'under-14';",
      to: "if (today < birthday(birthDate, 14)) return 'under-14';",
      tests: ['tests/identity/numbers.test.ts', ...minors],
    },
    {
      fault: 'a guardian without a phone of their own answers',
      file: 'functions/identity/who-may-answer.ts',
      text: '!minorMark.is(mark) && holdsPhone(reachVersions, person, bound))',
      to: '(!minorMark.is(mark) || holdsPhone(reachVersions, person, bound)))',
      tests: [...minors, ...who],
    },
    {
      fault: 'a guardian whose phone goes while they answer has answered',
      file: 'functions/identity/who-may-answer.ts',
      text: 'noMinor(subjectId), stillBound(subjectId, bound), stillVerified(surely)',
      to: 'noMinor(subjectId), stillVerified(surely)',
      tests: who,
    },
  ],
  N5: [
    {
      fault: 'the register says what was sent and not what came of it',
      file: 'lib/gate/disclose.ts',
      text: "act: 'disclosure.answered', cause, result }) as const;",
      to: "act: 'disclosure.answered', cause, result: 'ANSWERED' + result.slice(0, 0) }) as const;",
      tests: ['tests/gate/disclose.test.ts', ...journeys],
    },
    {
      fault: 'the register does not say by which way',
      file: 'lib/gate/disclose.ts',
      text: 'requestId, ...(way && { way }) } as const;',
      to: 'requestId } as const;',
      tests: ['tests/gate/disclose.test.ts', ...journeys],
    },
  ],
  N6: [
    {
      fault: 'the person reads the decision and not its reason',
      file: 'functions/identity/appeal.ts',
      text: 'reasonGiven: reason,',
      to: 'reasonGiven: decision,',
      tests: appeals,
    },
    {
      fault: 'a claim that a human has overturned stays where it is',
      file: 'functions/identity/appeal-effects.ts',
      text: 'taken: releaseTheClaim,',
      to: 'taken: async () => ({ kinds: [], writes: [] }),',
      tests: who,
    },
    {
      fault: 'an appeal against one claim releases another',
      file: 'functions/identity/appeal-effects.ts',
      text: 'release.heldBy)) !== claimId)',
      to: 'release.heldBy)) === `${claimId}!`)',
      tests: who,
    },
  ],
  N7: [
    {
      fault: 'a threshold rings one person late',
      file: 'functions/identity/gauges.ts',
      text: 'persons >= threshold.persons',
      to: 'persons > threshold.persons',
      tests: ['tests/identity/gauges.test.ts'],
    },
    {
      fault: 'who is gone goes on being counted',
      file: 'lib/table/gauge/counting.ts',
      text: 'for (const kind of holds[index] ?? []) mine.set(kind, (mine.get(kind) ?? 0) - 1);',
      to: '',
      tests: ['tests/table/counting.test.ts', 'tests/identity/gauges.test.ts'],
    },
  ],
};
