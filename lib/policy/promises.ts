/**
 * The promises the service claims to keep today. `npm run promises` checks each on a running service, and an id
 * listed here without a check is a failure.
 */
export const promises = {
  A1: { clause: '2.1', says: '不用密码即可从小程序登录；一个人只有一个账号。' },
  A2: {
    clause: '1.1, 3.2',
    says: '用小程序扫码即可在网页上登录同一个账号；浏览器只得到一个脚本读不到的 Cookie，拒绝 Cookie 只影响网页登录。',
  },
  A3: { clause: '4', says: '手机号由微信凭一次性凭证提供，核对属于本小程序和本人；一个号码只属于一个账号。' },
  A5: { clause: '7.2, 8.3', says: '看得到每个登录的设备，可以结束任何一个，下一次调用即生效。' },
  A6: { clause: '8.3', says: '更换手机号、重新实名等须先验证本人；证明只用于一件事、一次、几分钟内。' },
  N1: {
    clause: '2.1',
    says: '实名核验有五种方式：证件号码、手机号、银行卡、人脸、国家网络身份认证；每种只要它需要的信息。',
  },
  N2: { clause: '2.1', says: '人脸从不是唯一方式，须单独同意；不接收、不保存任何影像。' },
  N3: { clause: '2.1', says: '只保存核验结果，填写的内容核对后即丢弃；一个证件号码只能用于一个账号。' },
  N4: { clause: '2.1', says: '未满十四周岁须监护人先同意；未满十八周岁作标记并专门审计。' },
  N5: { clause: '5.1.4', says: '每次交给受托方核验都先登记：交给谁、什么种类、为什么、何时、结果如何。' },
  N6: { clause: '8.2', says: '对核验结果可以向人工申诉；结论和理由都保存并告知本人。' },
  N7: { clause: '法定', says: '自然人数、敏感信息涉及人数、人脸用户数随时可知，达到备案门槛即提示期限。' },
  C1: { clause: '服务', says: '建立、读取、列出、修改、删除名片；同时修改不会丢失任何一方。' },
  C7: { clause: '2.2.1, 2.2.2', says: '图片在保存之前去除拍摄地点、时间、设备等附带信息。' },
  O1: { clause: '2.3', says: '可选服务只要它需要的信息，只在开启时保存；不开启只影响这一项。' },
  O2: { clause: '2.4', says: '送达的收件人、电话、地址只为这一次送达保存，完成即删除。' },
  O3: { clause: '4', says: '语言、个性化和调查邀请由您设置；个性化可以拒绝，默认关闭。' },
  K1: { clause: '前言, 9', says: '没有明示同意就不处理；同意绑定所展示的确切文本。' },
  K3: { clause: '8.5', says: '撤回和同意一样容易，下一次调用即生效，删除随即开始，基本服务不受影响。' },
  S1: { clause: '6.1', says: '数据只在中国内地；设置指向别处时服务拒绝启动、构建和部署。' },
  S5: { clause: '7.2', says: '个人数据用本人专属密钥加密保存；密钥可轮换；可用国密。' },
  S8: { clause: '2.2.1, 4', says: '设备信息告知之后才收集；日志中没有个人内容。' },
  S9: { clause: '7.2', says: '处理记录不能被悄悄改动。' },
} as const satisfies Record<string, { clause: string; says: string }>;

export type PromiseId = keyof typeof promises;
