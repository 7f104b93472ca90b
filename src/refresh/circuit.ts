/**
 * The circuit, per provider and token host: it keeps a provider's outage from being hammered, and
 * an operator's mistake from being repeated for every account. Failures of five different
 * integrations in a row open it, or one operator's fault; then one group at a time probes.
 * A storm of refusals (storm.ts) opens it too.
 */

import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../db/client';
import { providerHealth } from '../db/schema';
import type { Deps } from '../deps';
import { auditEvent } from '../events/audit';
import type { OAuth2Provider, Provider } from '../providers/types';
import { fillPlaceholders, placeholdersOf } from '../providers/urls';
import { MINUTE_MS } from '../time';
import { LEASE_MS } from './lease';
import { persistently } from './persistently';

export type Health = typeof providerHealth.$inferSelect;
export type CircuitDeps = Pick<Deps, 'db' | 'now' | 'random' | 'sleep' | 'log'>;

export const OPENS_AFTER = 5;
export const FIRST_OPEN_MS = 30_000;
export const LONGEST_OPEN_MS = 15 * MINUTE_MS;
/** Why the circuit is open while refusals are not believed. */
export const STORM = 'refusal_storm';
export const WRITE_MS = 5_000;
/** A probe that never ended is over then. Never the end of an opening, which it must not equal. */
const PROBE_MS = LEASE_MS - 1;

/** Names one circuit. */
export interface CircuitKey {
  provider: string;
  host: string;
}

/** Where refreshes go; null where a parameter that is not given decides. With discovery, the issuer. */
export function tokenHost(
  provider: OAuth2Provider,
  parameters: Readonly<Record<string, string>> = {},
): string | null {
  const url = provider.refreshUrl ?? provider.tokenUrl ?? provider.issuer;
  if (url === undefined) return null;
  const filled = placeholdersOf(url).length === 0 ? url : fillPlaceholders(url, parameters);
  return filled === null ? null : (URL.parse(filled)?.host ?? null);
}

export const circuitOf = (
  provider: OAuth2Provider,
  parameters: Readonly<Record<string, string>>,
): CircuitKey => ({ provider: provider.id, host: tokenHost(provider, parameters) ?? '' });

export const isCircuit = ({ provider, host }: CircuitKey): SQL | undefined =>
  and(eq(providerHealth.provider, provider), eq(providerHealth.host, host));

/** What an attempt may do, as the circuit stands. */
export type Admission =
  | { kind: 'closed' }
  /** The one group that tries whether the provider is well again. */
  | { kind: 'probe'; probeUntil: number }
  | { kind: 'open'; until: number };

/** Half open: one conditional UPDATE decides who probes. `health` as it was just read. */
export async function admit(
  deps: CircuitDeps,
  key: CircuitKey,
  health: Health | undefined,
): Promise<Admission> {
  const now = deps.now();
  if (!health || health.openUntil === null) return { kind: 'closed' };
  if (health.openUntil > now) return { kind: 'open', until: health.openUntil };
  const probeUntil = now + PROBE_MS;
  const taken = await persistently(deps, now + WRITE_MS, () =>
    deps.db
      .update(providerHealth)
      .set({ openUntil: probeUntil, updatedAt: now })
      .where(and(isCircuit(key), eq(providerHealth.openUntil, health.openUntil ?? 0)))
      .returning({ provider: providerHealth.provider }),
  );
  return taken.length > 0 ? { kind: 'probe', probeUntil } : { kind: 'open', until: probeUntil };
}

export interface Failure {
  /** The row that failed: one broken account must not count five times. */
  rowId: number;
  /** Outcome code. */
  code: string;
  /** An operator's fault opens at once. */
  operator: boolean;
  admission: Admission;
}

/** Counts a failure, and opens the circuit where that is due. Throws what D1 throws. */
export async function recordFailure(
  deps: CircuitDeps,
  key: CircuitKey,
  failure: Failure,
): Promise<void> {
  const { rowId, code, operator } = failure;
  const known = sql`EXISTS (SELECT 1 FROM json_each(failed_ids) WHERE value = ${rowId})`;
  const ids = sql`CASE WHEN ${known} OR json_array_length(failed_ids) >= ${OPENS_AFTER} THEN failed_ids ELSE json_insert(failed_ids, '$[#]', ${rowId}) END`;
  const count = sql`json_array_length(${ids})`;
  await persistently(deps, deps.now() + WRITE_MS, () => {
    const now = deps.now();
    const opens = operator
      ? sql`open_until IS NULL`
      : sql`(open_until IS NULL AND ${count} >= ${OPENS_AFTER})`;
    return deps.db.batch([
      announcement(
        deps,
        { key, type: operator ? 'provider.operator_fault' : 'provider.open', code, now },
        opens,
        operator,
      ),
      deps.db
        .insert(providerHealth)
        .values({
          ...key,
          failures: 1,
          failedIds: [rowId],
          openUntil: operator ? now + FIRST_OPEN_MS : null,
          openFor: operator ? FIRST_OPEN_MS : null,
          reason: operator ? code : null,
          updatedAt: now,
        })
        .onConflictDoUpdate({
          target: [providerHealth.provider, providerHealth.host],
          set: {
            failedIds: ids,
            failures: count,
            ...opening(now, opens, failure.admission),
            reason: sql`CASE WHEN ${opens} THEN ${code} ELSE reason END`,
            updatedAt: now,
          },
        }),
    ]);
  });
}

/** Opens where `opens` holds; a probe that failed opens again, for twice as long. */
export function opening(now: number, opens: SQL, admission: Admission) {
  // The first failure of a probing group reopens; the others find another `open_until`.
  const reopens =
    admission.kind === 'probe' ? sql`open_until = ${admission.probeUntil}` : sql`false`;
  const longer = sql`min(coalesce(open_for, ${FIRST_OPEN_MS}) * 2, ${LONGEST_OPEN_MS})`;
  const openFor = sql`CASE WHEN ${opens} THEN ${FIRST_OPEN_MS} WHEN ${reopens} THEN ${longer} ELSE open_for END`;
  return {
    openFor,
    openUntil: sql`CASE WHEN ${opens} OR ${reopens} THEN ${now} + ${openFor} ELSE open_until END`,
  };
}

/**
 * The operator's event, for a batch, before the statement that opens: once for each opening, not
 * for each account that meets it.
 */
export function announcement(
  deps: Pick<Deps, 'db'>,
  event: { key: CircuitKey; type: string; code: string; now: number },
  opens: SQL,
  alsoFirst: boolean,
) {
  const { key, type, code, now } = event;
  const here = sql`SELECT 1 FROM provider_health WHERE provider = ${key.provider} AND host = ${key.host}`;
  const first = alsoFirst ? sql`NOT EXISTS (${here})` : sql`false`;
  return auditEvent(
    deps.db,
    { at: now, type, provider: key.provider, detail: { code, host: key.host } },
    sql`(${first} OR EXISTS (${here} AND ${opens}))`,
  );
}

/** Whether a success has something to tidy up. */
export const needsClosing = (health: Health | undefined): boolean =>
  health !== undefined && (health.failures > 0 || health.openUntil !== null);

/**
 * The statement that closes a provider's circuits (of one host, or all): any success does, a
 * connect's included. Updates no row where all was well.
 */
export const closeCircuit = (db: Database, provider: string, host?: string) =>
  db
    .update(providerHealth)
    .set({
      failures: 0,
      failedIds: [],
      openUntil: null,
      openFor: null,
      reason: null,
      // A storm's count ends with the storm; otherwise it goes on.
      windowStartedAt: sql`CASE WHEN reason = ${STORM} THEN NULL ELSE window_started_at END`,
    })
    .where(
      and(
        eq(providerHealth.provider, provider),
        host === undefined ? undefined : eq(providerHealth.host, host),
        sql`(failures > 0 OR open_until IS NOT NULL)`,
      ),
    );

/** Providers that a run may ask: OAuth, configured, and with something to refresh. */
export function refreshable(providers: {
  all(): readonly Provider[];
  client(id: string): unknown;
}): OAuth2Provider[] {
  return providers
    .all()
    .filter((provider) => provider.kind === 'oauth2')
    .filter((provider) => provider.refreshModel !== 'none')
    .filter((provider) => providers.client(provider.id) !== undefined);
}
