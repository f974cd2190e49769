import { createHash } from 'node:crypto';

/** What a page of the service is made of. `body` and `script` are markup and code of our own, never what somebody wrote. */
export type PageParts = { title: string; body: string; style: string; script?: string };

/**
 * A page for people: one document that loads nothing else, and the content security policy that holds it to that. Nothing
 * but this script and this style may run, and nothing may be asked but our own operations.
 */
export function pageOf({ title, body, style, script }: PageParts): { html: string; policy: string } {
  const policy = [
    "default-src 'none'",
    ...(script === undefined ? [] : [`script-src ${hashOf(script)}`]),
    `style-src ${hashOf(style)}`,
    'img-src data:',
    ...(script === undefined ? [] : ["connect-src 'self'"]),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    ...(script === undefined ? [] : ["require-trusted-types-for 'script'"]),
  ].join('; ');
  const html = `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · 乐聊名片</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
${body}${script === undefined ? '' : `\n<script>${script}</script>`}
</body>
</html>
`;
  return { html, policy };
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`;
}
