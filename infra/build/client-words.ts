/**
 * What an integrator reads of the client's own declarations, in Chinese; the words of operations, fields and codes stand in their
 * tables. By the name of the declaration, or of it and one of its members. Lines of a longer text stand below each other.
 */
export const clientWords: Record<string, string> = {
  ApiError: [
    '调用没有成功的原因。message 是给用户看的中文，可以直接展示。除服务的错误码之外还有：',
    'NETWORK：没有收到答复，可能做了也可能没做；BAD_REPLY：答复的不是本服务。',
  ].join('\n'),
  'ApiError.code': '错误码：封闭的列表，以后可能增加',
  'ApiError.details': '哪些字段有误、达到什么上限、多久之后再试；从不包含所填的内容',
  'ApiError.requestId': '求助时提供的请求编号；没有收到服务的答复时没有',

  WxCloud: 'wx.cloud 中用到的部分',
  MAX_CLOUD_REQUEST_CHARS: 'callFunction 一次能传的字符数：微信公布的上限减去平台自己加上的',
  CloudOptions: 'cloudTransport 的选项',
  'CloudOptions.timeoutMs': '多少毫秒没有答复就算没有收到',
  'CloudOptions.large':
    '云开发传不了的（传出约 100 KB、答复约 1 MB 以上）由它传：httpTransport，填接口的地址',
  cloudTransport: '在小程序里经 wx.cloud.callFunction 调用，由平台确认是谁',

  ConsentAsk: '一项处理目的的完整告知，本人作出决定之前要看到的；seenEntry 是作出决定所依据的同意状态的编号',
  ConsentAct: '同意、不同意、撤回要填的内容，三者相同',
  ConsentEvidence: '本人是怎样决定的',
  'ConsentEvidence.control': '本人点的控件的名称，例如 cards.agree',
  'ConsentEvidence.dwellMs': '告知展示了多少毫秒',
  consentAskedBy: '因为缺少同意而被拒绝时，应当向本人展示的告知；因为别的原因失败时是 undefined',
  consentAct: [
    '本人对所看到的告知（consent.prompts 或者 consentAskedBy 给出的）同意、不同意或者撤回时要填的内容。',
    '没有预先勾选，所以不必另外说明。',
  ].join('\n'),

  Fetch: 'fetch 中用到的部分。signal 是 AbortSignal，不是每个平台都有它的类型',
  WxRequest: 'wx 中用到的部分',
  'WxRequest.dataType': '不写 json，答复就原样交来',
  HttpOptions: 'httpTransport 的选项',
  'HttpOptions.baseUrl': '接口的地址，带版本，例如 https://api.example.cn/v1',
  'HttpOptions.wx': '用什么发送：wx.request 或者 fetch；都不写就用平台自己的，先看 wx.request',
  'HttpOptions.timeoutMs': '多少毫秒没有答复就算没有收到',
  httpTransport: '经 HTTP 调用：POST <baseUrl>/<函数>/<操作>，小程序里用 wx.request，其他地方用 fetch',

  RandomBytes: '给出若干个谁也猜不到的字节',
  newIdempotencyKey: [
    '一次请求的编号。在打开表单时生成，得到答复之前一直用同一个：点两次也只做一次。',
    '@param random 随机数的来源；不写就用平台自己的：crypto.getRandomValues，小程序里是 wx.getRandomValues',
    '@throws Error 平台两样都没有。不能用 Math.random 代替：编号重复会丢掉别人的名片',
  ].join('\n'),

  Takes: '取走导出用到的操作',
  takeExport: [
    '取走已经做好的导出，按顺序一份一份地取：依次写进同一个文件就是压缩包。每一份只交出一次，take 处理完一份才取下一份；',
    '没有收到答复的，客户端自己再试。',
    '@throws ApiError 与各操作相同；取过的一份是 NOT_NOW',
  ].join('\n'),

  TokenStore: '登录凭证存在哪里；设为 undefined 就是忘掉。有凭证的就是本人，所以不要存到别处',
  memoryTokenStore: '只存在内存里，退出就忘掉',
  WxStorage: 'wx 中用到的部分',
  wxTokenStore: '存在小程序的本地存储里，下次打开还在：wxTokenStore(wx)',

  Request: '一次调用，可以发送了',
  CallOptions: '调用时在输入之外还可以带的',
  'CallOptions.proof': '本人验证：要求验证的操作（错误码 PROOF_REQUIRED）才需要',
  Transport: [
    '发送一次调用，原样交回答复；答复不是 JSON 时是 undefined。',
    '没有收到任何答复就拒绝（reject），拒绝的内容不会给任何人看。',
  ].join('\n'),
  AboutClient: '应用自己说的设备情况，本人在登录设备的列表里看得到',
  'AboutClient.device': '例如型号；服务只保存前 24 个字符',
  'AboutClient.version': '应用的版本；服务只保存前 16 个字符',
  REQUEST_TIMEOUT_MS: '比服务自己的 10 秒长，所以只要可能，说出结果的是服务',

  MAX_TRIES: '可以放心重复的调用最多试几次；连同间隔和等待最长 46 秒',
  RETRY_PAUSE_MS: '第二次尝试之前等待的毫秒数，第三次之前加倍',
  ClientOptions: 'createClient 的选项',
  'ClientOptions.transport': '怎样发送：httpTransport 或者 cloudTransport',
  'ClientOptions.token': '登录凭证存在哪里，默认只在内存里',
  'ClientOptions.onAnnouncement': [
    '答复带有公告（例如安全事件）时，每个公告告诉一次：请展示 profile.announcement 的内容。',
    '在这次调用的结果之前，被拒绝时也一样。',
  ].join('\n'),
  'ClientOptions.wait': '两次尝试之间怎样等待，测试用',
  Client: '全部操作，以及换一份登录凭证',
  'Client.useToken': '接着用别处开始的登录；undefined 忘掉现在的凭证，但不结束登录',
  createClient: [
    '做一个客户端：api.cards.get({ cardId })。login.signIn 等登录操作会保存凭证，login.signOut 和失效的凭证会忘掉它。',
    '每个没有成功的调用都以 ApiError 拒绝。',
  ].join('\n'),

  sha256Hex: [
    '一段字节的 SHA-256，十六进制：profile.requestAvatarUpload 要的，而微信没有这个函数。',
    '@param bytes wx.getFileSystemManager().readFile 不写编码时给出的内容',
  ].join('\n'),
};

const comment = /^ *\/\*\*[\s\S]*?\*\/$/gm;
/** Stands where a comment of ours stood. */
const COMMENTED = '//';
const declaration = /^(?:export )?(?:declare )?(?:function|const|class|type|interface) (\w+)/;
const member = /^ +(?:readonly )?(\w+)\??[:(]/;

/**
 * Declarations as the compiler writes them, with their comments in Chinese in the place of ours.
 * @throws Error for an exported name, or one that we have something to say of, without words above
 */
export function inChinese(declared: string): string {
  const lines: string[] = [];
  let top = '';
  let wasCommented = false;
  for (const line of declared.replaceAll(comment, COMMENTED).split('\n')) {
    if (line === COMMENTED) {
      wasCommented = true;
      continue;
    }
    top = declaration.exec(line)?.[1] ?? top;
    const [, inner] = member.exec(line) ?? [];
    const name = inner ? `${top}.${inner}` : top;
    const isNamed = inner !== undefined || declaration.test(line);
    const words = isNamed ? clientWords[name] : undefined;
    if (!words && (wasCommented || /^export (declare|type)/.test(line)))
      throw new Error(`infra/build/client-words.ts: say in Chinese what ${name} is.`);
    if (words) lines.push(commentOf(words, /^ */.exec(line)?.[0] ?? ''));
    lines.push(line);
    wasCommented = false;
  }
  return lines.join('\n');
}

function commentOf(words: string, indent: string): string {
  const lines = words.split('\n');
  if (lines.length === 1) return `${indent}/** ${words} */`;
  return [`${indent}/**`, ...lines.map((line) => `${indent} * ${line}`), `${indent} */`].join('\n');
}
