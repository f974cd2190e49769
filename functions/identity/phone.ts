import { normaliseNumber } from './number-text';

/** Carriers open new segments, so the stable shape is checked and no list of them. */
const mobile = /^1[3-9]\d{9}$/;

/** Reads a mainland mobile number as 11 digits; +86, 0086, 86 and the 0 of a call from elsewhere are dropped, and so are brackets. */
export function readPhone(text: string): { number: string } | { fault: string } {
  const digits = normaliseNumber(text)
    .replace(/[()[\]【】]/g, '')
    .replace(/^(\+86|0086|86(?=1\d{10}$))/, '')
    .replace(/^0(?=1\d{10}$)/, '');
  return mobile.test(digits) ? { number: digits } : { fault: '应为 11 位内地手机号码' };
}
