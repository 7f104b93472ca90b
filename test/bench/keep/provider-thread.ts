/** A token endpoint that answers every refresh after so many ms, in a thread of its own. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

const { latencyMs } = workerData as { latencyMs: number };
let issued = 0;

const server = createServer((request, response) => {
  request.resume();
  setTimeout(() => {
    issued += 1;
    response.setHeader('Content-Type', 'application/json');
    response.end(
      JSON.stringify({
        access_token: `access-${issued}-${'x'.repeat(48)}`,
        refresh_token: `refresh-${issued}-${'y'.repeat(48)}`,
        token_type: 'bearer',
        expires_in: 3600,
      }),
    );
  }, latencyMs);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () =>
  parentPort?.postMessage((server.address() as AddressInfo).port),
);
