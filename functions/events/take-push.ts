import * as z from 'zod/mini';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { WebhookRun } from '../../lib/gate/webhook';
import { noteAcceptances } from './note-acceptances';
import { noteAuthorisation } from './note-authorisation';
import { noteSendings } from './note-receipts';
import { type PushEvent, pushEvent } from './push-event';

/** What WeChat wants to read, without which it sends the same event again, three times in all. */
const TAKEN = { text: 'success' } as const;

const envelope = z.object({ Encrypt: z.string() });

/**
 * Answers WeChat's check of our address, and takes an event that it pushes. What is not WeChat's, not ours or not of now is
 * refused before the table is asked anything; what we do not listen to is taken and left.
 * @throws AppError CALLER_NOT_ALLOWED
 */
export async function takePush(deps: Deps, { input }: WebhookRun): Promise<{ text: string }> {
  if (input.method === 'GET') {
    const answer = deps.wechatPush.answerTo(input.query);
    if ('disbelief' in answer) throw refused(deps, answer.disbelief);
    return { text: answer.echo };
  }
  const { Encrypt } = envelope.safeParse(parsed(input.body)).data ?? {};
  if (Encrypt === undefined) throw refused(deps, 'malformed');
  const opened = deps.wechatPush.open(input.query, Encrypt);
  if ('disbelief' in opened) throw refused(deps, opened.disbelief);
  const event = pushEvent.safeParse(parsed(opened.message));
  // WeChat has surely sent it, so it is our reading that is wrong: in the form of XML, perhaps.
  if (!event.success) said(deps, 'alarm', 'malformed');
  else {
    said(deps, 'partner-call', event.data.Event);
    await note(deps, event.data);
  }
  return TAKEN;
}

async function note(deps: Deps, event: PushEvent): Promise<void> {
  switch (event.Event) {
    case 'subscribe_msg_popup_event':
    case 'subscribe_msg_change_event':
      return noteAcceptances(deps, event);
    case 'subscribe_msg_sent_event':
      return noteSendings(deps, event);
    case 'user_info_modified':
    case 'user_authorization_revoke':
    case 'user_authorization_cancellation':
      return noteAuthorisation(deps, event);
  }
}

function refused(deps: Deps, why: string): AppError {
  said(deps, 'partner-call', why);
  return new AppError('CALLER_NOT_ALLOWED');
}

function said({ log }: Deps, event: 'partner-call' | 'alarm', partnerCode: string): void {
  log({ event, partner: 'wechat-push', partnerCode });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
