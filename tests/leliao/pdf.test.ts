import { reportPdf } from '../../infra/leliao/pdf/pdf';
import type { Report } from '../../lib/incident-report/report';
import { describeWithPrinting } from './printing';

const report: Report = {
  title: '网络安全事件报告（初报）',
  operator: '某省数据局',
  number: '20261127-7Q2K',
  drill: false,
  facts: [
    ['报送单位', '某省数据局'],
    ['联系人', '𠮷田晓'],
  ],
  sections: [
    { heading: '一、事件概况', paragraphs: ['# 不是标题 *也不粗* $x$ #panic() \\ @foo <bar> [括号] “引号”'] },
    {
      heading: '二、涉及的个人信息',
      table: { head: ['种类', '人数'], widths: [3, 1], rows: [['手机号码', '20 000']] },
    },
  ],
  signature: ['某省数据局（盖章）', '2026 年 11 月 27 日'],
  madeAt: '2026-11-27T02:03:00.000Z',
};

const naming = (name: string): Report => ({ ...report, facts: [['联系人', name]] });

describeWithPrinting('a report on paper', () => {
  it('prints a name with 𠮷 in it, and is the same file each time', async () => {
    const [once, again] = [await reportPdf(report), await reportPdf(report)];
    expect(once.subarray(0, 8).toString()).toBe('%PDF-1.7');
    expect(once.toString('latin1')).toContain('<pdfaid:part>2</pdfaid:part>');
    expect(again.equals(once)).toBe(true);
  });

  it('reads nothing that it prints as markup: only its own words would fail', async () => {
    const plain = { ...report, title: '#panic("read as markup")', signature: ['$', '*', '#', '</table>'] };
    expect((await reportPdf(plain)).length).toBeGreaterThan(1000);
  });

  it('is not made at all where a character is in no font, and names it', async () => {
    for (const [character, named] of [
      ['𪚥', '𪚥'],
      ['\u0f71', 'U+F71'],
    ])
      await expect(reportPdf(naming(`林${character}`))).rejects.toMatchObject({
        exit: 1,
        words: { zh: expect.stringContaining(`“${named}”`), en: expect.stringContaining(`“${named}”`) },
      });
  });

  it('does without a font that cannot be read, and says so', async () => {
    await expect(reportPdf(report, ['/nowhere.ttf'])).rejects.toMatchObject({ exit: 2 });
  });
});
