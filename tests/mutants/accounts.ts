import type { MutantsOf } from './mutant';

const arrivals = ['tests/login/arrivals.test.ts'] as const;
const phone = ['tests/login/phone.test.ts'] as const;
const links = ['tests/login/links.test.ts'] as const;
const ways = ['tests/login/ways.test.ts'] as const;
const sessions = ['tests/table/person.test.ts'] as const;
const partner = ['tests/partner/wechat.test.ts'] as const;
const web = ['tests/web/sign-in.test.ts'] as const;
const risk = ['tests/login/risk.test.ts'] as const;

export const accounts: MutantsOf<'A1' | 'A2' | 'A3' | 'A4' | 'A5' | 'A6' | 'A7'> = {
  A1: [
    {
      fault: 'who comes from another appid of ours is not recognised by their unionid',
      file: 'functions/login/sign-in.ts',
      text: 'if (union) return arriveByUnionid(deps, arrival, readPointer(union), requestId);',
      to: '',
      tests: arrivals,
    },
    {
      fault: 'who has an account enters another one by its phone',
      file: 'functions/login/sign-in-by-phone.ts',
      text: 'if (await leadsIn(deps, digest, requestId))',
      to: 'if ((await leadsIn(deps, digest, requestId)) && !input.phoneCode)',
      tests: arrivals,
    },
  ],
  A2: [
    {
      fault: 'a script on the page reads the session',
      file: 'lib/host/cookie.ts',
      text: 'Path=/; Secure; HttpOnly; SameSite=Strict',
      to: 'Path=/; Secure; SameSite=Strict',
      tests: web,
    },
    {
      fault: 'a browser’s session passes for the phone’s when it comes as a token',
      file: 'lib/gate/browser.ts',
      text: "if (rule === 'never' && isOfBrowser) throw",
      to: "if (rule === 'never' && isOfBrowser && !token) throw",
      tests: ways,
    },
  ],
  A3: [
    {
      fault: 'a number that was given to another mini-program is bound',
      file: 'lib/partner/wechat-phone.ts',
      text: "if (watermark.appid !== server.appid) throw new AppError('LOGIN_CODE_INVALID');",
      to: '',
      tests: partner,
    },
    {
      fault: 'a number moves from the account that has it',
      file: 'lib/table/person/phone.ts',
      text: "const freeOrMine = 'attribute_not_exists(pk) OR subjectId = :me';",
      to: "const freeOrMine = 'attribute_not_exists(pk) OR subjectId >= :me OR subjectId < :me';",
      tests: phone,
    },
  ],
  A4: [
    {
      fault: 'a session by a linked entry outlives the link',
      file: 'lib/table/person/linked-entry.ts',
      text: 'change: { standing: { entryEpoch: entryEpoch + 1 } }',
      to: 'change: { standing: { entryEpoch } }',
      tests: links,
    },
    {
      fault: 'a link that was made again after a withdrawal is not listed',
      file: 'functions/login/links.ts',
      text: 'readLinkedEntry(item, linkEpoch(person)) ?? []',
      to: 'readLinkedEntry(item, 0) ?? []',
      tests: links,
    },
  ],
  A5: [
    {
      fault: 'of all other sessions the first alone is ended',
      file: 'functions/login/end-session.ts',
      text: 'filter((id) => id !== caller.sessionId);',
      to: 'filter((id) => id !== caller.sessionId).slice(0, 1);',
      tests: sessions,
    },
    {
      fault: 'what an ended session has let in stays in',
      file: 'lib/table/person/sessions.ts',
      text: 'return value.from === undefined || liveSession(person, value.from, at) ? value : undefined;',
      to: 'return value;',
      tests: web,
    },
  ],
  A6: [
    {
      fault: 'a proof for one act is good for another on the same target',
      file: 'lib/gate/proof.ts',
      text: 'return `${operation}|${target}`;',
      to: 'return `${operation.slice(0, 0)}|${target}`;',
      tests: phone,
    },
    {
      fault: 'a proof that was made in one session is good in another',
      file: 'lib/table/sign-in/self-proof.ts',
      text: "const sameSession = 'sessionId = :session';",
      to: "const sameSession = '(sessionId = :session OR attribute_exists(sessionId))';",
      tests: phone,
    },
  ],
  A7: [
    {
      fault: 'a limit on what goes to a partner is counted and never met',
      file: 'lib/table/sign-in/limit-counter.ts',
      text: "'attribute_not_exists(pk) OR #count < :max'",
      to: "'attribute_not_exists(pk) OR #count < :max OR #count >= :max'",
      tests: ['tests/gate/pair-limits.test.ts', 'tests/login/phone.test.ts'],
    },
    {
      fault: 'who is ranked at the threshold is let through',
      file: 'lib/gate/risk.ts',
      text: 'rank >= risk.refusedFrom',
      to: 'rank > risk.refusedFrom',
      tests: risk,
    },
  ],
};
