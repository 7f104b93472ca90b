/**
 * A receiver of webhooks, in a thread of its own: `/after/<ms>` answers after so long, `/never`
 * does not.
 * `/arrivals` tells when the last ones came, in ms since the epoch, and forgets them.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort } from 'node:worker_threads';

let arrivals: number[] = [];

const server = createServer((request, response) => {
  const { url = '' } = request;
  if (url === '/arrivals') {
    response.end(JSON.stringify(arrivals));
    arrivals = [];
    return;
  }
  arrivals.push(performance.timeOrigin + performance.now());
  request.resume();
  const [, ms] = /^\/after\/(\d+)$/.exec(url) ?? [];
  if (ms !== undefined) setTimeout(() => response.writeHead(204).end(), Number(ms));
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  parentPort?.postMessage(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
