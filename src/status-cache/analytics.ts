/**
 * Hit statistics for Workers Analytics Engine, where a dataset is bound: one point for each request
 * that read statuses. Never an id of a user or an account.
 *
 * index1, blob1: the operation. double1..4: users answered from memory, KV, origin, and with an
 * outdated entry while the database was away. double5, double6: ms that KV and D1 took; -1 where it
 * was not asked. So the part of memory in all answers is `SELECT sum(double1 * _sample_interval) /
 * sum((double1 + double2 + double3 + double4) * _sample_interval)`.
 */
import type { Bindings } from '../config';
import type { Served } from './cache';

const NOT_ASKED = -1;

/** `served`: all that one request read. Statistics must not cost an answer: nothing is thrown. */
export function countReads(
  { STATUS_ANALYTICS }: Pick<Bindings, 'STATUS_ANALYTICS'>,
  operation: string,
  served: readonly Served[],
): void {
  if (!STATUS_ANALYTICS) return;
  const from = (source: Served['source']) => served.filter((one) => one.source === source).length;
  const took = (part: 'kv' | 'd1') =>
    Math.max(NOT_ASKED, ...served.map(({ timings }) => timings[part] ?? NOT_ASKED));
  try {
    STATUS_ANALYTICS.writeDataPoint({
      indexes: [operation],
      blobs: [operation],
      doubles: [from('memory'), from('kv'), from('origin'), from('stale'), took('kv'), took('d1')],
    });
  } catch {
    // Over the limit of an invocation, or the binding is away.
  }
}
