import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** How a server that takes every connection leaves those who ask without an answer. */
export const silences = {
  'says nothing': () => undefined,
  'sends headers and no body': (socket: Socket) => void socket.write(headers),
  'sends its body byte by byte without end': (socket: Socket) => {
    socket.write(headers);
    const dripping = setInterval(() => socket.write(' '), 20);
    socket.on('close', () => clearInterval(dripping));
  },
};

const headers = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n';

/** A server on this machine that speaks TCP and never finishes an answer. */
export async function startSilentServer(silence: keyof typeof silences) {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => undefined); // whoever has waited long enough hangs up
    socket.once('data', () => silences[silence](socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
