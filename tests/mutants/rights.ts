import type { MutantsOf } from './mutant';

const exports = ['tests/rights/export.test.ts', 'tests/table/exported.test.ts'] as const;
const tickets = ['tests/rights/tickets.test.ts'] as const;
const closing = ['tests/rights/closing.test.ts'] as const;
const acts = ['tests/rights/acts.test.ts'] as const;

export const rights: MutantsOf<'R1' | 'R2' | 'R3' | 'R4' | 'R5' | 'R6' | 'R7' | 'R8' | 'R9'> = {
  R1: [
    {
      fault: 'the number of somebody else is exported',
      file: 'lib/table/readers/export.ts',
      text: "return storage !== 'digest' && refersTo === undefined && !kinds.includes('key-material');",
      to: "return storage !== 'digest' && refersTo !== '' && !kinds.includes('key-material');",
      tests: exports,
    },
    {
      fault: 'what was sealed is missing in the export',
      file: 'lib/table/readers/export.ts',
      text: 'const opens = sealer !== undefined || !isSealed(item, entity);',
      to: 'const opens = sealer !== undefined && !isSealed(item, entity);',
      tests: exports,
    },
  ],
  R2: [
    {
      fault: 'a wrong result that was corrected stays',
      file: 'functions/rights/correct/correct.ts',
      text: "const writes = what === 'real-name' ? endRealNames(there) :",
      to: "const writes = what === 'real-name' ? endRealNames(there.slice(0, 0)) :",
      tests: acts,
    },
    {
      fault: 'a correction is told to whoever was given anything',
      file: 'lib/process/recipients.ts',
      text: 'filter((kind) => !only || only.has(kind)) ?? [];',
      to: 'filter((kind) => !only || kind !== undefined) ?? [];',
      tests: acts,
    },
  ],
  R3: [
    {
      fault: 'what leads to somebody erased stays',
      file: 'lib/table/replace.ts',
      text: 'return [{ Delete: { Key: { pk, sk }, ...asSeen }, seen: item }, ...gone];',
      to: 'return [{ Delete: { Key: { pk, sk }, ...asSeen }, seen: item }, ...gone.slice(0, 1)];',
      tests: ['tests/table/erase-steps.test.ts', 'tests/table/erased.test.ts'],
    },
    {
      fault: 'an erased part is shown until its erasure has come to it',
      file: 'functions/rights/erase-part.ts',
      text: 'state: { ...stands, epoch: stands.epoch + 1 },',
      to: 'state: { ...stands, epoch: stands.epoch },',
      tests: ['tests/rights/erase-part.test.ts'],
    },
  ],
  R4: [
    {
      fault: 'the cooling-off takes two weeks',
      file: 'lib/policy/closing.ts',
      text: 'export const COOLING_OFF_DAYS = 7;',
      to: 'export const COOLING_OFF_DAYS = 14;',
      tests: closing,
    },
    {
      fault: 'an account that is being closed goes on as before',
      file: 'lib/table/person/life.ts',
      text: "to: ['active', 'restricted', 'erased', 'held'],\n    self: 'ends',",
      to: "to: ['active', 'restricted', 'erased', 'held'],\n    self: 'all',",
      tests: [...closing, 'tests/gate/closing.test.ts'],
    },
  ],
  R5: [
    {
      fault: 'a session alone is enough to have an account closed by the staff',
      file: 'lib/table/ticket/states.ts',
      text: "if (!ticket || ticket.proof === 'session')",
      to: 'if (!ticket)',
      tests: [...closing, ...tickets],
    },
    {
      fault: 'who proposes a refusal decides on it',
      file: 'lib/gate/ticket.ts',
      text: 'if (seen.proposedBy === staffId)',
      to: "if (seen.proposedBy === '')",
      tests: tickets,
    },
  ],
  R6: [
    {
      fault: 'tickets have twenty working days',
      file: 'lib/table/ticket/open-ticket.ts',
      text: 'export const TICKET_WORKING_DAYS = 15;',
      to: 'export const TICKET_WORKING_DAYS = 20;',
      tests: ['tests/table/desk.test.ts'],
    },
    {
      fault: 'a Saturday on which China works is no working day',
      file: 'lib/policy/working-days.ts',
      text: 'if (isWorkday(on) || ',
      to: 'if ((isWorkday(on) && new Date(at).getUTCDay() % 6 !== 0) || ',
      tests: ['tests/table/desk.test.ts'],
    },
  ],
  R7: [
    {
      fault: 'a restricted account is used as before',
      file: 'lib/table/person/life.ts',
      text: "to: ['active', 'closing', 'held', 'deceased'],\n    self: 'ends',",
      to: "to: ['active', 'closing', 'held', 'deceased'],\n    self: 'all',",
      tests: ['tests/table/life.test.ts', ...acts],
    },
    {
      fault: 'who reports a death confirms it',
      file: 'functions/rights/deceased/death.ts',
      text: 'if (staff === run.caller.staffId)',
      to: "if (staff === '')",
      tests: acts,
    },
  ],
  R8: [
    {
      fault: 'the words of a duplicate replace the first ones',
      file: 'lib/table/ticket/open-ticket.ts',
      text: 'words: [...value.words, said],',
      to: 'words: [said],',
      tests: tickets,
    },
    {
      fault: 'an answer is rated anew',
      file: 'functions/rights/tickets/own-tickets.ts',
      text: 'if (value.rating !== undefined)',
      to: 'if (value.rating === rating)',
      tests: tickets,
    },
  ],
  R9: [
    {
      fault: 'a revocation at WeChat is noted and nothing ends',
      file: 'functions/events/note-authorisation.ts',
      text: "const begins = Event === 'user_info_modified' ? [] :",
      to: "const begins = Event !== 'user_authorization_cancellation' ? [] :",
      tests: ['tests/events/duties.test.ts'],
    },
    {
      fault: 'an account that was given up at WeChat is not closed here',
      file: 'functions/events/note-authorisation.ts',
      text: "const begins = Event === 'user_info_modified' ? [] : ",
      to: "const begins = Event !== 'user_authorization_revoke' ? [] : ",
      tests: ['tests/events/duties.test.ts'],
    },
  ],
};
