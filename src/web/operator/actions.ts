/** The operator's actions; each leaves an event that names the service key. */
import { and, eq, isNotNull } from 'drizzle-orm';
import * as z from 'zod';
import { runBatch } from '../../db/client';
import { hasRow } from '../../db/conditions';
import { providerHealth } from '../../db/schema';
import type { Deps } from '../../deps';
import { eventStatements, recordAct } from '../../events/event-log';
import {
  enableEndpoint,
  endpointOf,
  sendDeadLetters,
  testEndpoint,
} from '../../events/webhook-endpoints';
import { type CircuitKey, closeCircuit } from '../../refresh/circuit';
import { runRefresh } from '../../refresh/run';
import { takeBackVerdicts } from '../../refresh/verdict-reversal';
import { invalidateUser } from '../../status-cache/clear';
import { SECOND_MS } from '../../time';

/**
 * How long a run that a browser waits for starts groups. Its last group takes up to 25 s more. When
 * the browser hangs up, no new group is started, and what was started has 30 s to end.
 */
const RUN_MS = 20 * SECOND_MS;

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
  z.object({ kind: z.literal('tested'), endpoint: z.string(), event: z.string() }),
  z.object({ kind: z.literal('enabled'), endpoint: z.string() }),
  z.object({
    kind: z.literal('sent_again'),
    endpoint: z.string(),
    sent: count,
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
  recordAct(deps, { type: 'operator.refresh_run', data: { by } });
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
  const event = eventStatements(
    deps,
    {
      at: deps.now(),
      type: 'provider.circuit_closed',
      data: { provider, host, by },
      dedupeKey: `provider.circuit_closed ${deps.uuid()}`,
    },
    isOpen,
  );
  const closing = closeCircuit(db, key).returning({ provider: providerHealth.provider });
  const results = await runBatch(db, [...event, closing]);
  const closed = results.at(-1) as Awaited<typeof closing>;
  return { kind: 'closed', provider, host, done: closed.length > 0 };
}

export async function clearUserCache(
  deps: Deps,
  by: string,
  userId: string,
): Promise<OperatorFlash> {
  return { kind: 'forgotten', userId, done: await invalidateUser(deps, userId, by) };
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
  const { taken } = done;
  recordAct(deps, { type: 'operator.verdicts_taken_back', data: { by, provider, taken } });
  return { kind: 'taken_back', provider, ...done };
}

/** @throws AppError not_found; what D1 throws */
export async function testEndpointNow(
  deps: Deps,
  by: string,
  name: string,
): Promise<OperatorFlash> {
  // The event names who did it.
  const event = await testEndpoint(deps, endpointOf(deps, name), by);
  return { kind: 'tested', endpoint: name, event };
}

/** @throws AppError not_found; what D1 throws */
export async function enableEndpointNow(
  deps: Deps,
  by: string,
  name: string,
): Promise<OperatorFlash> {
  await enableEndpoint(deps, endpointOf(deps, name).name, by);
  return { kind: 'enabled', endpoint: name };
}

/** @throws AppError not_found; what D1 throws */
export async function sendDeadLettersNow(
  deps: Deps,
  by: string,
  name: string,
): Promise<OperatorFlash> {
  const sent = await sendDeadLetters(deps, endpointOf(deps, name), by);
  return { kind: 'sent_again', endpoint: name, ...sent };
}
