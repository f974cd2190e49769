import { pageOf } from '../../lib/page';
import { script } from './web-page-script';
import { style } from './web-page-style';

const body = `<main>
  <p class="service">乐聊名片</p>
  <h1 id="title" tabindex="-1">登录网页版</h1>
  <p id="words" role="status" hidden></p>
  <div id="notice">
    <p>用微信小程序扫码即可登录，不需要密码。</p>
    <p class="small">点击开始后，为了让您在手机上核对是谁在请求登录，我们会记下这个浏览器的名称和截去末段的网络地址，加密保存，最多 5 分钟。登录后浏览器里只保存一个用于登录的 Cookie，关闭浏览器后，或者过了 8 小时，需要重新登录。</p>
  </div>
  <figure id="ask" hidden>
    <svg id="picture" role="img" aria-label="登录二维码" shape-rendering="crispEdges"><path id="dark" d="" fill="#000"/></svg>
    <figcaption>
      <span class="code" id="code" aria-label="登录编号"></span>
      <span class="small" id="left"></span>
      <p class="small">这个编号只给您自己用。有人发给您的编号，请不要扫，也不要输入。</p>
    </figcaption>
  </figure>
  <button id="act" type="button" hidden>开始扫码登录</button>
  <button id="not" type="button" class="other" hidden>不是我的账号</button>
  <noscript><p>这个页面需要 JavaScript。您也可以不登录网页，直接在微信小程序里使用全部功能。</p></noscript>
</main>`;

const page = pageOf({ title: '登录网页版', body, style, script });

/** The sign-in page: one document that loads nothing else, with the policy that holds it to that. */
export async function webPage() {
  return page;
}
