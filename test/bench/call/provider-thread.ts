/**
 * An API in a thread of its own: a GET is answered after so many ms, any other body comes back as
 * it came.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

const { latencyMs } = workerData as { latencyMs: number };
const body = JSON.stringify({ id: 'account-0', name: 'Account 0' });

const server = createServer((request, response) => {
  if (request.method !== 'GET') {
    response.writeHead(200, { 'Content-Length': request.headers['content-length'] ?? '0' });
    request.pipe(response);
    return;
  }
  setTimeout(() => {
    response.writeHead(200, {
      'Content-Type': 'application/json',
      'Content-Length': String(body.length),
    });
    response.end(body);
  }, latencyMs);
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  parentPort?.postMessage(`http://127.0.0.1:${port}`);
});
