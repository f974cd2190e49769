import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Words, words } from '../command-line/words';
import { CannotStart } from './cannot-start';

/** Everything local listens here only, out of reach of the network. */
export const HOST = '127.0.0.1';

/** Whose port it is, in a sentence. */
export const theApi = words('接口', 'The API');
export const theDemo = words('示例小镇', 'The demo');

/** A port that was free a moment ago. Whoever takes it must bear that another was faster. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, 0);
  await close(server);
  return port;
}

/**
 * Makes sure that nobody listens on a port the developer asked for.
 * @throws CannotStart naming the port and the remedy
 */
export async function assertPortFree(port: number, what: Words): Promise<void> {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new CannotStart(
      `${what.zh}不能用端口 ${port}：请选 1024 到 65535 之间的一个。`,
      `${what.en} cannot use port ${port}: choose one from 1024 to 65535.`,
    );
  }
  const server = createServer();
  try {
    await listen(server, port);
  } catch (error) {
    throw portRefused(error, port, what);
  }
  await close(server);
}

function portRefused(error: unknown, port: number, what: Words): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EADDRINUSE') {
    return new CannotStart(
      `${what.zh}不能用端口 ${port}，另一个程序占着它：请停掉那个程序，或者换一个端口。`,
      `${what.en} cannot use port ${port} because another program has it: stop that program or choose another port.`,
    );
  }
  if (code === 'EACCES') {
    return new CannotStart(
      `${what.zh}无权使用端口 ${port}：请选 1023 以上的。`,
      `${what.en} may not use port ${port}: choose one above 1023.`,
    );
  }
  return error;
}

/** Listens on this machine only; port 0 means any free one. Resolves with the port. */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Closes a server at once, whoever is still connected. */
export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
