/** The operator's actions; each leaves an event that names the service key. */
import { and, eq, isNotNull } from 'drizzle-orm';
import * as z from 'zod';
import { hasRow } from '../../db/conditions';
import { providerHealth } from '../../db/schema';
import type { Deps } from '../../deps';
import { auditEvent, type EventType } from '../../events/audit';
import { type CircuitKey, closeCircuit } from '../../refresh/circuit';
import { runRefresh } from '../../refresh/run';
import { takeBackVerdicts } from '../../refresh/take-back';
import { forget } from '../../status-cache/publish';

/**
 * How long a run that a browser waits for starts groups. Its last group takes up to 25 s more. When the
 * browser hangs up, no new group is started, and what was started has 30 s to end.
 */
const RUN_MS = 20_000;

const count = z.number();

/** What was done: shown once, on the next page. */
export const operatorFlashSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('ran'),
    claimed: count,
    refreshed: count,
    refused: count,
    failed: count,
    left: z.boolean(),
  }),
  z.object({
    kind: z.literal('closed'),
    provider: z.string(),
    host: z.string(),
    /** False: it was not open any more. */
    done: z.boolean(),
  }),
  z.object({
    kind: z.literal('forgotten'),
    userId: z.string(),
    /** False: KV did not take the delete. */
    done: z.boolean(),
  }),
  z.object({
    kind: z.literal('taken_back'),
    provider: z.string(),
    taken: count,
    left: z.boolean(),
  }),
]);

export type OperatorFlash = z.output<typeof operatorFlashSchema>;

/** @param by name of the service key @param signal of the waiting browser */
export async function runRefreshNow(
  deps: Deps,
  by: string,
  signal: AbortSignal,
): Promise<OperatorFlash> {
  recordAction(deps, { type: 'operator.refresh_run', by });
  const run = runRefresh(deps, 'operator', { ms: RUN_MS, signal });
  deps.waitUntil(run);
  return { kind: 'ran', ...(await run) };
}

/** Throws what D1 throws. */
export async function closeCircuitNow(
  deps: Deps,
  by: string,
  key: CircuitKey,
): Promise<OperatorFlash> {
  const { db } = deps;
  const { provider, host } = key;
  const isOpen = hasRow(
    db,
    providerHealth,
    and(
      eq(providerHealth.provider, provider),
      eq(providerHealth.host, host),
      isNotNull(providerHealth.openUntil),
    ),
  );
  const detail = { by, host };
  const [, closed] = await db.batch([
    auditEvent(db, { at: deps.now(), type: 'provider.circuit_closed', provider, detail }, isOpen),
    closeCircuit(db, key).returning({ provider: providerHealth.provider }),
  ]);
  return { kind: 'closed', provider, host, done: closed.length > 0 };
}

export async function clearUserCache(
  deps: Deps,
  by: string,
  userId: string,
): Promise<OperatorFlash> {
  const done = await forget(deps, userId);
  recordAction(deps, { type: 'operator.user_invalidated', by, userId });
  return { kind: 'forgotten', userId, done };
}

/** Throws what D1 throws. */
export async function takeBackVerdictsNow(
  deps: Deps,
  by: string,
  provider: string,
): Promise<OperatorFlash> {
  const work = takeBackVerdicts(deps, provider, deps.now() + RUN_MS);
  deps.waitUntil(work.catch(() => {}));
  const done = await work;
  recordAction(deps, { type: 'operator.verdicts_taken_back', by, provider, taken: done.taken });
  return { kind: 'taken_back', provider, ...done };
}

/** After the reply, and as far as the database takes it: the action does not depend on its record. */
export function recordAction(
  deps: Deps,
  {
    type,
    by,
    taken,
    ...about
  }: { type: EventType; by: string; userId?: string; provider?: string; taken?: number },
): void {
  const detail = { by, ...(taken === undefined ? {} : { taken }) };
  const event = { at: deps.now(), type, detail, ...about };
  const written = deps.db.batch([auditEvent(deps.db, event)]);
  deps.waitUntil(
    written.then(
      () => {},
      (error) => deps.log.warn('events.not_written', { type }, error),
    ),
  );
}
