import type { ChannelId } from './channel';
import type { SmsTemplateName, SubscribeTemplateName } from './text/templates';

/** Who reads: the person, or the guardian of one who is a minor. */
export type Reader = 'self' | 'guardian';

/** One kind of notice that the service owes, as data: the engine is the same for all of them. */
export type NoticeKind = {
  /**
   * Staff other than who drafted it that approve exactly what is sent (promise B4). 0: nobody drafts it, it is worded from
   * what officers have published or from a rule, and only the service can seal it.
   */
  approvals: number;
  /** What it is sent for, as its reader finds it among the uses of their data. */
  why: string;
  /** The ways that it may take, in order. Without the announcement at its end, the inbox is the last. */
  channels: readonly ChannelId[];
  /** The templates of its messages, by who reads them; whoever is not named here is not told. */
  templates: Partial<Record<Reader, { subscribe?: SubscribeTemplateName; sms?: SmsTemplateName }>>;
  /** The first words, by who reads. A text freezes them. */
  openings: Partial<Record<Reader | 'everybody', string>>;
  /** It goes to nobody who does not want it at the very moment of the write (lib/process/notice/wish.ts). */
  onlyWanted?: true;
  /** What it leaves ends with the incident that it belongs to, or by the period counted from its sending. */
  ends: 'with-incident' | 'after-sending';
};

export const noticeKinds = {
  breach: {
    approvals: 2,
    why: '告知您一起安全事件',
    channels: ['subscribe', 'sms', 'mail', 'inbox', 'announcement'],
    templates: {
      self: { subscribe: 'breach', sms: 'breach' },
      guardian: { subscribe: 'breach-guardian', sms: 'breach-guardian' },
    },
    // A child is named to a guardian in no way: that somebody was affected is enough.
    openings: {
      self: '现将一起与您有关的个人信息安全事件告知如下。',
      guardian:
        '您曾以监护人身份同意一位未满十八周岁用户的实名核验。该用户与下述个人信息安全事件有关，依照未成年人网络保护条例第三十五条一并告知您。文中的“您”指该用户，请协助其采取文中的措施。',
      everybody:
        '现将一起个人信息安全事件公告如下。我们正在逐一告知受影响的用户；请打开“通知”查看是否与您有关。',
    },
    ends: 'with-incident',
  },
  /** A material change of the policy, to those whom it concerns (promise K4; PIPL art. 17 para 2). Two officers publish it. */
  policy: {
    approvals: 0,
    why: '告知您政策的重大变更',
    channels: ['subscribe', 'mail', 'inbox', 'announcement'],
    templates: { self: { subscribe: 'policy' } },
    openings: {
      self: '个人信息保护政策将有与您有关的重大变更，依照个人信息保护法第十七条第二款提前告知您。',
      everybody: '个人信息保护政策将有重大变更，依照个人信息保护法第十七条第二款提前公告。',
    },
    ends: 'after-sending',
  },
  /** An account that nobody has used for nearly as long as it is kept: is it wanted? They read no inbox, so it is the last. */
  dormancy: {
    approvals: 0,
    why: '询问您是否保留账号',
    channels: ['subscribe', 'sms', 'mail', 'inbox'],
    templates: { self: { subscribe: 'dormancy', sms: 'dormancy' } },
    openings: { self: '您的账号很久没有使用，按照个人信息保护政策提前提醒您。' },
    ends: 'after-sending',
  },
  /** What an authority was given of a person, told to them at once or when a stated secrecy ends (promise D4; PIPL art. 18, 35). */
  disclosure: {
    approvals: 0,
    why: '告知您一次依法提供',
    channels: ['subscribe', 'sms', 'mail', 'inbox'],
    templates: { self: { subscribe: 'disclosure', sms: 'disclosure' } },
    openings: {
      self: '您的个人信息已依法提供给有权机关，依照个人信息保护法第十八条、第三十五条和个人信息保护政策 5.1.2、5.3.3 告知您。',
    },
    ends: 'after-sending',
  },
  /** A bound number that is somebody else's by now. Never by SMS: that would go to the other one. */
  'phone-gone': {
    approvals: 0,
    why: '告知您手机号已被他人绑定',
    channels: ['mail', 'inbox'],
    templates: { self: {} },
    openings: { self: '您绑定的手机号有了变化，特此告知。' },
    ends: 'after-sending',
  },
  /** An invitation to a survey, to adults who have switched such invitations on (promise O3). Two officers plan it. */
  survey: {
    approvals: 0,
    why: '邀请您参加一次调查',
    channels: ['subscribe', 'inbox'],
    templates: { self: { subscribe: 'survey' } },
    openings: { self: '您打开了调查邀请，因此邀请您参加一次调查。参加与否由您决定，不影响任何功能。' },
    onlyWanted: true,
    ends: 'after-sending',
  },
  /** Somebody else takes the service over: everybody is told before their data moves (promise D5; PIPL art. 22). Two officers plan it. */
  transfer: {
    approvals: 0,
    why: '告知您服务的转移',
    channels: ['subscribe', 'sms', 'mail', 'inbox', 'announcement'],
    templates: { self: { subscribe: 'transfer', sms: 'transfer' } },
    openings: {
      self: '本服务将转移给下述接收方，您的个人信息将随之转移。依照个人信息保护法第二十二条和个人信息保护政策 5.3.2，事先告知您。',
      everybody:
        '本服务将转移给下述接收方，用户的个人信息将随之转移。依照个人信息保护法第二十二条和个人信息保护政策 5.3.2，事先公告。',
    },
    ends: 'after-sending',
  },
} as const satisfies Record<string, NoticeKind>;

export type NoticeKindId = keyof typeof noticeKinds;

/** The row of a notice's kind; undefined for a kind that this build does not know. */
export function noticeKindOf(kind: string): NoticeKind | undefined {
  return Object.hasOwn(noticeKinds, kind) ? noticeKinds[kind as NoticeKindId] : undefined;
}

/** How many have to approve a notice of a kind. Nobody can approve one of a kind that there is not. */
export function approvalsOf(kind: string): number {
  return noticeKindOf(kind)?.approvals ?? Number.POSITIVE_INFINITY;
}
