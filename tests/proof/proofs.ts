/** What `npm test` takes a sample of and `npm run proof -- NAME` goes through as a whole. README.md has the same list. */
export const proofs: Record<string, { file: string; shows: string }> = {
  'location-switch': {
    file: 'tests/location/switch.test.ts',
    shows: 'every order of three acts after two beginnings: a place is kept exactly while it may be',
  },
  nearby: {
    file: 'tests/location/nearby.test.ts',
    shows: 'people nearby against a look at everybody, and what a thousand questions tell',
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
  crash: {
    file: 'tests/process/crash.test.ts',
    shows: 'every process killed at every call, with its messages lost, doubled and in any order, comes to one end',
  },
  help: { file: 'tests/operations/help.test.ts', shows: 'every command with --help' },
  'hostile-vcard': { file: 'tests/vcard/hostile.test.ts', shows: 'damaged and malicious files' },
};
