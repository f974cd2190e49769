import { readName } from '../../lib/card/person-name';
import { AppError, type ErrorDetails } from '../../lib/errors';
import type { AgeBand } from '../../lib/policy/age';
import type { WayId } from '../../lib/policy/assurance';
import { ageBandOf, shanghaiDay } from './age';
import { readBankCard } from './bank-card';
import { readIdNumber } from './id-number';
import { readPhone } from './phone';
import { ways } from './ways';

/** What a person types. Held for one call and kept nowhere. */
export type TypedIdentity = {
  name: string;
  idNumber: string;
  phone?: string | undefined;
  bankCard?: string | undefined;
  /** The person has looked at a card number that fails its check digit, and says it is right. */
  bankCardConfirmed?: boolean | undefined;
};

/** The same, read and found well-formed. Fields that the way does not need are not there. */
export type ValidInput = {
  way: WayId;
  name: string;
  idNumber: string;
  phone: string;
  bankCard: string;
  band: AgeBand;
};

type Problem = NonNullable<ErrorDetails['fields']>[number];

/** The way that the fields given amount to. */
export function wayOf({ phone, bankCard }: TypedIdentity): WayId {
  if (bankCard !== undefined) return 'bank';
  return phone === undefined ? 'id' : 'phone';
}

/**
 * Reads what was typed, before anything is sent or counted: it spares charged calls, and what is not a number cannot be
 * probed. @throws AppError INVALID_INPUT naming every wrong field and no value
 */
export function validateInput(typed: TypedIdentity, way: WayId, nowMs: number): ValidInput {
  const today = shanghaiDay(nowMs);
  const problems: Problem[] = [];
  const take = <T extends object>(field: string, read: T | { fault: string }): T | undefined => {
    if (!('fault' in read)) return read;
    problems.push({ field, problem: read.fault });
    return undefined;
  };
  const name = take('name', readName(typed.name));
  const id = take('idNumber', readIdNumber(typed.idNumber, today));
  if (id && !ways[way].covers.includes(id.kind))
    problems.push({ field: 'idNumber', problem: '这种证件不能用这种方式核验，请换一种方式' });
  const needsPhone = way === 'phone' || way === 'bank';
  const phone = needsPhone ? take('phone', readPhone(typed.phone ?? '')) : undefined;
  const card = way === 'bank' ? take('bankCard', readBankCard(typed.bankCard ?? '')) : undefined;
  if (card && !card.luhn && !typed.bankCardConfirmed)
    problems.push({
      field: 'bankCard',
      problem: '校验位不符，请核对；确认无误请带上 bankCardConfirmed 再次提交',
    });
  if (problems.length > 0 || !name || !id) throw new AppError('INVALID_INPUT', { fields: problems });
  return {
    way,
    name: name.name,
    idNumber: id.number,
    phone: phone?.number ?? '',
    bankCard: card?.number ?? '',
    band: ageBandOf(id.birthDate, today),
  };
}
