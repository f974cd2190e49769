import type { Clock } from '../clock';
import type { Log } from '../log';
import { type Channel, OUTCOME_UNKNOWN, type Sent } from '../notice/channel';
import { type TimeLimit, timeLimits, within } from '../time-limits';
import { meaningOfReply } from './mail-codes';
import { neverReached, UNREACHABLE } from './unreachable';

/** Plain text: a mail of ours has nothing in it that could tell that it was read. */
export type MailMessage = { subject: string; text: string };
export type Mail = Channel<string, MailMessage>;

export type MailParts = {
  /** `smtps://host:port` (RFC 8314); `smtp:`, without TLS, on the developer's machine alone. */
  url: string;
  /** Empty: the server asks for none. */
  user: string;
  password: string;
  /** Whom people answer. */
  from: string;
  /** Mails to `<reference>@<host>` come back to us (VERP): that is where bounces go. */
  bounceHost: string;
  clock: Clock;
  log: Log;
  limit?: TimeLimit;
};

/** One plain mailbox of RFC 5321, 4.1.2: nothing that could be read as a second one, or as a line of the protocol. */
const ADDRESS = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z0-9][a-z0-9.-]{0,252}$/i;
const NO_ADDRESS = 'not-an-address';

const SENDER_NAME = '乐聊名片';

/** Mail over SMTP (RFC 5321), one connection a message, once and never again by itself. The library is loaded on first use. */
export function createMail(parts: MailParts): Mail {
  const { url, user, password, from, bounceHost, clock, log, limit = timeLimits.partner } = parts;
  const { protocol, hostname, port } = new URL(url);

  async function transport() {
    const { createTransport } = await import('nodemailer');
    const [waits, secure] = [limit.attemptMs, protocol === 'smtps:'];
    return createTransport({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port || (secure ? 465 : 25)),
      secure,
      ignoreTLS: !secure, // either TLS from the first byte or none
      ...(user && { auth: { user, pass: password } }),
      // Silence is told apart by which of these is over: that of a server which never greets has to be the first.
      ...{
        connectionTimeout: waits,
        greetingTimeout: waits,
        dnsTimeout: waits,
        socketTimeout: limit.totalMs,
      },
      ...{ disableFileAccess: true, disableUrlAccess: true },
    });
  }

  type Carrier = Awaited<ReturnType<typeof transport>>;

  function deliver(
    carrier: Carrier,
    to: string,
    { subject, text }: MailMessage,
    reference: string,
    signal: AbortSignal,
  ) {
    const sender = `${reference}@${bounceHost}`;
    return carrier.sendMail({
      from: { name: SENDER_NAME, address: from },
      ...{ to, subject, text, textEncoding: 'base64' },
      envelope: { from: sender, to },
      // The same for every repeat, so that a mail server may tell one.
      messageId: `<${sender}>`,
      date: new Date(clock.now()),
      headers: { 'Auto-Submitted': 'auto-generated' }, // RFC 3834: nothing answers it by itself
      xMailer: false,
      // RFC 3461; asked for only where the server offers it.
      dsn: { id: reference, return: 'headers', notify: ['success', 'failure'], recipient: `rfc822;${to}` },
      signal,
    });
  }

  function failed(status: Exclude<Sent['status'], 'accepted'>, code: string, rings: boolean): Sent {
    if (rings) log({ event: 'alarm', partner: 'mail', partnerCode: code });
    return { status, code };
  }

  /** Errors hold addresses in their text, so no more is taken of them than their codes. */
  function sentOf(error: unknown): Sent {
    const { responseCode, response, code, originalCode, timeoutType } = error as SmtpError;
    if (responseCode) {
      const { status, code: reply, alarm } = meaningOfReply(responseCode, response ?? '');
      return failed(status, reply, alarm);
    }
    if (code === 'EAUTH') return failed('technical-failure', code, true);
    if (/CERT|SIGNATURE|ISSUER/.test(originalCode ?? ''))
      return failed('technical-failure', 'certificate', true);
    const isBefore = neverReached(error) || beforeAnything.includes(timeoutType ?? code ?? '');
    if (isBefore) return failed('throttled', UNREACHABLE, true);
    return failed('technical-failure', OUTCOME_UNKNOWN, true);
  }

  return {
    async send(to, message, reference) {
      if (!ADDRESS.test(to)) return { status: 'permanent-failure', code: NO_ADDRESS };
      const startedAt = clock.now();
      const said = (partnerCode: string) =>
        log({ event: 'partner-call', partner: 'mail', partnerCode, milliseconds: clock.now() - startedAt });
      try {
        // Loading it takes none of the time in which the server must greet.
        const carrier = await transport();
        const once = (signal: AbortSignal) => deliver(carrier, to, message, reference, signal);
        const { messageId } = await within(limit.totalMs, once);
        said('250');
        return { status: 'accepted', messageId };
      } catch (error) {
        const sent = sentOf(error);
        said('code' in sent ? sent.code : '');
        return sent;
      }
    },
  };
}

type SmtpError = {
  responseCode?: number;
  response?: string;
  code?: string;
  originalCode?: string;
  timeoutType?: string;
};

/** The library's names for what ends before a mail has begun. */
const beforeAnything: readonly string[] = [
  'CONNECT_TIMEOUT',
  'GREETING_TIMEOUT',
  'UPGRADE_TIMEOUT',
  'EDNS',
  'ETLS',
];
