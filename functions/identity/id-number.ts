import { normaliseNumber } from './number-text';

/** The numbers that a person can have: of a resident, of a resident from Hong Kong, Macao or Taiwan, of a foreigner. */
export type IdKind = 'resident' | 'hmt-resident' | 'permanent-resident' | 'permanent-resident-2004';

export type IdNumber = {
  /** Upper case, without spaces. */
  number: string;
  kind: IdKind;
  /** YYYYMMDD, a real day of the calendar. */
  birthDate: string;
};

/** The number is not one, and why, in words that do not repeat it. */
export type IdFault = { fault: string };

/** Two first digits of a residence: the provinces of GB/T 2260. */
const provinces = /^(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71)/;
const forms: { kind: IdKind; pattern: RegExp; birthAt: number }[] = [
  { kind: 'hmt-resident', pattern: /^8[123]0000\d{11}[\dX]$/, birthAt: 6 },
  // 9, the issuing province, the nationality in three digits (ISO 3166-1 numeric).
  { kind: 'permanent-resident', pattern: /^9\d{16}[\dX]$/, birthAt: 6 },
  { kind: 'resident', pattern: /^[1-7]\d{16}[\dX]$/, birthAt: 6 },
];
/** The card for foreigners issued until 2023: nationality in letters, place, YYMMDD, order, check digit. */
const cardOf2004 = /^[A-Z]{3}\d{12}$/;

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_CHARACTERS = '10X98765432';
const EARLIEST_BIRTH_YEAR = 1900;

/**
 * Reads an identity number of any of the four kinds: form, place, a real birth date that is not after `today`
 * (YYYYMMDD), and check character (GB 11643-1999, ISO 7064 MOD 11-2). Says what is wrong without repeating the number.
 */
export function readIdNumber(text: string, today: string): IdNumber | IdFault {
  const number = normaliseNumber(text);
  if (cardOf2004.test(number)) return readCardOf2004(number, today);
  if (/^\d{15}$/.test(number)) return { fault: '15 位的旧号码已停用，请填写 18 位号码' };
  const form = forms.find(({ pattern }) => pattern.test(number));
  if (!form) return { fault: '应为 18 位证件号码' };
  const place = form.kind === 'permanent-resident' ? number.slice(1) : number;
  if (form.kind !== 'hmt-resident' && !provinces.test(place)) return { fault: '地区代码不存在' };
  const birthDate = number.slice(form.birthAt, form.birthAt + 8);
  if (!isBirthDate(birthDate, today)) return { fault: '出生日期不存在' };
  if (checkCharacter(number) !== number.at(-1)) return { fault: '校验位不符，请核对' };
  return { number, kind: form.kind, birthDate };
}

/** The last character that the first 17 digits ask for. */
export function checkCharacter(number: string): string {
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(number[index]), 0);
  return CHECK_CHARACTERS[sum % 11] ?? '';
}

/** Three letters, then four digits of GB/T 2260. Its year has two digits: the younger of the two possible persons is meant, because children are protected. */
function readCardOf2004(number: string, today: string): IdNumber | IdFault {
  if (!provinces.test(number.slice(3))) return { fault: '地区代码不存在' };
  const birth = number.slice(7, 13);
  const birthDate = [`20${birth}`, `19${birth}`].find((date) => isBirthDate(date, today));
  if (!birthDate) return { fault: '出生日期不存在' };
  if (checkDigitOf2004(number) !== Number(number.at(-1))) return { fault: '校验位不符，请核对' };
  return { number, kind: 'permanent-resident-2004', birthDate };
}

/** Weights 7, 3, 1 as in passports; letters count from 10. */
export function checkDigitOf2004(number: string): number {
  const values = [...number.slice(0, 14)].map((character) => Number.parseInt(character, 36));
  return values.reduce((sum, value, index) => sum + value * ([7, 3, 1][index % 3] ?? 0), 0) % 10;
}

function isBirthDate(date: string, today: string): boolean {
  const [year, month, day] = [date.slice(0, 4), date.slice(4, 6), date.slice(6)].map(Number) as [
    number,
    number,
    number,
  ];
  const real = new Date(Date.UTC(year, month - 1, day));
  const exists = real.getUTCMonth() === month - 1 && real.getUTCDate() === day;
  return exists && year >= EARLIEST_BIRTH_YEAR && date <= today;
}
