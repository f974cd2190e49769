import type { NoticeWords } from '../../lib/notice/text/items';

/** A notice with nothing missing, for whoever tries one. */
export const noticeWords: NoticeWords = {
  title: '个人信息安全事件告知',
  state: '已经补救',
  causeStatus: 'known',
  event: '2026年11月26日，名片服务的一处接口被未经授权的人访问，部分用户的信息可能被看到。',
  cause: '一处查询接口的权限检查有缺陷。',
  harm: '可能收到冒充我们或者您熟人的电话和短信。',
  remedies: '已经关闭该接口并修复缺陷，撤销了有关的访问凭证，并向主管部门报告。',
  selfHelp: '请检查名片的可见范围，必要时收回名片链接。',
  advice: '不要点击来历不明的链接，不要向来电者提供验证码；遇到可疑情况请报警。',
  contact: '12345 政务服务便民热线',
};
