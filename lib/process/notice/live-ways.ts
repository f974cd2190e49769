import type { Deps } from '../../deps';
import { type Channels, makeChannels } from '../../gate/channels';
import type { PartnerChannel } from '../../notice/channel';
import type { ChannelSet, Message, Way, WayParts, Whom } from '../../notice/channel-set';
import { channelQuotas } from '../../notice/rules';
import { ConditionFailed } from '../../table/client';
import { epochOf } from '../../table/person/consents';
import type { Person } from '../../table/person/person';
import { openPerson } from '../../table/person/person-key';
import { phone, phoneKey, readPhone } from '../../table/person/phone';
import { readOpenid, wechatAccount, wechatAccountKey } from '../../table/person/wechat-account';
import { contactMail, contactMailKey, readContactMail } from '../../table/profile/contact-mail';
import {
  acceptanceKey,
  type MessageTemplate,
  mayBeSent,
  readAcceptance,
  spendAcceptance,
  voidAcceptance,
} from '../../table/profile/message-acceptance';
import type { Sealer } from '../../table/sealer';

/** What the ways of real notices need beside the partners. */
export type LiveParts = {
  /** What each client is given of a message, from the notice's text for its channel. */
  words: { [C in PartnerChannel]: (message: Message) => Parameters<Channels[C]['send']>[1] };
  /** The template of subscribe messages of a kind for one reader; without one nobody is reached that way. */
  templateFor(whom: Whom): MessageTemplate | undefined;
  /** The channels for which the operator has what it needs; the others are not tried. */
  offered: readonly PartnerChannel[];
};

/** WeChat's code for a message that nobody has accepted, or whose acceptances are used up. */
const NOT_ACCEPTED = '43101';

/**
 * How real people are reached: by an address that is theirs at this moment, of the epoch of a consent that has not been
 * withdrawn, and opened at the moment of the send.
 */
export function liveWays(deps: Deps, { words, templateFor, offered }: LiveParts): ChannelSet<false>['ways'] {
  const channels = makeChannels(deps);
  const subscribe: Way = {
    quota: channelQuotas.subscribe,
    itemsOf: (subjectId, whom) => [
      wechatAccountKey(subjectId),
      ...[templateFor(whom)].flatMap((one) => (one ? [acceptanceKey(subjectId, one.id)] : [])),
    ],
    reaches(_, [account, accepted], whom, isFirst) {
      const template = templateFor(whom);
      if (!template || !wechatAccount.is(account)) return false;
      return !isFirst || mayBeSent(template, readAcceptance(accepted));
    },
    address: (parts, person, [account]) => opened(parts, person, (sealer) => readOpenid(account, sealer)),
    async spend({ table }: WayParts, { subjectId }: Person, whom) {
      const template = templateFor(whom);
      // One of the lasting kind is not used up, and has just been read.
      if (template?.kind !== 'once') return template !== undefined;
      try {
        await table.write(spendAcceptance(subjectId, template));
        return true;
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error;
        return false;
      }
    },
    async answered({ table }, { subjectId }, whom, { sent, sentAtMs }) {
      const template = templateFor(whom);
      if (template && sent.status === 'permanent-failure' && sent.code === NOT_ACCEPTED)
        await voidAcceptance(table, subjectId, template, sentAtMs);
    },
    send: (to, message, reference) => channels.subscribe.send(to, words.subscribe(message), reference),
  };
  const sms: Way = {
    quota: channelQuotas.sms,
    itemsOf: (subjectId) => [phoneKey(subjectId)],
    reaches: (person, [item]) => phone.is(item, epochOf(person, 'phone')),
    address: (parts, person, [item]) =>
      opened(parts, person, (sealer) => readPhone(item, epochOf(person, 'phone'), sealer)?.number),
    send: (to, message, reference) => channels.sms.send(to, words.sms(message), reference),
    pullReceipts: () => channels.sms.pullReceipts(),
  };
  const mail: Way = {
    quota: channelQuotas.mail,
    itemsOf: (subjectId) => [contactMailKey(subjectId)],
    reaches: (person, [item]) => contactMail.is(item, epochOf(person, 'email')),
    address: (parts, person, [item]) =>
      opened(parts, person, (sealer) => readContactMail(item, epochOf(person, 'email'), sealer)?.address),
    send: (to, message, reference) => channels.mail.send(to, words.mail(message), reference),
  };
  const all: Record<PartnerChannel, Way> = { subscribe, sms, mail };
  return Object.fromEntries(offered.map((one) => [one, all[one]]));
}

/** Undefined where there is no key any more. */
async function opened(
  parts: WayParts,
  person: Person,
  read: (sealer: Sealer) => string | undefined,
): Promise<string | undefined> {
  const sealer = await openPerson(parts, person);
  return sealer && read(sealer);
}
