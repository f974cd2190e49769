import { Stop } from './exit';
import { type Words, words } from './words';

/** What a command may be told: by an option (`--name value`) or in its place (`leliao breach show INCIDENT`). */
export type Option = Words & {
  kind: 'text' | 'switch' | 'choice';
  /** What stands for the value in the usage line, in ASCII so that columns align. */
  placeholder?: string;
  read?: (text: string) => unknown;
  values?: readonly string[];
  must?: true;
  many?: true;
};
export type Options = Record<string, Option>;

type One<O extends Option> = O['kind'] extends 'switch'
  ? boolean
  : O extends { values: readonly (infer V)[] }
    ? V
    : O extends { read: (text: string) => infer T }
      ? T
      : string;
type Many<O extends Option> = O extends { many: true } ? One<O>[] : One<O>;
/** As the command gets them: what need not be said may be undefined. */
export type ValuesOf<O extends Options> = {
  [Name in keyof O]: O[Name] extends { must: true } | { kind: 'switch' }
    ? Many<O[Name]>
    : Many<O[Name]> | undefined;
};

export const option =
  <const Fixed extends Omit<Option, keyof Words>>(fixed: Fixed) =>
  (zh: string, en: string) => ({ zh, en, ...fixed });

export const aSwitch = option({ kind: 'switch' });
export const text = option({ kind: 'text' });
export const neededText = option({ kind: 'text', must: true });
export const texts = option({ kind: 'text', many: true });
export const neededTexts = option({ kind: 'text', many: true, must: true });

export const choice = <const V extends readonly string[]>(values: V, zh: string, en: string) =>
  ({ kind: 'choice', values, zh, en }) as const;

/** Some of a list that is too long for a usage line: what is right is said when one is wrong. */
export const someOf = <const V extends readonly string[]>(
  values: V,
  placeholder: string,
  zh: string,
  en: string,
) => ({ kind: 'text', placeholder, many: true, read: readOneOf(values), zh, en }) as const;
export const neededSomeOf = <const V extends readonly string[]>(
  values: V,
  placeholder: string,
  zh: string,
  en: string,
) => ({ ...someOf(values, placeholder, zh, en), must: true }) as const;
export const neededOneOf = <const V extends readonly string[]>(values: V, zh: string, en: string) =>
  ({ kind: 'text', must: true, read: readOneOf(values), zh, en }) as const;

function readOneOf<const V extends readonly string[]>(values: V): (given: string) => V[number] {
  return (given) => {
    const found = values.find((one) => one === given);
    if (found !== undefined) return found;
    throw new Stop('usage', words(`只能是：${values.join('、')}`, `is one of: ${values.join(', ')}`));
  };
}

/** A whole number, no less than nothing. */
export const whole = option({ kind: 'text', placeholder: 'number', read: readWhole });
export const neededWhole = option({ kind: 'text', placeholder: 'number', read: readWhole, must: true });

function readWhole(given: string): number {
  if (/^\d{1,15}$/.test(given)) return Number(given);
  throw new Stop('usage', words('要写成整数', 'write a whole number'));
}

/** A whole number within bounds, which are said when it is not. */
export const numberBetween = (min: number, max: number, zh: string, en: string) =>
  ({
    kind: 'text',
    placeholder: 'number',
    read: (given: string): number => {
      const number = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN;
      if (number >= min && number <= max) return number;
      throw new Stop('usage', words(`要写 ${min} 到 ${max} 的整数`, `takes a number from ${min} to ${max}`));
    },
    zh,
    en,
  }) as const;
