import { API_PATH } from '../../lib/api-version';
import { text } from '../../lib/html';
import { pageOf } from '../../lib/page';
import { operator } from '../../lib/policy/registry';

const style = `
:root { color-scheme: light dark; --ink: #1c2420; --soft: #55605a; --page: #f4f6f5; --card: #fff; --line: #d5dcd8; --go: #0b6e4f; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #edf2ef; --soft: #aab6b0; --page: #121614; --card: #1c2220; --line: #36403b; --go: #5cc9a3; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--page); color: var(--ink);
  font: 1rem/1.7 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
main { width: 100%; max-width: 34rem; padding: 1.5rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; }
h1 { margin: 0 0 .75rem; font-size: 1.5rem; line-height: 1.3; }
h2 { margin: 1.5rem 0 .25rem; font-size: 1.0625rem; }
p { margin: 0 0 .75rem; }
a { color: var(--go); }
code { font: .9em ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
dl { margin: 0; display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .25rem 1rem; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 30rem) { dl { display: block; } dd { margin-bottom: .5rem; } }
`;

const { service, name, contact, address, protectionOfficer } = operator;

const body = `<main>
  <h1>${text(service)}的接口</h1>
  <p>这个地址供${text(service)}的小程序和网页调用，不是给人浏览的。使用名片请打开微信小程序，或者<a href="/login/web">登录网页版</a>。</p>
  <h2>给开发者</h2>
  <dl>
    <dt>调用一个操作</dt><dd><code>POST ${API_PATH}/函数/操作</code>，内容是 JSON</dd>
    <dt>例如</dt><dd><code>POST ${API_PATH}/consent/policy</code>：个人信息保护政策全文，任何人都可以取</dd>
    <dt>验证签名的公钥</dt><dd><a href="/.well-known/jwks.json"><code>/.well-known/jwks.json</code></a></dd>
    <dt>没有的地址</dt><dd>一律答复 404 <code>UNKNOWN_OPERATION</code></dd>
  </dl>
  <h2>谁在运营</h2>
  <dl>
    <dt>运营者</dt><dd>${text(name)}</dd>
    <dt>住所</dt><dd>${text(address)}</dd>
    <dt>联系方式</dt><dd>${text(contact)}</dd>
    <dt>个人信息保护负责人</dt><dd>${text(protectionOfficer)}</dd>
  </dl>
</main>`;

const page = pageOf({ title: '接口', body, style });

/** The root of the API: what this is, for whoever opens it in a browser. */
export async function about() {
  return page;
}
