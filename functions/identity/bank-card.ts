import { normaliseNumber } from './number-text';

/** A card number of 12 to 19 digits (ISO/IEC 7812), and whether its last digit passes Luhn's check. */
export type BankCard = { number: string; luhn: boolean };

/** Reads a bank card number. Not every old card passes Luhn's check, so that one is told and not held against it. */
export function readBankCard(text: string): BankCard | { fault: string } {
  const number = normaliseNumber(text);
  if (!/^[1-9]\d{11,18}$/.test(number)) return { fault: '应为 12 至 19 位数字' };
  return { number, luhn: passesLuhn(number) };
}

/** Luhn's check (ISO/IEC 7812-1, annex B). */
export function passesLuhn(number: string): boolean {
  const sum = [...number].reverse().reduce((total, character, index) => {
    const digit = Number(character) * (index % 2 === 1 ? 2 : 1);
    return total + (digit > 9 ? digit - 9 : digit);
  }, 0);
  return sum % 10 === 0;
}
