import { charactersIn, hanIn, hasLineBreak, smsSegments } from './characters';
import type { Flaw } from './flaws';

/**
 * Messages whose wording a platform has to approve beforehand, as data: an application for approval copies the row, and its
 * number comes from the configuration (`NOTICE_TEMPLATES`). They have room for a few words, so they lead to the notice in the
 * inbox. No variable holds anything about a person.
 */

/** What a variable may hold. `sure`: read in the platform's own documents; otherwise from memory, to be checked on applying. */
type VariableRule = { says: string; sure: boolean; fits(value: string): boolean };

/** WeChat's types of variables, as known on 2026-11-24: a key is its type and a number. Line breaks fit nowhere. */
export const subscribeVariables: Readonly<Record<string, VariableRule>> = {
  thing: { says: '最多 20 个字', sure: false, fits: (value) => charactersIn(value) <= 20 },
  character_string: {
    says: '最多 32 个字母、数字或符号',
    sure: false,
    fits: (value) => /^[!-~]{1,32}$/.test(value),
  },
  number: { says: '最多 32 位数字', sure: false, fits: (value) => /^-?\d{1,32}(\.\d+)?$/.test(value) },
  phrase: {
    says: '最多 5 个汉字',
    sure: false,
    fits: (value) => hanIn(value) === charactersIn(value) && charactersIn(value) <= 5,
  },
  time: {
    says: '须为“2026年11月27日 10:05”的格式',
    sure: false,
    fits: (value) => /^\d{4}年\d{1,2}月\d{1,2}日 \d{2}:\d{2}$/.test(value),
  },
};

/** The approved signature, which the platform puts before every SMS. */
export const smsSignature = '【乐聊名片】';

/** Of one variable of an SMS, in characters; and messages that one SMS may be sent as. */
export const SMS_VARIABLE_MAX = 20;
export const SMS_MAX_SEGMENTS = 3;

/** What a variable can be filled with: all of it public. */
export type TemplateValues = { title: string; state: string; at: string; number: string };

export type SubscribeTemplate = {
  variables: Readonly<Record<string, keyof TemplateValues | { fixed: string }>>;
};
export type SmsTemplate = {
  /** With `{1}` where the first of `variables` goes. */
  text: string;
  variables: readonly (keyof TemplateValues)[];
};

const lookInside = { fixed: '请打开小程序的通知查看全文' } as const;

export const subscribeTemplates = {
  breach: {
    variables: {
      thing1: 'title',
      time2: 'at',
      phrase3: 'state',
      character_string4: 'number',
      thing5: lookInside,
    },
  },
  'breach-guardian': {
    variables: {
      thing1: 'title',
      time2: 'at',
      phrase3: 'state',
      character_string4: 'number',
      thing5: { fixed: '关于您监护的孩子，请看通知全文' },
    },
  },
  dormancy: {
    variables: { thing1: 'title', time2: 'at', thing3: { fixed: '在此之前登录一次即可保留' } },
  },
  policy: {
    variables: { thing1: 'title', time2: 'at', character_string3: 'number', thing4: lookInside },
  },
  survey: {
    variables: { thing1: 'title', time2: 'at', thing3: { fixed: '参加与否由您决定，不影响使用' } },
  },
  transfer: {
    variables: { thing1: 'title', time2: 'at', character_string3: 'number', thing4: lookInside },
  },
  disclosure: {
    variables: { thing1: 'title', time2: 'at', character_string3: 'number', thing4: lookInside },
  },
} as const satisfies Record<string, SubscribeTemplate>;

export const smsTemplates = {
  breach: {
    text: '{1}：您的个人信息可能受到影响，请打开乐聊名片小程序，在“通知”中查看编号{2}的全文和防范建议。',
    variables: ['title', 'number'],
  },
  'breach-guardian': {
    text: '{1}：您监护的孩子的个人信息可能受到影响，请打开乐聊名片小程序，在“通知”中查看编号{2}的全文和防范建议。',
    variables: ['title', 'number'],
  },
  dormancy: {
    text: '{1}？您很久没有使用乐聊名片，{2}前登录一次小程序即可保留，否则账号将被注销。',
    variables: ['title', 'at'],
  },
  transfer: {
    text: '{1}：您的个人信息将于{2}起随本服务转移，接收方和联系方式请打开乐聊名片小程序，在“通知”中查看。',
    variables: ['title', 'at'],
  },
  disclosure: {
    text: '{1}：{2}起，请打开乐聊名片小程序，在“通知”中查看提供给了谁、依据和内容。',
    variables: ['title', 'at'],
  },
} as const satisfies Record<string, SmsTemplate>;

export type SubscribeTemplateName = keyof typeof subscribeTemplates;
export type SmsTemplateName = keyof typeof smsTemplates;

/** A message of approved wording: filled, or what is wrong with it by channel and field. */
export type Filled<T> = { message: T; flaws?: undefined } | { flaws: Flaw[]; message?: undefined };

/** By key, as the template has them. */
export type SubscribeValues = Record<string, string>;

export function fillSubscribe(
  { variables }: SubscribeTemplate,
  values: Partial<TemplateValues>,
): Filled<SubscribeValues> {
  const flaws: Flaw[] = [];
  const filled: SubscribeValues = {};
  for (const [key, from] of Object.entries(variables)) {
    const field = `subscribe.${key}`;
    const rule = subscribeVariables[key.replace(/\d+$/, '')];
    const value = typeof from === 'string' ? values[from] : from.fixed;
    const problem = !rule ? '模板中有不认识的变量类型' : problemOf(value, rule);
    if (problem) flaws.push({ field, problem });
    filled[key] = value ?? '';
  }
  return flaws.length > 0 ? { flaws } : { message: filled };
}

/** `whole` is what the person reads, signature included: how the platform puts it together. */
export type SmsContent = { parameters: string[]; whole: string; segments: number };

const smsVariable: VariableRule = {
  says: `最多 ${SMS_VARIABLE_MAX} 个字`,
  sure: false,
  fits: (value) => charactersIn(value) <= SMS_VARIABLE_MAX,
};

export function fillSms(
  { text, variables }: SmsTemplate,
  values: Partial<TemplateValues>,
): Filled<SmsContent> {
  const given = variables.map((name) => values[name]);
  const flaws = given.flatMap((value, index) => {
    const problem = problemOf(value, smsVariable);
    return problem ? [{ field: `sms.${index + 1}`, problem }] : [];
  });
  const asked = [...text.matchAll(/\{(\d+)\}/g)].map(([, number]) => Number(number));
  if (asked.some((number) => number < 1 || number > variables.length))
    flaws.push({ field: 'sms.text', problem: '模板中有不认识的变量' });
  if (flaws.length > 0) return { flaws };
  const parameters = given.map(String);
  const whole = `${smsSignature}${text.replace(/\{(\d+)\}/g, (_, number) => parameters[Number(number) - 1] ?? '')}`;
  const segments = smsSegments(whole);
  if (segments > SMS_MAX_SEGMENTS)
    return {
      flaws: [{ field: 'sms.text', problem: `过长，须拆成 ${segments} 条，最多 ${SMS_MAX_SEGMENTS} 条` }],
    };
  return { message: { parameters, whole, segments } };
}

function problemOf(value: string | undefined, rule: VariableRule): string | undefined {
  if (value === undefined || value.trim() === '') return '模板的变量没有内容';
  if (hasLineBreak(value)) return '模板的变量不能换行';
  return rule.fits(value) ? undefined : `不符合模板变量的要求：${rule.says}`;
}
