/** The simulated provider behind a socket, for what runs in a process of its own. Needs Node. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Simulator } from '../simulator/simulator.ts';

export interface ProviderServer {
  /** http://127.0.0.1:<port> */
  origin: string;
  simulator: Simulator;
  close(): Promise<void>;
}

/** `create` is given the origin, which the simulated endpoints have to name. */
export async function listen(create: (origin: string) => Simulator): Promise<ProviderServer> {
  const server = createServer((incoming, outgoing) => {
    toRequest(incoming, origin)
      .then((request) => simulator.fetch(request))
      .then(async (response) => {
        outgoing.writeHead(response.status, Object.fromEntries(response.headers));
        outgoing.end(Buffer.from(await response.arrayBuffer()));
      })
      // What breaks the connection in a test's own process breaks it here.
      .catch(() => outgoing.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const simulator = create(origin);
  return {
    origin,
    simulator,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export async function toRequest(incoming: IncomingMessage, origin: string): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return new Request(new URL(incoming.url ?? '/', origin), {
    method: incoming.method ?? 'GET',
    headers: Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
    ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
  });
}
