/** The load generator's near side: hands loads to its thread, one at a time. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Load, Measured } from './thread.ts';

export type { Load, Measured };

export interface Generator {
  run(load: Load): Promise<Measured>;
  /** The highest utilization of any run so far. */
  readonly busiest: number;
  stop(): Promise<void>;
}

export function startGenerator(): Generator {
  const thread = new Worker(join(import.meta.dirname, 'thread.ts'));
  let busiest = 0;
  return {
    get busiest() {
      return busiest;
    },
    async run(load) {
      const measured = await new Promise<Measured>((resolve, reject) => {
        thread.once('error', reject);
        thread.once('message', (reply: { measured: Measured } | { error: string }) => {
          thread.off('error', reject);
          if ('measured' in reply) resolve(reply.measured);
          else reject(new Error(reply.error));
        });
        thread.postMessage(load);
      });
      busiest = Math.max(busiest, measured.utilization);
      const others = Object.entries(measured.otherStatuses);
      if (others.length > 0) {
        throw new Error(`replies that are not 200: ${JSON.stringify(measured.otherStatuses)}`);
      }
      return measured;
    },
    async stop() {
      await thread.terminate();
    },
  };
}

/** A request as it goes over the wire. */
export function request(
  method: 'GET' | 'POST',
  path: string,
  token: string,
  json?: unknown,
): Uint8Array {
  const body = json === undefined ? '' : JSON.stringify(json);
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'Host: localhost',
    `Authorization: Bearer ${token}`,
    ...(json === undefined
      ? []
      : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`]),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`);
}
