/**
 * The load, in a thread of its own: keep-alive sockets, one request at a time on each, requests
 * that were written out before, and no more of a reply looked at than its length, its status and
 * one text that has to be in its head.
 */
import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import { parentPort } from 'node:worker_threads';

export interface Load {
  port: number;
  /** Whole HTTP/1.1 requests, sent in turn. */
  requests: Uint8Array[];
  connections: number;
  /** For so long; or, where given, until so many requests were sent. */
  ms: number;
  count?: number;
  /** Nothing is sent before all sockets are connected. */
  together?: boolean;
  /** Between a reply and the next request of its socket. */
  pauseMs?: number;
  /** Which request is the first. */
  offset?: number;
  /** Replies whose head holds this are counted. */
  expect?: string;
}

export interface Measured {
  replies: number;
  seconds: number;
  /** Replies with `expect` in their head. */
  expected: number;
  /** By status; 200 not listed. */
  otherStatuses: Record<string, number>;
  /** Of each request, ms, in the order in which they came back. */
  latencies: Float64Array;
  /**
   * Share of the time in which this thread was busy: near 1, it would be itself what is measured.
   */
  utilization: number;
}

const HEAD_END = '\r\n\r\n';
const MAX_LATENCIES = 2_000_000;

async function run(load: Load): Promise<Measured> {
  const latencies = new Float64Array(
    Math.min(load.count ?? Math.ceil(load.ms * 40), MAX_LATENCIES),
  );
  const otherStatuses: Record<string, number> = {};
  let sent = 0;
  let replies = 0;
  let expected = 0;
  const before = performance.eventLoopUtilization();
  const startedAt = performance.now();
  const until = startedAt + load.ms;
  const more = (): boolean =>
    load.count === undefined ? performance.now() < until : sent < load.count;

  let connected = 0;
  const waiting: (() => void)[] = [];
  const client = (): Promise<void> =>
    new Promise((resolve, reject) => {
      let sentAt = 0;
      let head = '';
      let missing = -1;
      let chunked = false;
      const send = (): void => {
        if (!more()) {
          socket.destroy();
          resolve();
          return;
        }
        const request = load.requests[((load.offset ?? 0) + sent) % load.requests.length];
        sent += 1;
        head = '';
        missing = -1;
        chunked = false;
        sentAt = performance.now();
        if (request) socket.write(request);
      };
      const done = (): void => {
        if (replies < latencies.length) latencies[replies] = performance.now() - sentAt;
        replies += 1;
        if (load.expect !== undefined && head.includes(load.expect)) expected += 1;
        const status = head.slice(9, 12);
        if (status !== '200') otherStatuses[status] = (otherStatuses[status] ?? 0) + 1;
        if (load.pauseMs) setTimeout(send, load.pauseMs);
        else send();
      };
      const take = (size: number, chunk: Uint8Array): boolean => {
        const part = Buffer.from(chunk.buffer, chunk.byteOffset, size);
        let rest = part;
        if (missing < 0 && !chunked) {
          const end = part.indexOf(HEAD_END);
          // A head in pieces: as good as never, so plainly.
          head += part.latin1Slice(0, end < 0 ? size : end);
          if (end < 0) return true;
          rest = part.subarray(end + HEAD_END.length);
          const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
          if (length === undefined) chunked = true;
          else missing = Number(length);
        }
        if (chunked) {
          if (part.latin1Slice(Math.max(0, size - 5)) === '0\r\n\r\n') done();
        } else {
          missing -= rest.length;
          if (missing === 0) done();
        }
        return true;
      };
      const socket = connect({
        port: load.port,
        host: '127.0.0.1',
        noDelay: true,
        onread: { buffer: Buffer.allocUnsafe(262_144), callback: take },
      });
      socket.once('connect', () => {
        connected += 1;
        if (!load.together) send();
        else waiting.push(send);
        if (load.together && connected === load.connections) for (const go of waiting) go();
      });
      socket.once('error', reject);
      socket.once('end', () => reject(new Error('the Worker closed the connection')));
    });

  await Promise.all(Array.from({ length: load.connections }, client));
  return {
    replies,
    seconds: (performance.now() - startedAt) / 1000,
    expected,
    otherStatuses,
    latencies: latencies.slice(0, Math.min(replies, latencies.length)),
    utilization: performance.eventLoopUtilization(before).utilization,
  };
}

parentPort?.on('message', (load: Load) => {
  run(load).then(
    (measured) => parentPort?.postMessage({ measured }),
    (error: unknown) => parentPort?.postMessage({ error: String(error) }),
  );
});
