import type { MutantsOf } from './mutant';

const incident = ['tests/breach/incident.test.ts'] as const;
const rules = ['tests/breach/rules.test.ts'] as const;
const scope = ['tests/breach/scope.test.ts'] as const;
const notices = ['tests/breach/notices.test.ts'] as const;
const fanout = ['tests/notice/fanout.test.ts'] as const;
const report = ['tests/breach/report.test.ts'] as const;

export const breach: MutantsOf<'B1' | 'B2' | 'B3' | 'B4' | 'B5' | 'B6' | 'B7' | 'B8' | 'B9'> = {
  B1: [
    {
      fault: 'an incident is learned of tomorrow',
      file: 'functions/breach/valid-times.ts',
      text: "if (ms > nowMs) throw invalidInput(nameOf(field), '晚于现在');",
      to: '',
      tests: incident,
    },
    {
      fault: 'the same key with another moment of awareness is taken for a repeat',
      file: 'functions/breach/declare.ts',
      text: "if (!isSame) throw new AppError('IDEMPOTENCY_CONFLICT');",
      to: '',
      tests: incident,
    },
  ],
  B2: [
    {
      fault: 'exactly as many people as the rule says are one too few',
      file: 'lib/policy/incident/grade.ts',
      text: '(facts[of] ?? 0) >= from',
      to: '(facts[of] ?? 0) > from',
      tests: rules,
    },
    {
      fault: 'two hours late is in time',
      file: 'lib/policy/incident/duties.ts',
      text: 'doneAtMs > of.dueAtMs;',
      to: 'doneAtMs > of.dueAtMs + 2 * HOUR_MS;',
      tests: [...rules, ...report],
    },
  ],
  B3: [
    {
      fault: 'who is on a list and should not be is found all the same',
      file: 'lib/scope/verdict.ts',
      text: "return is === 'in' ? out : certainly();",
      to: "return is === 'out' ? certainly() : certainly();",
      tests: scope,
    },
    {
      fault: 'what is in doubt counts as certain',
      file: 'lib/scope/tally.ts',
      text: "[verdict.is === 'in' && isCertain ? 1 : 0, 1];",
      to: '[isCertain ? 1 : 0, 1];',
      tests: scope,
    },
  ],
  B4: [
    {
      fault: 'one of the items that the law lists is not asked for',
      file: 'lib/notice/text/flaws.ts',
      text: 'for (const id of noticeItemIds) {',
      to: "for (const id of noticeItemIds.filter((one) => one !== 'selfHelp')) {",
      tests: ['tests/notice/texts.test.ts', ...notices],
    },
    {
      fault: 'one officer is enough for a notice',
      file: 'lib/notice/kinds.ts',
      text: 'approvals: 2,',
      to: 'approvals: 1,',
      tests: notices,
    },
  ],
  B5: [
    {
      fault: 'who has two ways is told by the second before the first has answered',
      file: 'lib/notice/next-action.ts',
      text: "return from(answeredMs + rule.receiptWithinMs, 'next');",
      to: "return answeredMs > rule.receiptWithinMs ? 'next' : 'again';",
      tests: ['tests/notice/next-action.test.ts', ...fanout],
    },
    {
      fault: 'the books count as told only who has opened the notice',
      file: 'lib/notice/books.ts',
      text: "if (row && isDelivered(row)) return 'delivered';",
      to: "if (row?.openedAt && isDelivered(row)) return 'delivered';",
      tests: ['tests/notice/books.test.ts', ...fanout],
    },
  ],
  B6: [
    {
      fault: 'whom a throttled partner did not take is given up',
      file: 'lib/process/notice/send.ts',
      text: "sent.status === 'throttled' ? 'created' : sent.status",
      to: "sent.status === 'throttled' ? 'permanent-failure' : sent.status",
      tests: fanout,
    },
    {
      fault: 'a worker that was slower sends all the same',
      file: 'lib/process/notice/send.ts',
      text: '.filter((_, index) => won[index]);',
      to: '.filter((_, index) => won[index] !== undefined);',
      tests: [...fanout, 'tests/notice/disturbed.test.ts'],
    },
  ],
  B7: [
    {
      fault: 'a filed report is filed once more with other particulars',
      file: 'functions/breach/file-report.ts',
      text: 'if (before.fingerprint !== fingerprint || !isSame(before.submission, submission))',
      to: 'if (before.fingerprint !== fingerprint && !isSame(before.submission, submission))',
      tests: report,
    },
    {
      fault: 'a report that lacks an item is filed',
      file: 'functions/breach/file-report.ts',
      text: "if (missing) throw invalidInput(`items.${missing.id}`, '缺少这一项，不能报送');",
      to: '',
      tests: report,
    },
  ],
  B8: [
    {
      fault: 'the guardian of a child is not told',
      file: 'lib/process/notice/audience-of.ts',
      text: 'return [...told, ...guardians];',
      to: 'return [...told, ...guardians.slice(0, 0)];',
      tests: ['tests/breach/told.test.ts', ...fanout],
    },
    {
      fault: 'the guardian gets the words for the child',
      file: 'lib/notice/kinds.ts',
      text: "guardian: { subscribe: 'breach-guardian', sms: 'breach-guardian' },",
      to: "guardian: { subscribe: 'breach', sms: 'breach' },",
      tests: ['tests/breach/told.test.ts', 'tests/notice/texts.test.ts', ...fanout],
    },
  ],
  B9: [
    {
      fault: 'a drill is announced to everybody',
      file: 'functions/breach/move-notice.ts',
      text: '...(notice.drill ? [] : [await announcementOf(deps, known, nowMs)]),',
      to: '...[await announcementOf(deps, known, nowMs)],',
      tests: notices,
    },
    {
      fault: 'a measure that is tried in a drill is taken in earnest',
      file: 'functions/breach/contain.ts',
      text: 'const writes = before.drill ? [] : [await writeOf(deps, before, measureId, run.input, nowMs)];',
      to: 'const writes = [await writeOf(deps, before, measureId, run.input, nowMs)];',
      tests: ['tests/breach/containment.test.ts'],
    },
  ],
};
