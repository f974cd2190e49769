import type { Capability, FunctionName } from '../../lib/capabilities';

/**
 * What each principal may do in AWS, and nothing else. infra/aws/roles.yml is written from this (`npm run capabilities`), and
 * tests/budgets compares it with what every operation uses: a right that is missing, and one that nobody uses, is red.
 */
export type Principal = FunctionName | 'key-rotation';

/** Acts on items of the table, in the words of IAM. A transaction is allowed by the single acts that it is made of. */
export const acts = {
  get: 'dynamodb:BatchGetItem',
  query: 'dynamodb:Query',
  put: 'dynamodb:PutItem',
  update: 'dynamodb:UpdateItem',
  delete: 'dynamodb:DeleteItem',
  check: 'dynamodb:ConditionCheckItem',
} as const;
export type Act = keyof typeof acts;

/**
 * Acts by partition (lib/table/keys.ts); of an index, what may be queried by its own partition key. `places` is the same in the
 * table without backups.
 */
export type TableRights = {
  items: Record<string, string>;
  indexes?: Record<string, string | readonly string[]>;
  places?: Omit<TableRights, 'places'>;
};

/** Every function obeys the policy, stops what an incident has stopped, says what is announced to everybody, and knows a
 * restored table. */
export const everyFunction = { POLICY: 'get', CONTAINMENT: 'get', ANNOUNCED: 'get', OPENED: 'get' };
/** Whoever seals opens the key ring; none of them writes a key. */
export const everySealer = { KEYS: 'query' };

export const tableRights: Record<Principal, TableRights> = {
  login: {
    // A join ends what the account given up had agreed to.
    places: { items: { 'P#*': 'put' } },
    items: {
      'P#*': 'get query put update delete check',
      'ID#openid#*': 'get put delete',
      'ID#unionid#*': 'get put delete',
      'ID#phone#*': 'get put delete',
      'ID#link#*': 'get put delete check',
      'TRY#*': 'update',
      'SPENT#*': 'put',
      'WEB#*': 'get put update',
      'GAUGE#*': 'update',
    },
  },
  consent: {
    items: {
      'P#*': 'get query put update delete',
      'TRY#*': 'update',
      'GAUGE#*': 'update',
      POLICY: 'put',
      'PROCESS#*': 'put',
      'PLAN#*': 'get put',
      'NOTICE#*': 'get put check',
      ANNOUNCED: 'put',
    },
    places: { items: { 'P#*': 'put' } },
  },
  cards: {
    items: {
      'P#*': 'get query put update delete check',
      'ID#share#*': 'get put delete',
      'TRY#*': 'get update',
    },
    indexes: { due: ['CARD-TEXTS', 'CARD-REPORTS'] },
  },
  profile: {
    items: {
      'P#*': 'get query put update delete check',
      'TRY#*': 'update',
      'GAUGE#*': 'update',
      'NOTICE#*': 'get',
      'AUDIENCE#*': 'get',
    },
  },
  location: {
    items: { 'P#*': 'get query put update delete check', 'TRY#*': 'update', 'GAUGE#*': 'update' },
    // Squares by keyed digest.
    places: { items: { 'P#*': 'get put update', 'PLACE-KEYS': 'get put' }, indexes: { near: '*' } },
  },
  identity: {
    items: {
      'P#*': 'get query put update delete check',
      'ID#id-number#*': 'get put delete',
      'ID#network-id#*': 'get put delete',
      'ID#guardian-code#*': 'get put delete',
      'TRY#*': 'update',
      'GAUGE#*': 'get update',
      'GAUGE#reached': 'put',
    },
    // What a guardian takes back ends where the child is.
    places: { items: { 'P#*': 'put' } },
  },
  rights: {
    items: {
      'P#*': 'get query put update delete check',
      'TRY#*': 'update',
      'GAUGE#*': 'update',
      'HOLD#*': 'get',
      'CERTIFICATE#*': 'get',
      'DISCLOSURE#*': 'get put',
      'RETENTION#*': 'get put',
      'PROCESS#*': 'put',
      // The claim of a verification that was wrong.
      'ID#id-number#*': 'delete',
      'ID#network-id#*': 'delete',
      // Which a ticket is tied to.
      'INCIDENT#*': 'get',
    },
    indexes: { due: ['DESK', 'DISCLOSURES'] },
    // What an authority demands may be where somebody is.
    places: { items: { 'P#*': 'get query put', 'PLACE-KEYS': 'get' } },
  },
  breach: {
    items: {
      'INCIDENT#*': 'get query put update',
      'NOTICE#*': 'get put',
      'AUDIENCE#*': 'get',
      ANNOUNCED: 'put',
      CONTAINMENT: 'put',
      'PROCESS#*': 'put',
      'LIST#*': 'get put',
      // Whom a digest leads to, and whether a number is anybody's.
      'ID#*': 'get',
      'P#*': 'get put update',
      'TRY#*': 'update',
    },
    indexes: { due: 'INCIDENTS' },
  },
  events: {
    items: {
      'P#*': 'get query put check',
      'ID#openid#*': 'get',
      'NOTICE#*': 'get',
      'AUDIENCE#*': 'get',
      'PROCESS#*': 'get put update',
    },
  },
  retention: {
    items: {
      'INCIDENT#*': 'get query put update delete',
      'SCOPE#*': 'query put delete',
      'LIST#*': 'get query delete',
      'AUDIENCE#*': 'get query put delete',
      'NOTICE#*': 'get put',
      'PLAN#*': 'get put check',
      ANNOUNCED: 'put',
      'P#*': 'get query put update delete check',
      'PROCESS#*': 'get put update delete',
      KEYS: 'put delete',
      OPENED: 'put',
      'ID#*': 'get delete',
      'SURVEY#*': 'get put delete',
      'CERTIFICATE#*': 'get put',
      'TRY#*': 'update',
      'GAUGE#*': 'update',
      'RETENTION#*': 'get put',
      'HOLD#*': 'get put update',
      'DISCLOSURE#*': 'get put update',
    },
    // By actor: whatever any of them has touched may be asked.
    indexes: {
      due: ['DUE#*', 'ENDS#*', 'HOLDS', 'DISCLOSURES', 'DESK', 'CARD-TEXTS', 'CARD-REPORTS', 'DORMANT-*'],
      everyone: 'EVERYONE#*',
      touched: '*',
    },
    places: {
      items: { 'P#*': 'get query put delete', 'PLACE-KEYS': 'query delete' },
      // Who certifies an erasure looks wherever an item of it was.
      indexes: { due: 'ENDS#*', near: '*' },
    },
  },
  // It reads, and can change nothing: whoever looks after the others is no danger to what it looks at.
  audit: {
    items: { 'P#*': 'get query', POLICY: 'query', 'RETENTION#*': 'get query', 'INCIDENT#*': 'get query' },
    indexes: { everyone: 'EVERYONE#*', touched: 'staff:*' },
  },
  notify: {
    items: {
      'P#*': 'get put update check',
      'NOTICE#*': 'get put',
      'AUDIENCE#*': 'get',
      'QUOTA#*': 'get put',
      'PROCESS#*': 'get put update delete',
    },
    indexes: { due: 'NOTICES#*' },
  },
  // The person who begins a rotation of keys: nobody else wraps by the root key, and its process removes the old ones.
  'key-rotation': { items: { KEYS: 'query put', OPENED: 'put', 'PROCESS#*': 'get put' } },
};

/** A right outside the table: acts on things, by their names in infra/data and infra/aws. */
export type Right = { sid: string; actions: readonly string[]; on: readonly string[] };

const send = 'sqs:SendMessage';
/** What Lambda does in a function's name to bring it messages. */
const take = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
const pictures = ['ObjectsBucket/incoming/*', 'ObjectsBucket/avatars/*'];

/** Of every function. What Lambda does in its name as well: it writes its log and decrypts its settings. */
export const commonRights: readonly Right[] = [
  { sid: 'KnowTheTable', actions: ['dynamodb:DescribeTable'], on: ['Table'] },
  { sid: 'WriteOwnLog', actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], on: ['OwnLog'] },
  { sid: 'ReadOwnSettings', actions: ['kms:Decrypt'], on: ['SettingsKey'] },
];

export const capabilityRights: Partial<Record<Capability, readonly Right[]>> = {
  seal: [{ sid: 'OpenKeyRing', actions: ['kms:Decrypt'], on: ['RootKey'] }],
  'ask-for-processes': [{ sid: 'AskForProcesses', actions: [send], on: ['ProcessQueue'] }],
  'take-processes': [{ sid: 'TakeProcesses', actions: take, on: ['ProcessQueue'] }],
  'ask-for-notices': [{ sid: 'AskForNotices', actions: [send], on: ['NoticeQueue'] }],
  'send-notices': [{ sid: 'TakeNotices', actions: take, on: ['NoticeQueue'] }],
  // An upload's address is signed with these rights, so it can do no more than they allow.
  pictures: [
    { sid: 'TakeUploads', actions: ['s3:PutObject', 's3:GetObject', 's3:DeleteObject'], on: pictures },
    { sid: 'SealPictures', actions: ['kms:Decrypt', 'kms:GenerateDataKey'], on: ['ObjectsKey'] },
  ],
  // Nobody has the right to delete there or to touch a lock, and the bucket itself denies it.
  vault: [
    { sid: 'NoteEnds', actions: ['s3:PutObject', 's3:GetObject'], on: ['VaultBucket/*'] },
    { sid: 'ListEnds', actions: ['s3:ListBucketVersions'], on: ['VaultBucket'] },
  ],
  'watch-table': [
    {
      sid: 'ReadChanges',
      actions: ['dynamodb:DescribeStream', 'dynamodb:GetShardIterator', 'dynamodb:GetRecords'],
      on: ['Table/stream/*'],
    },
  ],
  // Who certifies that a file is gone reads none: a list says which there are.
  'look-for-pictures': [{ sid: 'LookForPictures', actions: ['s3:ListBucket'], on: ['ObjectsBucket'] }],
};

export const rotationRights: readonly Right[] = [
  { sid: 'KnowTheTable', actions: ['dynamodb:DescribeTable'], on: ['Table'] },
  { sid: 'OpenAndWrapKeyRing', actions: ['kms:Decrypt', 'kms:Encrypt'], on: ['RootKey', 'OtherRootKey'] },
  { sid: 'AskForProcesses', actions: [send], on: ['ProcessQueue'] },
];
