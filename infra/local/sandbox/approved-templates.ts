/**
 * What the operator has had approved at the partners, as far as the sandbox knows: the templates that lib/notice/ fills, by
 * name. The numbers are the sandbox's own.
 */
export const SANDBOX_SMS = {
  appId: '1400000001',
  signName: '乐聊名片',
  /** How many variables each has. */
  templates: {
    breach: { id: '1000001', variables: 2 },
    'breach-guardian': { id: '1000002', variables: 2 },
    dormancy: { id: '1000003', variables: 2 },
    disclosure: { id: '1000004', variables: 2 },
    transfer: { id: '1000005', variables: 2 },
  },
} as const;

const breachKeys = ['thing1', 'time2', 'phrase3', 'character_string4', 'thing5'] as const;

/** Templates of subscribe messages, with the keys of their values. */
export const SANDBOX_SUBSCRIBE = {
  breach: { id: 'sandbox-template-of-breach-aaaaaaaaaaaaaaaaa', keys: breachKeys },
  'breach-guardian': { id: 'sandbox-template-of-guardian-aaaaaaaaaaaaaaa', keys: breachKeys },
  dormancy: { id: 'sandbox-template-of-dormancy-aaaaaaaaaaaaaa', keys: ['thing1', 'time2', 'thing3'] },
  policy: {
    id: 'sandbox-template-of-policy-aaaaaaaaaaaaaaaa',
    keys: ['thing1', 'time2', 'character_string3', 'thing4'],
  },
  survey: { id: 'sandbox-template-of-survey-aaaaaaaaaaaaaaaa', keys: ['thing1', 'time2', 'thing3'] },
  transfer: {
    id: 'sandbox-template-of-transfer-aaaaaaaaaaaaaa',
    keys: ['thing1', 'time2', 'character_string3', 'thing4'],
  },
  disclosure: {
    id: 'sandbox-template-of-disclosure-aaaaaaaaaaaa',
    keys: ['thing1', 'time2', 'character_string3', 'thing4'],
  },
} as const;

/** By the type that begins a key, what WeChat takes as its value. Written apart from the service's own renderer. */
export const subscribeValues: Record<string, RegExp> = {
  thing: /^[^\r\n]{1,20}$/u,
  character_string: /^[\x21-\x7e]{1,32}$/,
  number: /^-?\d{1,32}(\.\d+)?$/,
  phrase: /^\p{Script=Han}{1,5}$/u,
  time: /^\d{4}年\d{1,2}月\d{1,2}日 \d{2}:\d{2}$/,
};

/** These as the setting has them (`NOTICE_TEMPLATES`): each acceptance of a subscribe message allows one. */
export const SANDBOX_TEMPLATES = [
  ...Object.entries(SANDBOX_SUBSCRIBE).map(([name, { id }]) => `subscribe.${name}=${id}:once`),
  ...Object.entries(SANDBOX_SMS.templates).map(([name, { id }]) => `sms.${name}=${id}`),
].join(',');
