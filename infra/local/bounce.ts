/** What a mail server says of a mail: that it failed for good (RFC 3464), or arrived where that was asked for. */
export type Report = {
  action: 'failed' | 'delivered';
  /** Enhanced status code (RFC 3463). */
  status: string;
  /** Whom the mail was for, and where its reports go: its return path. */
  recipient: string;
  returnPath: string;
  /** What the sender gave as the envelope's number (RFC 3461), where it gave one. */
  envelopeId?: string | undefined;
};

const BOUNDARY = 'sandbox-report';

/** The mail in which it says so: a delivery status notification, as servers on the internet word it. */
export function reportMail({ action, status, recipient, returnPath, envelopeId }: Report): string {
  const isFailure = action === 'failed';
  const lines = [
    'From: Mail Delivery System <MAILER-DAEMON@mx.sandbox.cn>',
    `To: ${returnPath}`,
    `Subject: ${isFailure ? 'Undelivered Mail Returned to Sender' : 'Successful Mail Delivery Report'}`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status;',
    `\tboundary="${BOUNDARY}"`,
    '',
    `--${BOUNDARY}`,
    'Content-Type: text/plain; charset=us-ascii',
    '',
    `Your message to ${recipient} was ${isFailure ? 'not ' : ''}delivered.`,
    '',
    `--${BOUNDARY}`,
    'Content-Description: Delivery report',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.sandbox.cn',
    ...(envelopeId ? [`Original-Envelope-Id: ${envelopeId}`] : []),
    '',
    `Final-Recipient: rfc822; ${recipient}`,
    `Action: ${action}`,
    `Status: ${status}`,
    `Diagnostic-Code: smtp; ${isFailure ? '550' : '250'} ${status}`,
    '    said by the sandbox',
    '',
    `--${BOUNDARY}`,
    'Content-Type: message/rfc822-headers',
    '',
    `Return-Path: <${returnPath}>`,
    `To: ${recipient}`,
    '',
    `--${BOUNDARY}--`,
    '',
  ];
  return lines.join('\r\n');
}
