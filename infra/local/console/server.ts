import { createServer } from 'node:http';
import { close, HOST, listen } from '../ports';
import type { Mail } from '../smtp';
import { indexPage, type Places } from './index-page';
import { mailboxPage } from './mailbox-page';
import { type OpenApi, referencePage } from './reference-page';

export type ConsoleOptions = Places & {
  mailbox: readonly Mail[];
  openapi: OpenApi;
  port?: number | undefined;
};

export type Console = { url: string; stop(): Promise<void> };

type Answer = { type: string; body: string };

const asPage = (body: string): Answer => ({ type: 'text/html', body });
const asJson = (value: unknown): Answer => ({
  type: 'application/json',
  body: JSON.stringify(value, null, 2),
});

/** The pages are read by path; each is rendered anew from what is so now. */
const pages: Record<string, (options: ConsoleOptions) => Answer> = {
  '/': (options) => asPage(indexPage(options)),
  '/reference': ({ openapi, api }) => asPage(referencePage(openapi, api)),
  '/openapi.json': ({ openapi }) => asJson(openapi),
  '/mailbox': ({ mailbox }) => asPage(mailboxPage(mailbox)),
  '/mailbox.json': ({ mailbox }) => asJson(mailbox),
  // Who is running here, for commands that look for a running service.
  '/health': () => asJson({ pid: process.pid }),
};

/** Starts the developer's console, on a free port unless one is named. */
export async function startConsole(options: ConsoleOptions): Promise<Console> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const render = Object.hasOwn(pages, path) ? pages[path] : undefined;
    const { type, body } = render?.(options) ?? asPage('没有这个页面。');
    response.writeHead(render ? 200 : 404, {
      'content-type': `${type}; charset=utf-8`,
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
      'cache-control': 'no-store',
    });
    response.end(body);
  });
  const port = await listen(server, options.port ?? 0);
  return { url: `http://${HOST}:${port}`, stop: () => close(server) };
}
