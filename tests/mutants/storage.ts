import type { MutantsOf } from './mutant';

const residency = ['tests/packaging/residency.test.ts'] as const;
const holds = ['tests/hold/holds.test.ts'] as const;
const sealing = ['tests/table/sealing.test.ts'] as const;
const chain = ['tests/table/chain.test.ts'] as const;

export const storage: MutantsOf<'S1' | 'S2' | 'S3' | 'S4' | 'S5' | 'S6' | 'S7' | 'S8' | 'S9'> = {
  S1: [
    {
      fault: 'a host that only contains the name of an allowed one is inside',
      file: 'lib/policy/residency.ts',
      text: 'hostname.endsWith(host) : hostname === host,',
      to: 'hostname.endsWith(host) : hostname.startsWith(host),',
      tests: residency,
    },
    {
      fault: 'the queue of notices may lie anywhere',
      file: 'lib/config.ts',
      text: "NOTICE_QUEUE_URL: 'host',",
      to: "NOTICE_QUEUE_URL: 'nowhere',",
      tests: residency,
    },
  ],
  S2: [
    {
      fault: 'what has ended is shown until it is swept',
      file: 'lib/table/client.ts',
      text: '!isFrozen(item) && !(Number(item.expiresAtSeconds) <= toEpochSeconds(clock.now()));',
      to: '!isFrozen(item) && (clock !== undefined || toEpochSeconds(0) === 0);',
      tests: ['tests/table/client.test.ts', 'tests/table/swept.test.ts'],
    },
    {
      fault: 'the evidence of an end has no digest of what has gone',
      file: 'lib/process/sweep/end-items.ts',
      text: 'digest: await digestOf(ring, some),',
      to: '',
      tests: ['tests/table/swept.test.ts', 'tests/retention/swept-parts.test.ts'],
    },
  ],
  S3: [
    {
      fault: 'who places a hold releases it',
      file: 'functions/retention/end-hold.ts',
      text: 'if (placedBy === caller.staffId)',
      to: "if (placedBy === '')",
      tests: holds,
    },
    {
      fault: 'a hold keeps more than it names',
      file: 'lib/table/hold/in-scope.ts',
      text: 'if (named && !kinds.some((kind) => named.includes(kind))) return undefined;',
      to: '',
      tests: holds,
    },
  ],
  S4: [
    {
      fault: 'a period below what the law asks is shown as possible',
      file: 'functions/retention/preview.ts',
      text: "if (minimum && mayOutlast(minimum, period)) refuse('period', '短于法律规定的最短期限');",
      to: '',
      tests: ['tests/retention/forecast.test.ts', 'tests/policy/retention.test.ts'],
    },
    {
      fault: 'a preview shows another day than the effect',
      file: 'functions/retention/preview.ts',
      text: 'const until = beijingDay(Math.max(endsAtSeconds * 1000, nowMs));',
      to: 'const until = beijingDay(nowMs);',
      tests: ['tests/retention/forecast.test.ts'],
    },
  ],
  S5: [
    {
      fault: 'a blob opens in another item of the same person',
      file: 'lib/table/sealer.ts',
      text: 'const bound = (place: string) => `${subjectId}|${place}|${FORM}`;',
      to: 'const bound = (place: string) => `${subjectId}|${place.slice(0, 0)}|${FORM}`;',
      tests: sealing,
    },
    {
      fault: '国密 is asked for and AES is taken',
      file: 'lib/table/sealer.ts',
      text: 'seal: (plaintext, place) => seal(suite, dataKey, plaintext, bound(place), random),',
      to: "seal: (plaintext, place) => seal('aes', dataKey, plaintext, bound(place), random),",
      tests: [...sealing, 'tests/crypto/suite.test.ts'],
    },
  ],
  S6: [
    {
      fault: 'the staff looks under any number',
      file: 'lib/gate/staff.ts',
      text: 'basis?.demand(row, member.staffId, movesOn);',
      to: '',
      tests: ['tests/rights/tickets.test.ts', 'tests/gate/guards.test.ts'],
    },
    {
      fault: 'the staff looks without the role for it',
      file: 'lib/gate/staff.ts',
      text: 'if (!member.roles.some((role) => roles.includes(role)))',
      to: 'if (member.roles.length + roles.length === 0)',
      tests: ['tests/gate/guards.test.ts'],
    },
  ],
  S7: [
    {
      fault: 'people are served before all that had ended has ended again',
      file: 'lib/gate/dispatch.ts',
      text: "if (deps.policy.isRestored() && !operation.worksRestored) throw new AppError('RESTORING');",
      to: '',
      tests: ['tests/process/re-erase.test.ts'],
    },
    {
      fault: 'a consent that was withdrawn after the backup is back',
      file: 'lib/process/re-erase/consent.ts',
      text: "if (!before || !isBack(before, end)) return 'done';",
      to: "if (!before || isBack(before, end)) return 'done';",
      tests: ['tests/process/re-erase.test.ts', 'tests/process/restored-ends.test.ts'],
    },
  ],
  S8: [
    {
      fault: 'the device is noted before the notice',
      file: 'lib/gate/authenticate.ts',
      text: 'if (!person.noticedAt || !stored) return;',
      to: 'if (!stored) return;',
      tests: ['tests/gate/guards.test.ts', 'tests/journeys/first-day.test.ts'],
    },
    {
      fault: 'the caller’s own text reaches the log as the name of an operation',
      file: 'lib/gate/dispatch.ts',
      text: "`${functionName}/${found ? call.operation : '(unknown)'}`",
      to: '`${functionName}/${call.operation}`',
      tests: ['tests/gate/bad-input.test.ts'],
    },
  ],
  S9: [
    {
      fault: 'the checksum of an entry leaves out who of the staff it was',
      file: 'lib/table/ledger/chain.ts',
      text: "['hash', ...(declaration.indexes ?? [])];",
      to: "['hash', 'staff', ...(declaration.indexes ?? [])];",
      tests: [...chain, 'tests/table/ledger.test.ts'],
    },
    {
      fault: 'an entry that was cut from the end is not missed',
      file: 'lib/table/ledger/chain.ts',
      text: 'if (items.length === 0) return broken(at, at.seq + 1);',
      to: 'if (items.length === 0) return { at, whole: at.seq - from.seq };',
      tests: [...chain, 'tests/table/ledger.test.ts'],
    },
    {
      fault: 'what was once true is put back, and nobody is told',
      file: 'lib/table/changes/put-back.ts',
      text: 'if (!after) return undefined;',
      to: 'if (after !== null) return undefined;',
      tests: ['tests/table/replayed.test.ts'],
    },
  ],
};
