import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { type AddressObject, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { HOST } from './ports';

const MAILBOX_LIMIT_MAILS = 200;
const MAIL_LIMIT_BYTES = 10 * 1024 * 1024;
/** How long a connected client may hold up the stop. */
const CLOSE_LIMIT_MS = 200;
const TOO_LARGE = Object.assign(new Error('The mail is larger than 10 MB.'), { responseCode: 552 });

/** A mail as the mailbox page shows it. */
export type Mail = { receivedAt: string; from: string; to: string[]; subject: string; text: string };

export type Smtp = {
  port: number;
  /** Newest first, the last MAILBOX_LIMIT_MAILS. Nothing is ever sent on. */
  mailbox: Mail[];
  stop(): Promise<void>;
};

/** Starts a mail server on a free port that keeps every mail and delivers none. */
export async function startSmtp(clock: { now(): number } = Date): Promise<Smtp> {
  const mailbox: Mail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    size: MAIL_LIMIT_BYTES,
    closeTimeout: CLOSE_LIMIT_MS,
    onData(stream, session, done) {
      read(stream, clock.now())
        .then((mail) => {
          if (stream.sizeExceeded) throw TOO_LARGE;
          const recipients = session.envelope.rcptTo.map(({ address }) => address);
          mailbox.unshift({ ...mail, to: recipients });
          mailbox.splice(MAILBOX_LIMIT_MAILS);
          done();
        })
        .catch(done);
    },
  });
  server.on('error', () => {}); // a client that hangs up early is no reason to end
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(0, HOST, resolve);
  });
  const { port } = server.server.address() as AddressInfo;
  return { port, mailbox, stop: () => new Promise((resolve) => server.close(() => resolve())) };
}

async function read(stream: Readable, now: number): Promise<Omit<Mail, 'to'>> {
  const { from, subject, text } = await simpleParser(stream, { skipImageLinks: true });
  return {
    receivedAt: new Date(now).toISOString(),
    from: address(from),
    subject: subject ?? '',
    text: text ?? '',
  };
}

function address(from: AddressObject | undefined): string {
  return from?.text ?? '';
}
