import type { PassingKind, RecipientId } from './recipients';

/** At most `max` sendings in a window of `windowMinutes`, each counted before it is made (promise A7). */
export type SendingLimit = {
  /** What the caller is told, and what the count is kept by: two limits of one name are one. */
  name: string;
  max: number;
  windowMinutes: number;
  /** Only sendings that carry this. */
  carrying?: PassingKind;
  /**
   * Many honest people may share an address: once half of `max` is used, what the recipient accepts is given back, so
   * that only refusals fill the other half.
   */
  refusedOnly?: true;
} & (
  | {
      /**
       * `person`: who sends. `address`: where a call comes from that is made before there is an account; a recipient
       * without such a limit gets nothing then.
       */
      per: 'person' | 'address';
      ceiling?: undefined;
    }
  | {
      /** Who sends and what is asked about. Of a target alone there is no limit: anybody could lock its person out. */
      per: 'pair';
      /** Sendings about one target by all together, beyond which each person has only a few (lib/gate/limit.ts). */
      ceiling: number;
    }
);

const HOUR = 60;
const DAY = 24 * HOUR;

/**
 * How often each recipient may be called. Not part of the published registry: it is a promise of ours to nobody but a
 * protection of everybody. Who stores for us (`cloud`) is not called about a person.
 */
export const sendingLimits = {
  wechat: [
    { name: 'LOGIN_CODES_PER_PERSON', per: 'person', max: 30, windowMinutes: DAY },
    { name: 'LOGIN_CODES_PER_ADDRESS', per: 'address', max: 300, windowMinutes: 10, refusedOnly: true },
  ],
  /** WeChat charges for every number it gives. */
  'wechat-phone': [
    { name: 'PHONE_CODES_PER_PERSON', per: 'person', max: 10, windowMinutes: DAY },
    { name: 'PHONE_SIGN_INS_PER_ADDRESS', per: 'address', max: 60, windowMinutes: DAY },
  ],
  'wechat-link': [
    { name: 'LINKS_PER_PERSON', per: 'person', max: 10, windowMinutes: DAY },
    { name: 'ENTRY_CODES_PER_ADDRESS', per: 'address', max: 300, windowMinutes: 10, refusedOnly: true },
  ],
  'wechat-risk': [{ name: 'RISK_RANKS_PER_PERSON', per: 'person', max: 60, windowMinutes: DAY }],
  'wechat-text': [{ name: 'TEXT_CHECKS_PER_HOUR', per: 'person', max: 60, windowMinutes: HOUR }],
  'wechat-nickname': [{ name: 'NICKNAME_CHECKS_PER_DAY', per: 'person', max: 20, windowMinutes: DAY }],
  'wechat-code': [{ name: 'CODES_PER_HOUR', per: 'person', max: 60, windowMinutes: HOUR }],
  'wechat-message': [{ name: 'MESSAGES_PER_PERSON', per: 'person', max: 20, windowMinutes: DAY }],
  /** No more than the networks deliver to one number. */
  'tencent-sms': [{ name: 'SMS_PER_PERSON', per: 'person', max: 10, windowMinutes: DAY }],
  mail: [
    { name: 'MAILS_PER_PERSON', per: 'person', max: 20, windowMinutes: DAY },
    /** So that nobody fills the mailbox of somebody else with codes, and nobody keeps its person from confirming it. */
    {
      name: 'CODES_PER_MAILBOX',
      per: 'pair',
      max: 5,
      ceiling: 20,
      windowMinutes: DAY,
      carrying: 'confirmation-code',
    },
  ],
  'tencent-faceid': [
    {
      name: 'CHECKS_PER_PERSON',
      per: 'person',
      max: 10,
      windowMinutes: DAY,
      carrying: 'identity-input',
    },
    /** FaceID has a limit of its own on one number: the ceiling leaves room below it for whom the number belongs to. */
    {
      name: 'CHECKS_PER_NUMBER',
      per: 'pair',
      max: 5,
      ceiling: 30,
      windowMinutes: DAY,
      carrying: 'identity-input',
    },
    /** How often one person may ask whether a face check is done. */
    { name: 'FACE_RESULTS_PER_PERSON', per: 'person', max: 60, windowMinutes: HOUR, carrying: 'login-code' },
  ],
  'network-identity': [{ name: 'CHECKS_PER_PERSON', per: 'person', max: 10, windowMinutes: DAY }],
  cloud: [],
} as const satisfies Record<RecipientId, readonly SendingLimit[]>;
