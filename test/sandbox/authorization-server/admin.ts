/**
 * The sandbox's control panel, on a port of its own: what it saw, and what it should do. Loopback
 * only, and it wants a header that no web page can send across origins without being asked.
 *
 *   GET  /stats                        token requests, revocations, in flight
 *   POST /withdraw   {"accountId"}     withdraws the account's grants
 *   POST /behaviour  {"latencyMs"?, "failure"?, "failures"?}
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AuthorizationServer, Behaviour } from './index.ts';

export interface AdminServer {
  url: string;
  close(): Promise<void>;
}

export async function startAdmin(sandbox: AuthorizationServer, port: number): Promise<AdminServer> {
  const server = createServer((request, response) => {
    const reply = (status: number, body: unknown) => {
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(`${JSON.stringify(body)}\n`);
    };
    if (request.headers['x-sandbox'] === undefined) {
      reply(403, { error: 'send the header X-Sandbox: 1' });
      return;
    }
    act(sandbox, request)
      .then((body) => (body === undefined ? reply(404, { error: 'not found' }) : reply(200, body)))
      .catch(() => reply(400, { error: 'the body is not what this address takes' }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function act(sandbox: AuthorizationServer, request: IncomingMessage): Promise<unknown> {
  const { traffic } = sandbox;
  switch (`${request.method} ${request.url}`) {
    case 'GET /stats':
      return {
        inFlight: traffic.inFlight,
        behaviour: traffic.behaviour,
        tokenRequests: traffic.tokenRequests,
        revocations: traffic.revocations,
      };
    case 'POST /withdraw': {
      const { accountId } = (await readJson(request)) as { accountId: string };
      return { withdrawn: await sandbox.withdraw(String(accountId)) };
    }
    case 'POST /behaviour':
      traffic.behaviour = {
        ...traffic.behaviour,
        ...((await readJson(request)) as Partial<Behaviour>),
      };
      return traffic.behaviour;
    default:
      return undefined;
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let body = '';
  for await (const chunk of request) body += chunk;
  return JSON.parse(body);
}
