import { type Html, html } from './html';
import { style } from './style';

type PageParts = {
  title: string;
  body: Html;
  /** Beside the body, where there is room. */
  menu?: Html | undefined;
  /** On top of every page. */
  links?: readonly (readonly [name: string, address: string])[];
  /** Beside them. */
  search?: Html | undefined;
};

/** A whole page of the local services. It works without a script and loads nothing. */
export function page({ title, body, menu, links = [], search }: PageParts): string {
  const { markup } = html`<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · 乐聊名片</title>
<link rel="icon" href="data:,">
<style>${{ markup: style }}</style>
</head>
<body>
<header><a class="brand" href="${links[0]?.[1] ?? '#'}">乐聊名片</a>
<nav>${links.map(([name, address]) => html`<a href="${address}">${name}</a>`)}</nav>${search}</header>
<div class="${menu ? 'columns' : 'single'}">
${menu && html`<nav class="menu" aria-label="全部操作">${menu}</nav>`}
<main>${body}</main>
</div>
</body>
</html>`;
  return markup;
}

/** For every page: nothing from elsewhere but a mark in the tab, no script, no frame around it. */
export const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
};
