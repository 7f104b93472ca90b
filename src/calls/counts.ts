/**
 * What came of the calls, for the operator: how many of each provider were answered how, by the
 * hour in D1; and a point for each call in Workers Analytics Engine, where a dataset is bound.
 * Never a user, an account or a path.
 *
 * The counts are gathered in the isolate and written together, so that a call makes no write. An
 * isolate that ends takes those of its last 20 seconds with it.
 *
 * A point: index1, blob1: the provider. blob2: the class of the answer. blob3: the method. double1:
 * the status, 0 where there was no answer. double2: ms until the answer began, a renewed token
 * included.
 */
import { gte } from 'drizzle-orm';
import type { Bindings } from '../config';
import { D1_MS, type Database, d1Write } from '../db/client';
import { excluded, plus } from '../db/expressions';
import { type AnswerClass, type CallCount, callCounts } from '../db/schema';
import type { Deps } from '../deps';
import { HOUR_MS, SECOND_MS } from '../time';

/** What is left undone 30 s after a reply, the platform ends. */
const GATHERED_MS = 20 * SECOND_MS;
/** D1 takes a hundred parameters, and a row has four. */
const ROWS = 25;

interface Gathered {
  /** By hour, provider and answer. */
  counts: Map<string, CallCount>;
  /** Until then a write is on its way; one that never came does not hold up the next for longer. */
  writtenBy: number;
}
const gathered = (): Gathered => ({ counts: new Map(), writtenBy: 0 });

interface CountedAnswer {
  provider: string;
  method: string;
  /** Null: no answer that could be passed on; also where the caller hung up before it came. */
  status: number | null;
  ms: number;
}

/** Statistics must not cost an answer: nothing is thrown. */
export function countAnswer(
  deps: Deps,
  analytics: Bindings['CALL_ANALYTICS'],
  { provider, method, status, ms }: CountedAnswer,
): void {
  const answer = answerClassOf(status);
  try {
    analytics?.writeDataPoint({
      indexes: [provider],
      blobs: [provider, answer, method],
      doubles: [status ?? 0, ms],
    });
  } catch {
    // Over the limit of an invocation, or the binding is away.
  }
  const now = deps.now();
  const held = deps.caches.of(gathered);
  const hour = now - (now % HOUR_MS);
  const name = JSON.stringify([hour, provider, answer]);
  const calls = (held.counts.get(name)?.calls ?? 0) + 1;
  held.counts.set(name, { hour, provider, answer, calls });
  if (now < held.writtenBy) return;
  held.writtenBy = now + GATHERED_MS + D1_MS;
  deps.waitUntil(writeLater(deps, held));
}

export function answerClassOf(status: number | null): AnswerClass {
  if (status === null) return 'none';
  if (status === 401 || status === 429) return `${status}`;
  if (status < 300) return '2xx';
  if (status < 400) return '3xx';
  return status < 500 ? '4xx' : '5xx';
}

async function writeLater(deps: Deps, held: Gathered): Promise<void> {
  await deps.sleep(GATHERED_MS);
  const rows = [...held.counts.values()];
  held.counts.clear();
  held.writtenBy = 0;
  const inserts = Array.from({ length: Math.ceil(rows.length / ROWS) }, (_, i) =>
    deps.db
      .insert(callCounts)
      .values(rows.slice(i * ROWS, (i + 1) * ROWS))
      .onConflictDoUpdate({
        target: [callCounts.hour, callCounts.provider, callCounts.answer],
        set: { calls: plus(callCounts.calls, excluded(callCounts.calls)) },
      }),
  );
  try {
    const [first, ...others] = inserts;
    if (first) await d1Write(deps.db.batch([first, ...others]));
  } catch (error) {
    // They are not tried again: the database may have taken them.
    deps.log.warn('calls.counts_not_written', {}, error);
  }
}

/** `calls` by class; classes that did not come are missing. */
export interface ProviderCalls {
  provider: string;
  total: number;
  calls: Partial<Record<AnswerClass, number>>;
}

/**
 * Of the hours that began at `since` or later, the most called provider first. Throws what D1
 * throws.
 */
export async function callsSince(db: Database, since: number): Promise<ProviderCalls[]> {
  const rows = await db.select().from(callCounts).where(gte(callCounts.hour, since));
  const byProvider = new Map<string, ProviderCalls>();
  for (const { provider, answer, calls } of rows) {
    const one = byProvider.get(provider) ?? { provider, total: 0, calls: {} };
    one.total += calls;
    one.calls[answer] = (one.calls[answer] ?? 0) + calls;
    byProvider.set(provider, one);
  }
  return [...byProvider.values()].sort((one, other) => other.total - one.total);
}
