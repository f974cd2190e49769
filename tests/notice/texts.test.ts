import { breachWording } from '../../lib/notice/text/breach';
import { charactersIn, smsSegments } from '../../lib/notice/text/characters';
import { type DraftWords, flawsOf } from '../../lib/notice/text/flaws';
import { noticeItemIds, noticeItems } from '../../lib/notice/text/items';
import { announcementText, noticeFor } from '../../lib/notice/text/notice-for';
import {
  fillSms,
  fillSubscribe,
  smsTemplates,
  subscribeTemplates,
  subscribeVariables,
} from '../../lib/notice/text/templates';
import { textsOf, type Wording } from '../../lib/notice/text/texts';
import { kinds } from '../../lib/policy/kinds';
import { approved, words } from './wording';

const AT = Date.parse('2026-11-27T02:05:00.000Z');
const fieldsOf = (draft: DraftWords, about: Wording['kinds'] = ['phone-number']) =>
  flawsOf(draft, about).map(({ field }) => field);

function made(changes: Partial<Wording> = {}) {
  const given = {
    noticeId: '20261127-7Q2K-n1',
    ...breachWording(words),
    kinds: ['phone-number', 'card-name'],
    drill: false,
    nowMs: AT,
  } as const;
  const answer = textsOf(
    { ...given, kinds: [...given.kinds], channels: ['subscribe', 'sms', 'mail', 'inbox'], ...changes },
    approved,
  );
  if ('flaws' in answer) throw new Error(JSON.stringify(answer.flaws));
  return answer.texts;
}

describe('what a notice has to say (B4; PIPL art. 57)', () => {
  it('is whole with every item', () => {
    expect(flawsOf(words, ['phone-number'])).toEqual([]);
  });

  it.each(noticeItemIds)('is refused without “%s”, by its name and article', (id) => {
    for (const left of [undefined, '', ' \n ', '无', '暂无。', 'N/A']) {
      const flaws = flawsOf({ ...words, [id]: left }, ['phone-number']);
      expect(flaws).toEqual([
        { field: `words.${id}`, problem: `缺少“${noticeItems[id].name}”（${noticeItems[id].article}）` },
      ]);
    }
  });

  it('is refused without kinds, title, state or whether the cause is known', () => {
    expect(fieldsOf(words, [])).toEqual(['kinds']);
    expect(fieldsOf({ ...words, title: undefined })).toEqual(['words.title']);
    expect(fieldsOf({ ...words, state: undefined })).toEqual(['words.state']);
    expect(fieldsOf({ ...words, causeStatus: undefined })).toEqual(['words.causeStatus']);
  });

  it.each([
    '待补',
    '具体措施待完善后填写',
    '我们已经采取措施：TODO',
    '请联系某某同志办理',
    '尊敬的{姓名}，您好',
    '尊敬的｛姓名｝，您好',
    '尊敬的$name，您好',
    '影响了××名用户的信息',
    'ＸＸ单位的信息被看到',
    '已采取措施……',
    '【事件名称】已经处置',
    '具体措施同上',
  ])('takes no placeholder for an item: %s', (text) => {
    for (const id of ['event', 'harm', 'remedies', 'selfHelp', 'advice'] as const)
      expect(fieldsOf({ ...words, [id]: text })).toEqual([`words.${id}`]);
  });

  it('lets a cause be looked for only where that is said', () => {
    const looking = { ...words, cause: '正在调查，查明后补充告知。' };
    expect(fieldsOf({ ...looking, causeStatus: 'under-investigation' })).toEqual([]);
    expect(fieldsOf({ ...looking, causeStatus: 'known' })).toEqual(['words.cause']);
    expect(fieldsOf({ ...words, causeStatus: 'under-investigation' })).toEqual(['words.cause']);
    for (const text of ['原因待查', '尚未查明原因', '有关部门仍在进一步调查'])
      expect(fieldsOf({ ...words, cause: text, causeStatus: 'known' })).toEqual(['words.cause']);
    expect(fieldsOf({ ...words, cause: '经调查，是一处接口的权限设置有误。' })).toEqual([]);
  });

  it('wants a contact that can be called or written to, and nobody’s number in the text', () => {
    expect(fieldsOf({ ...words, contact: '请联系客服人员' })).toEqual(['words.contact']);
    expect(fieldsOf({ ...words, contact: 'privacy@example.gov.cn' })).toEqual([]);
    for (const text of ['用户13800138000的信息被看到', '号码11010519491231002X被看到'])
      expect(fieldsOf({ ...words, event: text })).toEqual(['words.event']);
    const flaws = JSON.stringify(
      flawsOf({ ...words, event: '用户13800138000的信息被看到' }, ['phone-number']),
    );
    expect(flaws).not.toContain('13800138000');
  });
});

describe('what each channel has room for', () => {
  it('counts 𠮷 as one character, and as two units of an SMS', () => {
    expect([charactersIn('𠮷林'), charactersIn('')]).toEqual([2, 0]);
    expect([70, 71, 134, 135].map((length) => smsSegments('字'.repeat(length)))).toEqual([1, 2, 2, 3]);
    expect([35, 36].map((length) => smsSegments('𠮷'.repeat(length)))).toEqual([1, 2]);
    // 67 units hold 33 of them: a pair is not cut in two, so 67 need a third message.
    expect([66, 67].map((length) => smsSegments('𠮷'.repeat(length)))).toEqual([2, 3]);
  });

  it.each([
    ['thing', ['个'.repeat(20), '𠮷'.repeat(20)], ['个'.repeat(21)]],
    ['character_string', ['20261127-7Q2K-n1', 'A'.repeat(32)], ['A'.repeat(33), '编号1', 'a b']],
    ['phrase', ['正在处置', '𠮷'.repeat(5)], ['正在处置之中了', '处置A']],
    ['time', ['2026年11月27日 10:05'], ['2026-11-27 10:05']],
    ['number', ['20', '1'.repeat(32)], ['二十', '1'.repeat(33)]],
  ])('holds a variable of the type %s to what fits', (type, good, bad) => {
    const fill = (value: string) => fillSubscribe({ variables: { [`${type}1`]: 'title' } }, { title: value });
    for (const value of good) expect(fill(value)).toEqual({ message: { [`${type}1`]: value } });
    for (const value of [...bad, '', `${good[0]}\n${good[0]}`, '一\u2028二']) {
      const [flaw, ...more] = fill(value).flaws ?? [];
      expect([flaw?.field, more]).toEqual([`subscribe.${type}1`, []]);
      if (value) expect(flaw?.problem).not.toContain(value);
    }
    expect(subscribeVariables[type]?.sure).toBe(false);
  });

  it('names the channel and the field of a variable that it does not know or that has no value', () => {
    const fieldsOfFilled = (filled: { flaws?: { field: string }[] }) =>
      filled.flaws?.map(({ field }) => field);
    expect(fieldsOfFilled(fillSubscribe({ variables: { thong1: 'title' } }, { title: '标题' }))).toEqual([
      'subscribe.thong1',
    ]);
    expect(fieldsOfFilled(fillSubscribe({ variables: { thing1: 'title' } }, {}))).toEqual([
      'subscribe.thing1',
    ]);
    const sms = (text: string, title?: string) =>
      fillSms({ text, variables: ['title'] }, { ...(title && { title }) });
    expect(fieldsOfFilled(sms('{1}和{2}', '标题'))).toEqual(['sms.text']);
    expect(fieldsOfFilled(sms('{1}', undefined))).toEqual(['sms.1']);
    expect(fieldsOfFilled(sms('{1}', '标\n题'))).toEqual(['sms.1']);
    expect(fieldsOfFilled(sms('{1}', '字'.repeat(21)))).toEqual(['sms.1']);
    expect(fieldsOfFilled(sms(`{1}${'字'.repeat(300)}`, '标题'))).toEqual(['sms.text']);
  });

  it('has a template of each channel for persons and for guardians, that fits with the longest values', () => {
    const values = {
      title: `【演练】${'题'.repeat(16)}`,
      state: '正在处置',
      at: '2026年12月27日 10:05',
      number: 'A'.repeat(20),
    };
    for (const template of Object.values(subscribeTemplates))
      expect(fillSubscribe(template, values).flaws).toBeUndefined();
    for (const template of Object.values(smsTemplates)) {
      const { message } = fillSms(template, values);
      expect(message?.segments).toBeLessThanOrEqual(2);
      expect(message?.whole).toMatch(/^【乐聊名片】【演练】/);
    }
  });

  it('refuses a channel whose template nobody has approved', () => {
    const wording = {
      noticeId: 'n1',
      ...breachWording(words),
      kinds: ['phone-number' as const],
      drill: false,
      nowMs: AT,
    };
    const without = {};
    expect(textsOf({ ...wording, channels: ['inbox', 'mail'] }, without)).toHaveProperty('texts');
    const answer = textsOf({ ...wording, channels: ['sms', 'subscribe'] }, without);
    expect('flaws' in answer && answer.flaws.map(({ field }) => field).sort()).toEqual(
      ['sms.breach', 'sms.breach-guardian', 'subscribe.breach', 'subscribe.breach-guardian'].sort(),
    );
  });
});

describe('the notice as one reader gets it', () => {
  it('has every item, the law’s and the policy’s, and the person’s own kinds by name', () => {
    const { mail, inbox, sms, subscribe } = noticeFor(made(), { kinds: ['phone-number'], certain: true });
    for (const id of noticeItemIds) {
      expect(mail.text).toContain(noticeItems[id].name);
      expect(mail.text).toContain(words[id]);
    }
    expect(mail.text).toContain(`\n${kinds['phone-number'].name}\n`);
    expect(mail.text).not.toContain(kinds['card-name'].name);
    expect(mail).toEqual({ subject: inbox.title, text: inbox.text });
    expect(mail.text).not.toMatch(/https?:|<|\bsrc\b/i);
    expect(subscribe?.values).toMatchObject({ thing1: words.title, time2: '2026年11月27日 10:05' });
    expect(sms?.parameters).toEqual([words.title, '20261127-7Q2K-n1']);
  });

  it('says that it may be so where evidence is missing', () => {
    for (const about of [
      { kinds: ['phone-number' as const], certain: false },
      { kinds: [], certain: true },
    ])
      expect(noticeFor(made(), about).inbox.text).toContain('可能涉及（按现有记录还不能确定）');
  });

  it('tells a guardian about a child without a name, and keeps the templates of the two apart (B8)', () => {
    const texts = made();
    const own = noticeFor(texts, { kinds: ['phone-number'], certain: true });
    const guardians = noticeFor(texts, { kinds: ['phone-number'], certain: true }, 'guardian');
    expect(guardians.inbox.text).toContain('监护人');
    expect(guardians.sms?.whole).toContain('您监护的孩子');
    expect(guardians.sms?.template).not.toBe(own.sms?.template);
    expect(guardians.subscribe?.template).not.toBe(own.subscribe?.template);
  });

  it('says of a drill in every channel that it is one', () => {
    const { mail, inbox, sms, subscribe } = noticeFor(made({ drill: true }), {
      kinds: ['phone-number'],
      certain: true,
    });
    for (const text of [mail.subject, mail.text, inbox.title, sms?.whole, subscribe?.values.thing1])
      expect(text).toContain('【演练】');
  });

  it('tells everybody what may be affected at all', () => {
    const { text } = announcementText(made());
    for (const kind of ['phone-number', 'card-name'] as const) expect(text).toContain(kinds[kind].name);
  });
});
