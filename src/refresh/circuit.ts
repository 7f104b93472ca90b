/**
 * The circuit, per provider and token host: it keeps a provider's outage from being hammered, and
 * an operator's mistake from being repeated for every account. Failures of five different
 * integrations in a row open it, or one operator's fault, or a storm of refusals (storm.ts); then
 * one group at a time probes. All that is written into `provider_health` stands here.
 */
import { and, eq, isNotNull, isNull, not, or, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../db/client';
import { hasRow } from '../db/conditions';
import {
  type FailureCategory,
  isTroubled,
  type ProviderHealth,
  providerHealth,
} from '../db/schema';
import type { Deps } from '../deps';
import { auditEvent, type EventType } from '../events/audit';
import { placeholdersOf } from '../providers/templates';
import type { OAuth2Provider } from '../providers/types';
import { fillPlaceholders } from '../providers/urls';
import { retry } from '../retry';
import { MINUTE_MS, SECOND_MS } from '../time';
import { LEASE_MS } from './claim';
import { isStorm, STORM, stormWindow } from './storm';

export const OPENS_AFTER = 5;
export const FIRST_OPEN_MS = 30 * SECOND_MS;
export const LONGEST_OPEN_MS = 15 * MINUTE_MS;
const WRITE_MS = 5 * SECOND_MS;
/** A probe that never ended is over then. Never the end of an opening, which it must not equal. */
const PROBE_MS = LEASE_MS - 1;

const { failedIds, openFor, openUntil } = providerHealth;

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

const isCircuit = ({ provider, host }: CircuitKey): SQL | undefined =>
  and(eq(providerHealth.provider, provider), eq(providerHealth.host, host));

/** What an attempt may do, as the circuit stands. */
export type Admission =
  | { kind: 'closed' }
  /** The one group that tries whether the provider is well again. */
  | { kind: 'probe'; probeUntil: number }
  | { kind: 'open'; until: number };

/**
 * Half open: one conditional UPDATE decides who probes. `health` as it was just read.
 *
 * @throws what D1 throws
 */
export async function admit(
  deps: Deps,
  key: CircuitKey,
  health: ProviderHealth | undefined,
): Promise<Admission> {
  const now = deps.now();
  const until = health?.openUntil ?? null;
  if (until === null) return { kind: 'closed' };
  if (until > now) return { kind: 'open', until };
  const probeUntil = now + PROBE_MS;
  const taken = await retry(deps, { until: now + WRITE_MS }, () =>
    deps.db
      .update(providerHealth)
      .set({ openUntil: probeUntil, updatedAt: now })
      .where(and(isCircuit(key), eq(openUntil, until)))
      .returning({ provider: providerHealth.provider }),
  );
  return taken.length > 0 ? { kind: 'probe', probeUntil } : { kind: 'open', until: probeUntil };
}

export interface CountedFailure {
  /** The row that failed: one broken account must not count five times. */
  rowId: number;
  /** Of the outcome. */
  code: string;
  category: FailureCategory;
  /** An operator's fault opens at once. */
  operator: boolean;
  admission: Admission;
}

/** Counts a failure, and opens the circuit where that is due. @throws what D1 throws */
export async function countFailure(
  deps: Deps,
  key: CircuitKey,
  { rowId, code, category, operator, admission }: CountedFailure,
): Promise<void> {
  const isKnown = sql`EXISTS (SELECT 1 FROM json_each(${failedIds}) WHERE value = ${rowId})`;
  const ids = sql`CASE WHEN ${isKnown} OR json_array_length(${failedIds}) >= ${OPENS_AFTER} THEN ${failedIds} ELSE json_insert(${failedIds}, '$[#]', ${rowId}) END`;
  const count = sql`json_array_length(${ids})`;
  const opens = operator
    ? isNull(openUntil)
    : sql`(${openUntil} IS NULL AND ${count} >= ${OPENS_AFTER})`;
  await retry(deps, { until: deps.now() + WRITE_MS }, () => {
    const now = deps.now();
    return deps.db.batch([
      openingEvent(
        deps.db,
        { key, type: operator ? 'provider.operator_fault' : 'provider.circuit_opened', code, now },
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
          reasonCategory: operator ? category : null,
          updatedAt: now,
        })
        .onConflictDoUpdate({
          target: [providerHealth.provider, providerHealth.host],
          set: {
            failedIds: ids,
            failures: count,
            ...opening(now, opens, { code, category }, admission),
            updatedAt: now,
          },
        }),
    ]);
  });
}

/**
 * Counts a refusal; true: it is part of a storm, and says nothing about the user. One that only
 * confirms an earlier one (`again`) is not counted: ten accounts make a storm, not five twice.
 *
 * @throws what D1 throws
 */
export async function countRefusal(
  deps: Deps,
  key: CircuitKey,
  admission: Admission,
  again: boolean,
): Promise<boolean> {
  const one = again ? 0 : 1;
  const [, [after]] = await retry(deps, { until: deps.now() + WRITE_MS }, () => {
    const now = deps.now();
    const window = stormWindow(one, now);
    const opens = sql`(${openUntil} IS NULL AND ${window.isStorm})`;
    return deps.db.batch([
      openingEvent(
        deps.db,
        { key, type: 'provider.refusal_storm', code: STORM, now },
        opens,
        false,
      ),
      deps.db
        .insert(providerHealth)
        .values({
          ...key,
          failedIds: [],
          windowStartedAt: now,
          windowAttempts: one,
          windowRefusals: one,
          updatedAt: now,
        })
        .onConflictDoUpdate({
          target: [providerHealth.provider, providerHealth.host],
          set: {
            windowStartedAt: window.startedAt,
            windowAttempts: window.attempts,
            windowRefusals: window.refusals,
            ...opening(now, opens, { code: STORM, category: STORM }, admission),
            updatedAt: now,
          },
        })
        .returning(),
    ]);
  });
  return after !== undefined && isStorm(after);
}

/** Attempts that were not refused, while refusals are being counted. */
export const countAttempts = (db: Database, key: CircuitKey, attempts: number) =>
  db
    .update(providerHealth)
    .set({ windowAttempts: sql`${providerHealth.windowAttempts} + ${attempts}` })
    .where(and(isCircuit(key), isNotNull(providerHealth.windowStartedAt)));

/** Opens where `opens` holds; a probe that failed opens again, for twice as long. */
function opening(
  now: number,
  opens: SQL,
  { code, category }: { code: string; category: FailureCategory },
  admission: Admission,
) {
  // The first failure of a probing group reopens; the others find another `open_until`.
  const reopens =
    admission.kind === 'probe' ? sql`${openUntil} = ${admission.probeUntil}` : sql`false`;
  const longer = sql`min(coalesce(${openFor}, ${FIRST_OPEN_MS}) * 2, ${LONGEST_OPEN_MS})`;
  const duration = sql`CASE WHEN ${opens} THEN ${FIRST_OPEN_MS} WHEN ${reopens} THEN ${longer} ELSE ${openFor} END`;
  return {
    openFor: duration,
    openUntil: sql`CASE WHEN ${opens} OR ${reopens} THEN ${now} + ${duration} ELSE ${openUntil} END`,
    reason: sql`CASE WHEN ${opens} THEN ${code} ELSE ${providerHealth.reason} END`,
    reasonCategory: sql`CASE WHEN ${opens} THEN ${category} ELSE ${providerHealth.reasonCategory} END`,
  };
}

/**
 * The operator's event, for a batch, before the statement that opens: once for each opening, not
 * for each account that meets it. `alsoFirst`: where there is no row yet, that opens too.
 */
function openingEvent(
  db: Database,
  { key, type, code, now }: { key: CircuitKey; type: EventType; code: string; now: number },
  opens: SQL,
  alsoFirst: boolean,
) {
  const isThere = (condition?: SQL) => hasRow(db, providerHealth, and(isCircuit(key), condition));
  return auditEvent(
    db,
    { at: now, type, provider: key.provider, detail: { code, host: key.host } },
    or(alsoFirst ? not(isThere()) : undefined, isThere(opens)),
  );
}

/** Whether a success has something to tidy up. */
export const needsClosing = (health: ProviderHealth | undefined): boolean =>
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
      reasonCategory: null,
      // A storm's count ends with the storm; otherwise it goes on.
      windowStartedAt: sql`CASE WHEN ${providerHealth.reason} = ${STORM} THEN NULL ELSE ${providerHealth.windowStartedAt} END`,
    })
    .where(
      and(
        eq(providerHealth.provider, provider),
        host === undefined ? undefined : eq(providerHealth.host, host),
        isTroubled,
      ),
    );
