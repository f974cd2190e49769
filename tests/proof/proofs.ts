/**
 * What `npm test` takes a sample of and `npm run proof -- NAME` goes through as a whole. docs/proofs.md has the same list. A proof
 * that runs tests itself has a program of its own, which takes what stands behind the name.
 */
export const proofs: Record<string, { file: string; shows: string; program?: string }> = {
  mutants: {
    file: 'tests/mutants/mutants.test.ts',
    program: 'tests/mutants/run.ts',
    shows:
      'faults of every promise (`-- mutants ID ...` of some), planted one at a time: each turns the row of its promise red, and a test',
  },
  fuzz: {
    file: 'tests/gate/fuzz.test.ts',
    shows:
      'more than 21 000 calls of every operation by its schema and by its usual input spoilt: none fails, pollutes or is logged',
  },
  'erased-judge': {
    file: 'tests/judge/erased.test.ts',
    shows:
      'of somebody who used everything nothing is found after the end of their account, anywhere, in any form, by any key',
  },
  bound: {
    file: 'tests/table/bound.test.ts',
    shows:
      'of every entity that opens a door each covered attribute, altered, mixed with an earlier version, moved or unbound, is refused',
  },
  replayed: {
    file: 'tests/table/replayed.test.ts',
    shows:
      'every earlier version and every deleted item of what opens a door, put back into the table, is named',
  },
  heads: {
    file: 'tests/process/heads.test.ts',
    shows:
      'whose chain ends before what the locked bucket noted of it is named that night, and nobody erased, joined or restored wrongly',
  },
  'first-write': {
    file: 'tests/process/end-account.test.ts',
    shows: 'the first write of an erasure costs the same for ten items and for ten thousand',
  },
  periods: { file: 'tests/policy/retention.test.ts', shows: 'when periods of days and calendar months end' },
  'swept-parts': {
    file: 'tests/retention/swept-parts.test.ts',
    shows: 'what has ended is swept once, in as few pages, and in the memory of two pages, whatever is due',
  },
  years: {
    file: 'tests/retention/years.test.ts',
    shows:
      'over years in days and jumps everything is stored as long as the policy says and no longer, against a plain model',
  },
  'location-switch': {
    file: 'tests/location/switch.test.ts',
    shows: 'every order of three acts after two beginnings: a place is kept exactly while it may be',
  },
  places: {
    file: 'tests/location/places-end.test.ts',
    shows: 'a hundred thousand places end with one write, and what lies there opens with no key there is',
  },
  nearby: {
    file: 'tests/location/nearby.test.ts',
    shows: 'people nearby against a look at everybody, and what a thousand questions tell',
  },
  ways: {
    file: 'tests/login/ways.test.ts',
    shows:
      'whatever rests on a way into an account ends with it, by whatever it ends and whatever is tried later',
  },
  'many-acts': {
    file: 'tests/consent/many-acts.test.ts',
    shows: 'a person with a hundred thousand acts of consent costs what one with two costs',
  },
  'consent-model': {
    file: 'tests/consent/model.test.ts',
    shows: 'consents against a plain model of two times',
  },
  lawful: { file: 'tests/consent/lawful.test.ts', shows: 'what was lawful when, against a naive reckoning' },
  'policy-model': {
    file: 'tests/policy/model.test.ts',
    shows: 'versions of the policy against a plain model of who is asked again',
  },
  cards: { file: 'tests/journeys/concurrent.test.ts', shows: 'cards and consent against a plain model' },
  'card-history': {
    file: 'tests/cards/own-cards.test.ts',
    shows: 'versions of a card against a plain model',
  },
  who: {
    file: 'tests/identity/who.test.ts',
    shows:
      'who is taken for whom: ways, claims, ages, guardians and what is shown to everyone, each against each',
  },
  claims: {
    file: 'tests/identity/claims.test.ts',
    shows: 'fifty accounts that claim one number or one network identity: one has it',
  },
  refusals: {
    file: 'tests/profile/refusals.test.ts',
    shows: 'whatever is refused, everything else of a profile goes on',
  },
  importable: {
    file: 'tests/client/openapi.test.ts',
    shows:
      'the OpenAPI document draws no warning from a strict linter, and Postman imports every operation (fetches both from npm)',
  },
  aws: {
    file: 'tests/packaging/aws.test.ts',
    shows: 'what is deployed to each region of AWS in China',
  },
  'new-field': {
    file: 'tests/cards/new-field.test.ts',
    shows: 'a field of the card does not compile with anything left out',
  },
  residency: {
    file: 'tests/packaging/residency.test.ts',
    shows: 'no command of the framework takes another region or stage, or staff who sign in abroad',
  },
  hosts: {
    file: 'tests/hosts/contract.test.ts',
    shows: 'hostile input gets the same answer under the runtime of CloudBase',
  },
  'picture-memory': {
    file: 'tests/picture/codecs.test.ts',
    shows: 'the memory of a codec is enough for the largest picture of every type and shape',
  },
  'spoilt-pictures': {
    file: 'tests/picture/redraw.test.ts',
    shows: 'a picture cut short or spoilt anywhere: a picture or a refusal',
  },
  'hidden-jpeg': {
    file: 'tests/picture/hostile-jpeg.test.ts',
    shows: 'a picture hidden behind any marker at any place of a JPEG is never the one decoded',
  },
  'picture-parts': {
    file: 'tests/picture/hostile-chunks.test.ts',
    shows: 'parts of a WebP or PNG in any order show reader and decoder one size',
  },
  'may-show': {
    file: 'tests/cards/may-show.test.ts',
    shows: 'every way to see something of somebody, and every event that ends it',
  },
  'location-attack': {
    file: 'tests/location/attack.test.ts',
    shows:
      'twelve accounts that ask for a week rank the square of their target no better than chance among nine',
  },
  visibility: {
    file: 'tests/cards/visibility.test.ts',
    shows: 'verdicts and audiences of fields in any order',
  },
  logo: { file: 'tests/cards/logo.test.ts', shows: 'what becomes of a logo in any order of acts' },
  folder: {
    file: 'tests/cards/exchange.test.ts',
    shows: 'a folder of 10 000 cards, and who holds what against a plain model',
  },
  vcard: { file: 'tests/vcard/round-trip.test.ts', shows: 'vCards written and read again' },
  permission: {
    file: 'tests/gate/permission.test.ts',
    shows: 'every operation held at every trip while what it rests on ends',
  },
  'plaintext-reads': {
    file: 'tests/rights/plaintext-reads.test.ts',
    shows:
      'whoever a call of the staff opens, and every call of a partner, has exactly one line of who used their data',
  },
  'export-ends': {
    file: 'tests/rights/export-ends.test.ts',
    shows: 'every operation of a person: where a record of theirs has gone, no export made before it opens',
  },
  'withdrawn-meanwhile': {
    file: 'tests/gate/withdrawn-meanwhile.test.ts',
    shows: 'a consent withdrawn at every trip of a call that sends: nothing is sent after it, nothing stays',
  },
  'erased-person': {
    file: 'tests/gate/erased-person.test.ts',
    shows:
      'every operation with its caller erased, or everybody else: none fails, and nothing of theirs opens',
  },
  closing: {
    file: 'tests/gate/closing.test.ts',
    shows: 'every operation by somebody who has closed their account, and about them: they are only stored',
  },
  life: {
    file: 'tests/table/life.test.ts',
    shows: 'every move of a person’s life from every state, allowed and refused by the table itself',
  },
  'every-text': {
    file: 'tests/cards/every-text.test.ts',
    shows: 'a risky word in any text of a card is never seen by others',
  },
  'held-writes': {
    file: 'tests/gate/held-writes.test.ts',
    shows: 'every operation with its writes held: none answers before they are done',
  },
  readers: {
    file: 'tests/table/readers.test.ts',
    shows: 'things that nobody has made are exported, explained, in scope, swept and erased',
  },
  erased: {
    file: 'tests/table/erased.test.ts',
    shows: 'nothing names what was erased of a person verified in any of the three ways',
  },
  units: {
    file: 'tests/table/units.test.ts',
    shows: 'what DynamoDB bills for writes of any item is what the meter of the tests reckons',
  },
  'rights-strangers': {
    file: 'tests/rights/strangers.test.ts',
    shows: 'somebody else’s number in every id field of every operation on rights finds and changes nothing',
  },
  'transfer-package': {
    file: 'tests/rights/transfer.test.ts',
    shows: 'a package for another service that is changed or cut anywhere verifies no more',
  },
  'export-slope': {
    file: 'tests/rights/export-slope.test.ts',
    shows:
      'ten thousand records are exported in the memory of one piece, no step in more trips than of a few',
  },
  'first-sign-in': {
    file: 'tests/table/person.test.ts',
    shows: 'a hundred first sign-ins of one person at once make one account',
  },
  chain: {
    file: 'tests/table/chain.test.ts',
    shows: 'a chain with anything in it altered, moved, swapped or dropped is found broken there',
  },
  judge: {
    file: 'tests/judge/random.test.ts',
    shows: 'head-counts and ledgers against the raw table after every operation of any sequence',
  },
  'journey-judge': {
    file: 'tests/judge/journey.test.ts',
    shows:
      'head-counts, ledgers, seals and exports against the raw table after every operation of a whole journey',
  },
  maker: {
    file: 'tests/table/maker.test.ts',
    shows: 'a maker that forgets any one thing it derives is found out',
  },
  crash: {
    file: 'tests/process/crash.test.ts',
    shows:
      'every process killed at every call, with its messages lost, doubled and in any order, comes to one end',
  },
  reference: {
    file: 'tests/notice/reference.test.ts',
    shows: 'whom a message is for comes back as it went, and nobody else can make it',
  },
  fanout: {
    file: 'tests/notice/disturbed.test.ts',
    shows:
      'a notice killed at every call, and by partners that lie and throttle: nobody missed, nobody told twice',
  },
  'killed-workers': {
    file: 'tests/notice/killed-workers.test.ts',
    shows:
      'a notice in real processes killed by SIGKILL at every step, by partners that lie, against the sandbox’s own receipts',
  },
  'fanout-pace': {
    file: 'tests/notice/pace.test.ts',
    shows: 'a notice to 20 000 people takes as long as its channels’ quotas, and asks none faster',
  },
  'fanout-slope': {
    file: 'tests/notice/slope.test.ts',
    shows: 'write units, trips and memory for each of 1 000, 20 000 and 100 000 people told: the same',
  },
  rotation: {
    file: 'tests/process/rotation.test.ts',
    shows:
      'a rotation of keys killed about every step and started again: everybody under one version, nothing lost',
  },
  'lost-lines': {
    file: 'tests/trail/lost-lines.test.ts',
    shows: 'of a log with lines lost or doubled: whoever was opened is named, or the moment is in doubt',
  },
  'killed-opening': {
    file: 'tests/trail/killed.test.ts',
    shows: 'a process killed anywhere between its log and what it opens has named whom it was about to open',
  },
  leaks: {
    file: 'tests/breach/leaks.test.ts',
    shows:
      'who is affected by a leak, against what really happened in random histories: the truth is within bounds',
  },
  scope: {
    file: 'tests/breach/scope.test.ts',
    shows: 'the computation of a scope killed at every call, with its messages doubled, comes to one end',
  },
  restored: {
    file: 'tests/process/restored-ends.test.ts',
    shows:
      'all that had ended since a backup, brought about again and killed at every call, comes to one end',
  },
  holds: {
    file: 'tests/hold/interleaved.test.ts',
    shows:
      'holds that come and go in any order over records that end, in processes that are killed, against a plain model',
  },
  drill: {
    file: 'tests/local/drill.test.ts',
    shows:
      'a leak of each sort among 2 000 people, and the whole plan after it: everything met, nothing left',
  },
  documents: {
    file: 'tests/documents/documents.test.ts',
    shows:
      'every block of every document, twice and in any order beside one service, does what the page says and leaves nothing behind',
  },
  start: {
    file: 'tests/local/start.test.ts',
    shows: 'npm start in every way, each served, walked through and ended',
  },
  help: {
    file: 'tests/operations/help.test.ts',
    shows: 'every command with --help and with a wrong option, in both languages',
  },
  'others-files': {
    file: 'tests/vcard/others-files.test.ts',
    shows: "cards as other people's programs write them",
  },
  'hostile-vcard': { file: 'tests/vcard/hostile.test.ts', shows: 'damaged and malicious files' },
};
