import { API_PATH } from '../../lib/api-version';

/**
 * What the sign-in page does. It never sees a secret: the browser's own and the session are HttpOnly cookies, and the
 * code on the screen is of no use to whoever reads it there but for looking at the request.
 */
export const script = `
'use strict';
const $ = (id) => document.getElementById(id);
const screens = {
  start: ['登录网页版', '', '开始扫码登录'],
  waiting: ['请用微信小程序扫码', '打开“乐聊名片”小程序，选择“扫码登录网页”，扫描下图或输入编号。', ''],
  shown: ['请在手机上确认', '小程序已经打开这次登录。请核对网址、设备和时间，然后选择同意或拒绝。', ''],
  whose: ['请确认是您的账号', '', '是我的账号，登录'],
  in: ['已经登录', '这个浏览器已经登录。用完请退出，公用电脑上尤其如此。', '退出登录'],
  denied: ['登录已被拒绝', '您在手机上拒绝了这次登录。如果不是您本人打开的这个网页，可以直接关闭它。', '重新开始'],
  expired: ['编号已失效', '编号只在 5 分钟内有效，用过一次即失效。', '重新获取'],
  cookies: ['浏览器没有保存 Cookie', '网页登录需要一个 Cookie 来认出这个浏览器。请允许本网站保存 Cookie 后重试；不愿意也没有关系，小程序照常使用。', '重试'],
  busy: ['现在不能登录', '', '重试'],
};
let now = 'start', left = 0, whose = '', timer, ticker;

async function call(operation) {
  const response = await fetch('${API_PATH}/login/' + operation, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}', cache: 'no-store',
  });
  return response.json();
}

function show(name, text) {
  const [title, words, button] = screens[name];
  clearTimeout(timer);
  if (name !== 'waiting' && name !== 'shown') clearInterval(ticker);
  now = name;
  $('title').textContent = title;
  document.title = title + ' · 乐聊名片';
  $('words').textContent = text || words;
  $('words').hidden = !(text || words);
  $('notice').hidden = name !== 'start';
  $('ask').hidden = name !== 'waiting';
  $('act').hidden = !button;
  $('act').disabled = false;
  $('act').textContent = button;
  $('not').hidden = name !== 'whose';
  if (name !== 'start') $('title').focus();
}

function tick() {
  left -= 1;
  $('left').textContent = '还有 ' + Math.floor(left / 60) + ' 分 ' + (left % 60) + ' 秒失效';
  if (left <= 0) show('expired');
}

async function begin() {
  if (!navigator.cookieEnabled) return show('cookies');
  const reply = await call('webBegin');
  if (!reply.ok) return show('busy', reply.error.message);
  const { code, picture, expiresInSeconds, retryAfterSeconds } = reply.data;
  $('picture').setAttribute('viewBox', '0 0 ' + picture.size + ' ' + picture.size);
  $('dark').setAttribute('d', picture.path);
  $('code').textContent = code;
  left = expiresInSeconds;
  show('waiting');
  tick();
  ticker = setInterval(tick, 1000);
  timer = setTimeout(poll, retryAfterSeconds * 1000, true);
}

async function poll(first) {
  let wait = 5;
  try {
    const reply = await call('webPoll');
    if (reply.ok) {
      const { state, retryAfterSeconds, account } = reply.data;
      if (account) whose = (account.name ? account.name + ' 的账号' : '账号') + '（编号尾号 ' + account.tail + '）';
      if (state === 'signed-in') return show('in', '这个浏览器已经登录 ' + whose + '。不是您的账号请马上退出；用完也请退出，公用电脑上尤其如此。');
      // Who scanned the code decides whose account this browser opens: whoever sits here says whether it is theirs.
      if (state === 'approved') return show('whose', '手机上已经同意。这个浏览器将要打开 ' + whose + '，和手机上显示的应当一致。不是您的账号就不要登录：别人扫了这个编号，会让您用上他的账号。');
      if (state === 'denied') return show('denied');
      if (state === 'no-cookie') return show(first ? 'cookies' : 'expired');
      if (state === 'expired') return show('expired');
      if (state !== now) show(state);
      wait = retryAfterSeconds;
    } else if (reply.error.details && reply.error.details.retryAfterSeconds) {
      wait = reply.error.details.retryAfterSeconds;
    }
  } catch { /* offline for a moment: ask again until the code is dead */ }
  timer = setTimeout(poll, wait * 1000, false);
}

async function act() {
  $('act').disabled = true;
  try {
    if (now === 'whose') return await poll();
    if (now !== 'in') return await begin();
    const reply = await call('webSignOut');
    if (reply.ok || reply.error.code === 'SIGN_IN_REQUIRED') show('start');
    else show('in', reply.error.message);
  } catch {
    show(now === 'in' ? 'in' : 'busy', '网络不通，请稍后重试。');
  }
}

$('act').addEventListener('click', act);
$('not').addEventListener('click', () => show('start'));
call('listSessions').then(({ ok }) => show(ok ? 'in' : 'start')).catch(() => show('start'));
`;
