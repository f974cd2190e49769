import type { AddressInfo, Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { type AddressObject, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerAddress, type SMTPServerSession } from 'smtp-server';
import { type Clock, systemClock } from '../../lib/clock';
import { reportMail } from './bounce';
import { HOST } from './ports';
import { type Contacts, createContacts, SMTP_PATH } from './sandbox/contacts';

const MAILBOX_LIMIT_MAILS = 200;
const MAIL_LIMIT_BYTES = 10 * 1024 * 1024;
/** How long a connected client may hold up the stop. */
const CLOSE_LIMIT_MS = 200;
const TOO_LARGE = reply('552', 'The mail is larger than 10 MB.');
const TOO_MANY = reply('451 4.7.1', 'Too many mails, try again later.');
const FULL = reply('452 4.2.2', 'The mailbox is full.');

/** A mail as the mailbox page shows it. */
export type Mail = { receivedAt: string; from: string; to: string[]; subject: string; text: string };

export type Smtp = {
  port: number;
  /** Newest first, the last MAILBOX_LIMIT_MAILS. Nothing is ever sent on. */
  mailbox: Mail[];
  stop(): Promise<void>;
};

/**
 * Starts a mail server on a free port that keeps every mail and delivers none. Mailboxes refuse, fill up and send mails back
 * as `contacts` says of them; what comes back waits in `contacts.bounces`.
 */
export async function startSmtp(
  clock: Clock = systemClock,
  contacts: Contacts = createContacts(clock),
): Promise<Smtp> {
  const mailbox: Mail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    hideDSN: false,
    hideENHANCEDSTATUSCODES: true, // it would put its own before ours
    size: MAIL_LIMIT_BYTES,
    closeTimeout: CLOSE_LIMIT_MS,
    onMailFrom: (_address, _session, done) =>
      done(contacts.quotas.take(SMTP_PATH, clock.now()) && !contacts.isFull() ? null : TOO_MANY),
    onRcptTo: ({ address }, _session, done) => done(refusalOf(contacts, address)),
    onData(stream, session, done) {
      read(stream, clock.now())
        .then((mail) => {
          if (stream.sizeExceeded) throw TOO_LARGE;
          const recipients = session.envelope.rcptTo.map(({ address }) => address);
          const fates = recipients.map((address) => contacts.fateOf('mail', address));
          if (fates.some(({ fails }) => !fails)) {
            mailbox.unshift({ ...mail, to: recipients });
            mailbox.splice(MAILBOX_LIMIT_MAILS);
          }
          for (const recipient of session.envelope.rcptTo) take(contacts, session, recipient, mail);
          // Taken, and the answer is lost with the connection.
          if (fates.some(({ answers }) => answers === 'lost')) sockets.get(session.remotePort)?.destroy();
          else done();
        })
        .catch(done);
    },
  });
  const sockets = new Map<number | undefined, Socket>();
  server.server.on('connection', (socket: Socket) => {
    const { remotePort } = socket;
    sockets.set(remotePort, socket);
    socket.once('close', () => sockets.delete(remotePort));
  });
  server.on('error', () => {}); // a client that hangs up early is no reason to end
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(0, HOST, resolve);
  });
  const { port } = server.server.address() as AddressInfo;
  return { port, mailbox, stop: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** What the server says at once of a mail to an address, or nothing. */
function refusalOf(contacts: Contacts, address: string): Error | null {
  const { refuse, holds } = contacts.fateOf('mail', address);
  if (refuse) return reply(refuse, 'The sandbox was told to refuse this address.');
  const isFull = holds !== undefined && contacts.arrivedAt('mail', address) >= holds;
  return isFull ? FULL : null;
}

/** Puts a mail that was taken where it goes: to its recipient or back, and a report where one was asked for. */
function take(
  contacts: Contacts,
  { id, envelope }: SMTPServerSession,
  { address, args }: SMTPServerAddress,
  { subject, text }: Omit<Mail, 'to'>,
): void {
  const { fails, receipts, delayMs = 0 } = contacts.fateOf('mail', address);
  const sender = envelope.mailFrom || undefined;
  const returnPath = sender?.address ?? '';
  const content = { returnPath, subject, text };
  if (!fails) contacts.arrive({ channel: 'mail', to: address, messageId: id, content });
  const wantsSuccess = /SUCCESS/i.test(String((args as { NOTIFY?: string })?.NOTIFY ?? ''));
  const times = receipts ?? (fails ? 1 : 0); // most servers tell of failures alone
  if (!returnPath || (!fails && !wantsSuccess)) return;
  const action = fails ? 'failed' : 'delivered';
  const envelopeId = (sender?.args as { ENVID?: string } | undefined)?.ENVID;
  const report = { action, status: fails ?? '2.0.0', recipient: address, returnPath, envelopeId } as const;
  for (let left = times; left > 0; left -= 1)
    contacts.bounces.put({ to: returnPath, content: reportMail(report) }, delayMs);
}

/** A reply such as `550 5.1.1`, in the form that the server takes. */
function reply(codes: string, text: string): Error {
  const [responseCode, enhanced = ''] = codes.split(' ');
  return Object.assign(new Error(`${enhanced} ${text}`.trim()), { responseCode: Number(responseCode) });
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
