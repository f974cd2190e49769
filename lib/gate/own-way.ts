import { AppError } from '../errors';
import { phoneOfSession } from '../table/person/ways';
import type { Subject } from './operation';

const WHY =
  '您是凭手机号进入这个账号的，为了不让别人借手机号夺走账号，现在不能这样做。请先在“登录方式”里保留这个微信。';

/**
 * Refuses, to who came by a phone, what cannot be taken back when the phone turns out to be somebody else's by now: a way in that
 * stands without it, and the end of the account at once (promises A1, A5). Who stays may keep their WeChat (login/keepWay).
 * @throws AppError NOT_NOW
 */
export function demandOwnWay({ person, session }: Pick<Subject, 'person' | 'session'>, why = WHY): void {
  if (phoneOfSession(person, session) !== undefined)
    throw new AppError('NOT_NOW', { why, instead: 'login/keepWay' });
}
