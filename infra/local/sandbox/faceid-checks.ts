import type { PartnerPath } from './partner-path';
import { createQuota } from './quota';
import type { Citizen, SandboxState } from './state';
import { type Action, type ActionResult, createFaceIdPath } from './tencent-transport';

/** Checks of one number in a day. */
export const CHECKS_PER_NUMBER_A_DAY = 50;
const DAY_MS = 86_400_000;

const said = (Result: string, fields: object = {}): ActionResult => ({
  outcome: Result,
  fields: { Result, Description: Result === '0' ? '认证通过' : `结果码 ${Result}`, ...fields },
});

/** The partner reads a small x as an illegal number. */
function isNumber(value: unknown): value is string {
  if (typeof value !== 'string' || !/^\d{17}[\dX]$/.test(value)) return false;
  const sum = [...value.slice(0, 17)].reduce(
    (total, digit, i) => total + Number(digit) * (2 ** (17 - i) % 11),
    0,
  );
  return '10X98765432'[sum % 11] === value[17];
}

const isName = (value: unknown): value is string => typeof value === 'string' && /^.{1,32}$/u.test(value);
const isPhone = (value: unknown): value is string => typeof value === 'string' && /^1\d{10}$/.test(value);
const isCard = (value: unknown): value is string => typeof value === 'string' && /^\d{12,19}$/.test(value);

const idCard =
  (daily: Daily): Action =>
  (state, { IdCard, Name }) => {
    if (!isNumber(IdCard)) return said('-2');
    if (!isName(Name)) return said('-3');
    if (!daily(state, IdCard)) return said('-7');
    const citizen = state.citizens.get(IdCard);
    if (!citizen) return said('-5');
    return said(citizen.name === Name ? '0' : '-1');
  };

const phone =
  (daily: Daily): Action =>
  (state, { IdCard, Name, Phone }) => {
    if (!isPhone(Phone)) return said('-6');
    if (!isNumber(IdCard)) return said('-7');
    if (!isName(Name)) return said('-8');
    if (/^1(4[0468]|72)/.test(Phone)) return said('-13');
    if (!daily(state, IdCard)) return said('-12');
    const citizen = state.citizens.get(IdCard);
    if (!citizen) return said('-9');
    return said(citizen.name === Name && citizen.phone === Phone ? '0' : '-4', { Isp: '移动' });
  };

/** What a bank says, with the number that each action gives it: they shift from action to action. */
type Bank = Record<
  'name' | 'id' | 'card' | 'phone' | 'holder' | 'busy' | 'limit' | 'lost' | 'expired',
  string
>;
const banks: Record<'BankCard4EVerification' | 'BankCardVerification' | 'BankCard2EVerification', Bank> = {
  BankCard4EVerification: {
    name: '-2',
    id: '-3',
    card: '-4',
    phone: '-5',
    holder: '-6',
    lost: '-13',
    expired: '-14',
    busy: '-18',
    limit: '-19',
  },
  BankCardVerification: {
    name: '-2',
    id: '-3',
    card: '-4',
    phone: '',
    holder: '-5',
    lost: '-12',
    expired: '-13',
    busy: '-17',
    limit: '-18',
  },
  BankCard2EVerification: {
    name: '-2',
    id: '',
    card: '-3',
    phone: '',
    holder: '-4',
    lost: '-11',
    expired: '-12',
    busy: '-16',
    limit: '-17',
  },
};

const bankCard =
  (codes: Bank, daily: Daily): Action =>
  (state, input) => {
    if (!isName(input.Name)) return said(codes.name);
    if (codes.id && !isNumber(input.IdCard)) return said(codes.id);
    if (!isCard(input.BankCard)) return said(codes.card);
    if (codes.phone && !isPhone(input.Phone)) return said(codes.phone);
    if (codes.phone && input.CertType !== undefined && input.CertType !== 0) return said('-20');
    if (!daily(state, input.BankCard)) return said(codes.limit);
    const holder = [...state.citizens.values()].find((citizen) => citizen.bankCard === input.BankCard);
    if (!holder) return said('-1');
    if (holder.cardState) return said(codes[holder.cardState]);
    return said(isHolder(codes, holder, input) ? '0' : codes.holder);
  };

function isHolder(codes: Bank, holder: Citizen, { Name, IdCard, Phone }: Record<string, unknown>): boolean {
  const sameNumber = !codes.id || holder.idNumber === IdCard;
  return holder.name === Name && sameNumber && (!codes.phone || holder.phone === Phone);
}

type Daily = (state: SandboxState, number: string) => boolean;

function dailyLimit(): Daily {
  const quota = createQuota(CHECKS_PER_NUMBER_A_DAY, DAY_MS);
  return (state, number) => quota.take(number, state.clock.now());
}

/** The checks that compare what somebody typed with the registers. */
export function createCheckPaths(): PartnerPath[] {
  const overloaded: ActionResult = { error: 'RequestLimitExceeded' };
  const banksOf = Object.entries(banks).map(([name, codes]) =>
    createFaceIdPath(
      name,
      '核对银行卡与持卡人',
      bankCard(codes, dailyLimit()),
      said(codes.busy),
      said(codes.limit),
    ),
  );
  return [
    createFaceIdPath(
      'IdCardVerification',
      '核对姓名和身份证号码',
      idCard(dailyLimit()),
      overloaded,
      said('-7'),
    ),
    createFaceIdPath(
      'PhoneVerification',
      '核对姓名、身份证号码和手机号',
      phone(dailyLimit()),
      said('-11'),
      said('-12'),
    ),
    ...banksOf,
  ];
}
