/** What the sandbox's servers stand on: each listens on the loopback interface, whatever it is. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Provider } from 'oidc-provider';

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface Loopback {
  /** Its address, where it is no other's. */
  origin: string;
  /** Until it is told, requests wait for their answer. */
  answerBy(answer: Answer): void;
  close(): Promise<void>;
}

/**
 * Its port is known before what answers is made, which names it.
 * @param name of the server, in what it says of its failures
 * @param port 0: a free one
 */
export async function listenOnLoopback(name: string, port = 0): Promise<Loopback> {
  const { promise: told, resolve: answerBy } = Promise.withResolvers<Answer>();
  const server = createServer(async (request, response) => {
    try {
      const answer = await told;
      await answer(request, response);
    } catch (error) {
      console.error(`${name}:`, error instanceof Error ? error.message : error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    answerBy,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The requests to a token endpoint from now on, as their parameters. */
export function tokenRequestsOf(provider: Provider): Record<string, string>[] {
  const requests: Record<string, string>[] = [];
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.path !== '/token') return;
    const params = Object.entries(ctx.oidc?.params ?? {});
    requests.push(Object.fromEntries(params.map(([name, value]) => [name, String(value)])));
  });
  return requests;
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(`${JSON.stringify(body)}\n`);
}
