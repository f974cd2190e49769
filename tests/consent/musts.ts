/**
 * What the W3C guide "Consent Records and Receipts as per ISO/IEC TS 27560:2023 using DPV" says MUST be present in a receipt, its
 * record and every entity: field by field, in its order and by its names. It shares nothing with what makes receipts.
 */

type Node = Record<string, unknown>;
type Must = readonly [field: string, of: (receipt: Node) => boolean];

const all = (value: unknown): Node[] =>
  [value].flat().filter((one): one is Node => typeof one === 'object' && one !== null);
const isText = (value: unknown) => typeof value === 'string' && value.trim() !== '';
const types = (node: Node) => [node['@type']].flat();
const has = (node: Node | undefined, ...names: string[]) => names.every((name) => isText(node?.[name]));
const some = (nodes: Node[], holds: (node: Node) => boolean) => nodes.length > 0 && nodes.every(holds);

const record = (receipt: Node): Node => all(receipt['dpv:hasRecordOfActivity'])[0] ?? {};
const process = (receipt: Node): Node => all(record(receipt)['dpv:hasProcess'])[0] ?? {};
const of = (name: string) => (receipt: Node) => all(record(receipt)[name]);
const inProcess = (name: string) => (receipt: Node) => all(process(receipt)[name]);

const controllers = of('dpv:hasDataController');
/** Every recipient but one that stands elsewhere in full, by its IRI. */
const recipients = (receipt: Node) =>
  inProcess('dpv:hasRecipient')(receipt).filter(
    (one) => !controllers(receipt).some((known) => known['@id'] === one['@id']),
  );
const entities = (receipt: Node) => [...controllers(receipt), ...recipients(receipt)];
const data = inProcess('dpv:hasPersonalData');
const statuses = of('dpv:hasConsentStatus');
const roles = ['dpv:DataController', 'dpv:DataProcessor', 'dpv:ThirdParty', 'dpv:Authority'];
const states = /^dpv:Consent(Given|Refused|Withdrawn|Expired|Invalidated|Terminated|Requested)$/;
const consents = ['dpv:ExpressedConsent', 'dpv:ExplicitlyExpressedConsent'];
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

const musts: readonly Must[] = [
  ['receipt: schema version', (one) => has(one, 'dct:conformsTo')],
  ['receipt: identifier', (one) => has(one, 'dct:identifier', 'dpv:hasIdentifier')],
  ['receipt: associated record', (one) => types(record(one)).includes('dpv:ConsentRecord')],
  ['receipt: created', (one) => instant.test(String(one['dct:created']))],
  ['record: schema version', (one) => has(record(one), 'dct:conformsTo')],
  ['record: identifier', (one) => has(record(one), 'dct:identifier', 'dpv:hasIdentifier')],
  ['record: data subject', (one) => some(of('dpv:hasDataSubject')(one), (who) => has(who, '@type'))],
  [
    'notice',
    (one) => some(of('dpv:hasNotice')(one), (notice) => types(notice).includes('dpv:ConsentNotice')),
  ],
  ['notice: language', (one) => some(of('dpv:hasNotice')(one), (notice) => has(notice, 'dct:language'))],
  ['process', (one) => types(process(one)).includes('dpv:Process')],
  ['purpose', (one) => some(inProcess('dpv:hasPurpose')(one), (purpose) => has(purpose, '@id', 'dct:title'))],
  ['personal data', (one) => some(data(one), (each) => has(each, 'dct:title'))],
  [
    'personal data: type',
    (one) => some(data(one), (each) => /^(dpv|pd):/.test(String(each['skos:broader']))),
  ],
  [
    'storage: duration of all data',
    (one) =>
      some(data(one), (each) =>
        all(each['dpv:hasStorageCondition']).some((when) => all(when['dpv:hasDuration']).length > 0),
      ),
  ],
  [
    'storage: location',
    (one) => some(inProcess('dpv:hasStorageCondition')(one), (where) => has(where, 'dpv:hasLocation')),
  ],
  ['controller', (one) => controllers(one).length > 0],
  ['recipients', (one) => inProcess('dpv:hasRecipient')(one).length > 0],
  [
    'withdrawal',
    (one) =>
      some(
        of('dpv:hasConsentControl')(one),
        (way) => types(way).includes('dpv:WithdrawConsent') && has(way, 'dpv:isExercisedAt'),
      ),
  ],
  ['jurisdiction', (one) => has(record(one), 'dpv:hasJurisdiction')],
  [
    'rights',
    (one) =>
      some(
        of('dpv:hasRight')(one),
        (right) =>
          types(right).includes('dpv:DataSubjectRight') && has(right, 'dct:title', 'dpv:isExercisedAt'),
      ),
  ],
  ['entity: name', (one) => some(entities(one), (who) => has(who, 'dpv:hasName'))],
  [
    'entity: identifier',
    (one) =>
      some(entities(one), (who) => has(who, 'dpv:hasIdentifier') && who['dpv:hasIdentifier'] === who['@id']),
  ],
  [
    'entity: role',
    (one) => some(entities(one), (who) => types(who).some((type) => roles.includes(String(type)))),
  ],
  [
    'entity: contact',
    (one) =>
      some(entities(one), (who) => has(who, 'dpv:hasContact') && all(who['schema:contactPoint']).length > 0),
  ],
  [
    'entity: postal address',
    (one) =>
      some(
        entities(one),
        (who) =>
          has(who, 'dpv:hasAddress') &&
          some(all(who['schema:address']), (at) => has(at, 'schema:streetAddress')),
      ),
  ],
  [
    'consent: type',
    (one) =>
      some(statuses(one), (status) => types(status).some((type) => consents.includes(String(type)))) &&
      inProcess('dpv:hasLegalBasis')(one).length > 0,
  ],
  [
    'consent: state',
    (one) => some(statuses(one), (status) => types(status).some((type) => states.test(String(type)))),
  ],
  [
    'consent: time',
    (one) => some(statuses(one), (status) => instant.test(String(status['dpv:isIndicatedAtTime']))),
  ],
  ['consent: duration', (one) => some(statuses(one), (status) => all(status['dpv:hasDuration']).length > 0)],
  ['consent: by whom', (one) => some(statuses(one), (status) => all(status['dpv:isIndicatedBy']).length > 0)],
];

/** The fields that a receipt lacks. */
export const missingIn = (receipt: Node): string[] =>
  musts.flatMap(([field, isThere]) => (isThere(receipt) ? [] : [field]));
