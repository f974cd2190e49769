import { createServer } from 'node:http';
import { close, HOST, listen } from '../ports';
import type { Mail } from '../smtp';
import { html } from './html';
import { indexPage, type Places } from './index-page';
import { mailboxPage } from './mailbox-page';
import { operationPage } from './operation-page';
import { page, pageHeaders } from './page';
import { type OpenApi, referenceOf } from './reference';
import { conventionsPage, referencePage } from './reference-page';

export type ConsoleOptions = Places & {
  mailbox: readonly Mail[];
  openapi: OpenApi;
  port?: number | undefined;
};

export type Console = { url: string; stop(): Promise<void> };

type Answer = { page: string } | { json: unknown };

/** Starts the developer's console, on a free port unless one is named. */
export async function startConsole(options: ConsoleOptions): Promise<Console> {
  const answerTo = createAnswers(options);
  const server = createServer((request, response) => {
    const [path = '/', query] = (request.url ?? '/').split('?');
    const answer = answerTo(path, new URLSearchParams(query).get('q')?.trim() ?? '');
    if (answer && 'json' in answer)
      response
        .writeHead(200, { ...pageHeaders, 'content-type': 'application/json; charset=utf-8' })
        .end(JSON.stringify(answer.json, null, 2));
    else response.writeHead(answer ? 200 : 404, pageHeaders).end(answer?.page ?? missing(options));
  });
  const port = await listen(server, options.port ?? 0);
  return { url: `http://${HOST}:${port}`, stop: () => close(server) };
}

const linksOf = ({ sandbox }: Places) =>
  [
    ['首页', '/'],
    ['接口参考', '/reference'],
    ['邮箱', '/mailbox'],
    ['沙箱', `${sandbox}/sandbox`],
  ] as const;

/** The pages by path; each is rendered anew from what is so now. */
function createAnswers(options: ConsoleOptions): (path: string, asked: string) => Answer | undefined {
  const { api, mailbox, openapi } = options;
  const links = linksOf(options);
  const around = { reference: referenceOf(openapi), api, links };
  const entries = around.reference.groups.flatMap((group) => group.entries);
  const fixed: Record<string, (asked: string) => Answer> = {
    '/': () => ({ page: indexPage(options, links) }),
    '/reference': (asked) => {
      const exact = entries.find(({ name }) => name === asked);
      return { page: exact ? operationPage(around, exact) : referencePage(around, asked) };
    },
    '/reference/conventions': () => ({ page: conventionsPage(around) }),
    '/mailbox': () => ({ page: mailboxPage(mailbox, links) }),
    '/openapi.json': () => ({ json: openapi }),
    '/mailbox.json': () => ({ json: mailbox }),
    // Who is running here, for commands that look for a running service.
    '/health': () => ({ json: { pid: process.pid } }),
  };
  return (path, asked) => {
    if (Object.hasOwn(fixed, path)) return fixed[path]?.(asked);
    const entry = entries.find(({ name }) => path === `/reference/${name}`);
    return entry && { page: operationPage(around, entry) };
  };
}

function missing(options: Places): string {
  const body = html`<h1>没有这个页面</h1><p>从<a href="/">首页</a>或者<a href="/reference">接口参考</a>开始。</p>`;
  return page({ title: '没有这个页面', body, links: linksOf(options) });
}
