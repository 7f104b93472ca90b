/**
 * The circuit, per provider and token host: during a provider's outage nothing is sent to it,
 * and an operator's mistake is not repeated for every account. Failures of five different users in
 * a row open it, or a storm of refusals (storm.ts); then one group at a time probes. All that is
 * written into `provider_health` stands here.
 *
 * Users are counted, not integrations: nobody closes a provider to others by accounts of their own.
 */
import {
  and,
  eq,
  gt,
  gte,
  inArray,
  isNotNull,
  isNull,
  lte,
  not,
  or,
  type SQL,
  sql,
} from 'drizzle-orm';
import { D1_MS, type Database, preparedQuery, runBatch } from '../db/client';
import { hasRow, nullOrBefore } from '../db/conditions';
import { always, caseWhen, coalesce, lengthOf, never, plus } from '../db/expressions';
import {
  type FailureCategory,
  isTroubled,
  type ProviderHealth,
  providerHealth,
} from '../db/schema';
import type { Deps } from '../deps';
import { eventStatements, type NewEvent } from '../events/event-log';
import { AUTHORIZATION_SERVER } from '../providers/parameters';
import { placeholdersOf } from '../providers/templates';
import type { OAuth2Provider } from '../providers/types';
import { fillPlaceholders } from '../providers/urls';
import { retry } from '../retry';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../time';
import { LEASE_MS } from './claim';
import { isStorm, NOBODY, STORM, stormWindow, withUser } from './storm';
import { REFUSED_REPEATEDLY } from './verdict';

export const OPENS_AFTER = 5;
const FIRST_OPEN_MS = 30 * SECOND_MS;
const LONGEST_OPEN_MS = 15 * MINUTE_MS;
/** A probe that never ended is over then. Never the end of an opening, which it must not equal. */
const PROBE_MS = LEASE_MS - 1;

/** A circuit that granted something within this time has no trouble that a failing row can show. */
const GRANTED_LATELY_MS = 10 * MINUTE_MS;
/** A grant is noted this often, at most. */
const NOTE_GRANT_EVERY_MS = 5 * MINUTE_MS;
/** The operator is told of openings of one circuit this often, at most. */
const REPORT_OPENING_EVERY_MS = HOUR_MS;
/** Of a fault of the client. */
const REPORT_FAULT_EVERY_MS = DAY_MS;
/** Accounts of a circuit that are marked by comparison or time within a day. */
const VERDICTS_A_DAY = 20;

const { failedUsers, failures, grantedAt, openFor, openUntil, openingToldAt, operatorToldAt } =
  providerHealth;

/** Names one circuit. */
export interface CircuitKey {
  provider: string;
  host: string;
}

/**
 * Whose host the circuit is of: with discovery the issuer, or the resource that names it, whichever
 * the record has; where each account has a server of its own, that one's.
 */
export const hostUrlOf = (provider: OAuth2Provider): string | undefined =>
  provider.identityResolution === undefined
    ? (provider.refreshUrl ?? provider.tokenUrl ?? provider.issuer ?? provider.resourceUrl)
    : `{${AUTHORIZATION_SERVER}}`;

/** Where refreshes go; null where a parameter that is not given decides. */
export function tokenHost(
  provider: OAuth2Provider,
  parameters: Readonly<Record<string, string>> = {},
): string | null {
  const url = hostUrlOf(provider);
  if (url === undefined) return null;
  if (provider.identityResolution !== undefined) {
    return URL.parse(parameters[AUTHORIZATION_SERVER] ?? '')?.host ?? null;
  }
  const filled = placeholdersOf(url).length === 0 ? url : fillPlaceholders(url, parameters);
  return filled === null ? null : (URL.parse(filled)?.host ?? null);
}

export const circuitOf = (
  provider: OAuth2Provider,
  parameters: Readonly<Record<string, string>>,
): CircuitKey => ({ provider: provider.id, host: tokenHost(provider, parameters) ?? '' });

const isCircuit = ({ provider, host }: CircuitKey): SQL | undefined =>
  and(eq(providerHealth.provider, provider), eq(providerHealth.host, host));

const healthPrepared = preparedQuery((db) =>
  db
    .select()
    .from(providerHealth)
    .where(
      sql`(${providerHealth.provider}, ${providerHealth.host}) IN (SELECT value->>'provider', value->>'host' FROM json_each(${sql.placeholder('keys')}))`,
    ),
);

/** The rows of these circuits, as far as there are any: no other is read. */
export const healthOf = (db: Database, keys: readonly CircuitKey[]) =>
  healthPrepared(db, { keys: JSON.stringify(keys) });

/** What an attempt may do, as the circuit stands. */
export type Admission =
  | { kind: 'closed' }
  /** The one group that tries whether the provider is well again. */
  | { kind: 'probe'; probeUntil: number }
  | { kind: 'open'; until: number };

/**
 * Half open: one conditional UPDATE decides who probes. `health` as it was just read. Where the
 * answer got lost, what it may have written is taken for its own: whoever else comes within the
 * same millisecond may then probe as well.
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
  const found = [until];
  const taken = await retry(deps, { until: now + D1_MS }, () => {
    const isFree = inArray(openUntil, [...found]);
    found.push(probeUntil);
    return deps.db
      .update(providerHealth)
      .set({ openUntil: probeUntil, updatedAt: now })
      .where(and(isCircuit(key), isFree))
      .returning({ provider: providerHealth.provider });
  });
  return taken.length > 0 ? { kind: 'probe', probeUntil } : { kind: 'open', until: probeUntil };
}

interface CountedFailure {
  /** Of the user whose integration failed. */
  userHash: string;
  /** Of the outcome. */
  code: string;
  category: FailureCategory;
  /** The provider said no in a code; otherwise it has trouble, or nothing can be told. */
  clear: boolean;
  /** The integration had failed before. */
  failing: boolean;
  /** Somebody forced it. */
  forced: boolean;
  /** The client is at fault, and the operator is to be told, unless that was done within a day. */
  reportToOperator: boolean;
  admission: Admission;
}

/**
 * Counts a failure, and opens, closes or leaves the circuit as it is:
 *
 * - A clear refusal counts only from an integration that was well. As the answer to a probe it
 *   closes, since the provider is there.
 * - Trouble counts from any; from one that was failing only while nothing was granted for ten
 *   minutes. As the answer to a probe it opens again where it counts, else the next row probes.
 * - A forced refresh of an integration that was failing counts for nothing.
 *
 * @throws what D1 throws
 */
export async function countFailure(
  deps: Deps,
  key: CircuitKey,
  { userHash, code, category, clear, failing, forced, reportToOperator, admission }: CountedFailure,
): Promise<void> {
  const closes = clear && admission.kind === 'probe';
  const countsFirst = !(failing && (forced || clear));
  const act = deps.uuid();
  await retry(deps, { until: deps.now() + D1_MS }, () => {
    const { db } = deps;
    const now = deps.now();
    const notLately = nullOrBefore(grantedAt, now - GRANTED_LATELY_MS);
    const counts = !countsFirst ? never : failing ? notLately : always;
    const before = closes ? NOBODY : caseWhen(eq(failures, 0), NOBODY, failedUsers);
    const users = caseWhen(counts, withUser(before, userHash, OPENS_AFTER), before);
    const isUntold = nullOrBefore(operatorToldAt, now - REPORT_FAULT_EVERY_MS);
    const told = { type: 'provider.operator_fault', code, now, act } as const;
    return runBatch(db, [
      ...(reportToOperator
        ? circuitEvent(deps, key, told, or(not(hasCircuit(db, key)), hasCircuit(db, key, isUntold)))
        : []),
      db
        .insert(providerHealth)
        .values({
          ...key,
          failures: countsFirst ? 1 : 0,
          failedUsers: countsFirst ? [userHash] : [],
          refusalsOpenSince: clear ? now : null,
          operatorToldAt: reportToOperator ? now : null,
          updatedAt: now,
        })
        .onConflictDoUpdate({
          target: [providerHealth.provider, providerHealth.host],
          set: {
            ...(closes ? closed : {}),
            failedUsers: users,
            failures: lengthOf(users),
            ...(clear
              ? { refusalsOpenSince: coalesce(providerHealth.refusalsOpenSince, now) }
              : {}),
            ...(reportToOperator
              ? { operatorToldAt: caseWhen(isUntold, now, operatorToldAt) }
              : {}),
            updatedAt: now,
          },
        }),
      ...open(deps, key, {
        act,
        opens: gte(failures, OPENS_AFTER),
        reopens: failing ? notLately : always,
        event: 'provider.circuit_opened',
        why: { code, category },
        admission: closes ? { kind: 'closed' } : admission,
        now,
      }),
    ]);
  });
}

/**
 * Counts a refusal of a grant; true: it is part of a storm, and says nothing about the user.
 * `counts` false: it only confirms an earlier one, or somebody forced it of an integration that was
 * failing. A storm is of users: six of ten, not five twice.
 *
 * @throws what D1 throws
 */
export async function countRefusal(
  deps: Deps,
  key: CircuitKey,
  { userHash, counts, admission }: { userHash: string; counts: boolean; admission: Admission },
): Promise<boolean> {
  const one = counts ? 1 : 0;
  const act = deps.uuid();
  const results = await retry(deps, { until: deps.now() + D1_MS }, () => {
    const { db } = deps;
    const now = deps.now();
    const { isStorm: isNow, ...window } = stormWindow(counts ? userHash : null, now);
    return runBatch(db, [
      db
        .insert(providerHealth)
        .values({
          ...key,
          windowStartedAt: now,
          windowAttempts: one,
          windowRefusals: one,
          refusedUsers: counts ? [userHash] : [],
          updatedAt: now,
        })
        .onConflictDoUpdate({
          target: [providerHealth.provider, providerHealth.host],
          set: { ...window, updatedAt: now },
        }),
      ...open(deps, key, {
        act,
        opens: isNow,
        // While a storm goes on, a probe that was refused opens again.
        reopens: or(isNow, eq(providerHealth.reason, STORM)),
        event: 'provider.refusal_storm',
        why: { code: STORM, category: STORM },
        admission,
        now,
      }),
      db.select().from(providerHealth).where(isCircuit(key)),
    ]);
  });
  const [after] = results.at(-1) as ProviderHealth[];
  return after !== undefined && isStorm(after);
}

/**
 * Whether one more account of this circuit may be marked by comparison or time today. Beyond that
 * it is the provider's trouble, and the operator is told. Take it before the account is marked.
 *
 * @throws what D1 throws
 */
export async function takeVerdict(deps: Deps, key: CircuitKey): Promise<boolean> {
  const { verdicts, verdictsSince } = providerHealth;
  const act = deps.uuid();
  const results = await retry(deps, { until: deps.now() + D1_MS }, () => {
    const now = deps.now();
    const today = gt(verdictsSince, now - DAY_MS);
    return runBatch(deps.db, [
      ...circuitEvent(
        deps,
        key,
        { type: 'provider.refusal_storm', code: REFUSED_REPEATEDLY, now, act },
        hasCircuit(deps.db, key, and(today, eq(verdicts, VERDICTS_A_DAY))),
      ),
      deps.db
        .insert(providerHealth)
        .values({ ...key, verdicts: 1, verdictsSince: now, updatedAt: now })
        .onConflictDoUpdate({
          target: [providerHealth.provider, providerHealth.host],
          set: {
            verdicts: caseWhen(today, plus(verdicts, 1), 1),
            verdictsSince: caseWhen(today, verdictsSince, now),
          },
        })
        .returning({ verdicts }),
    ]);
  });
  const [after] = results.at(-1) as { verdicts: number }[];
  return after !== undefined && after.verdicts <= VERDICTS_A_DAY;
}

/** Attempts that were not refused, while refusals are being counted. */
export const countAttempts = (db: Database, key: CircuitKey, attempts: number) =>
  db
    .update(providerHealth)
    .set({ windowAttempts: plus(providerHealth.windowAttempts, attempts) })
    .where(and(isCircuit(key), isNotNull(providerHealth.windowStartedAt)));

type CircuitEventType =
  | 'provider.circuit_opened'
  | 'provider.refusal_storm'
  | 'provider.operator_fault';

interface Opening {
  /** What is counted, whichever try of it this is. */
  act: string;
  /** Of the row: that a closed circuit opens. */
  opens: SQL | undefined;
  /**
   * Of the row: that a probe which failed opens again, for twice as long; else it stays half open.
   */
  reopens: SQL | undefined;
  event: CircuitEventType;
  why: { code: string; category: FailureCategory };
  admission: Admission;
  now: number;
}

/** What follows from a count, as statements after it: the operator's event, and the opening. */
function open(
  deps: Deps,
  key: CircuitKey,
  { act, opens, reopens, event, why: { code, category }, admission, now }: Opening,
) {
  const { db } = deps;
  const first = and(isNull(openUntil), opens);
  // The first failure of a probing group reopens; the others find a later `open_until`.
  const probed = admission.kind === 'probe' ? lte(openUntil, admission.probeUntil) : never;
  const again = and(probed, reopens);
  const longer = sql`min(${coalesce(openFor, FIRST_OPEN_MS)} * 2, ${LONGEST_OPEN_MS})`;
  // A storm is told each time; an outage may end and come back often.
  const isUntold =
    event === 'provider.refusal_storm'
      ? always
      : nullOrBefore(openingToldAt, now - REPORT_OPENING_EVERY_MS);
  const { reason, reasonCategory } = providerHealth;
  return [
    ...circuitEvent(
      deps,
      key,
      { type: event, code, now, act },
      hasCircuit(db, key, and(first, isUntold)),
    ),
    db
      .update(providerHealth)
      .set({
        openFor: caseWhen(first, FIRST_OPEN_MS, caseWhen(again, longer, openFor)),
        openUntil: caseWhen(first, now + FIRST_OPEN_MS, caseWhen(again, plus(now, longer), now)),
        reason: caseWhen(first, code, reason),
        reasonCategory: caseWhen(first, category, reasonCategory),
        openingToldAt: caseWhen(and(first, isUntold), now, openingToldAt),
      })
      .where(and(isCircuit(key), or(first, probed))),
  ] as const;
}

const hasCircuit = (db: Database, key: CircuitKey, condition?: SQL): SQL =>
  hasRow(db, providerHealth, and(isCircuit(key), condition));

/** The operator's event, for a batch, before the statement that it tells of. */
const circuitEvent = (
  deps: Deps,
  { provider, host }: CircuitKey,
  { type, code, now, act }: { type: CircuitEventType; code: string; now: number; act: string },
  happens: SQL | undefined,
) => {
  const event: NewEvent = {
    at: now,
    type,
    data: { provider, host, code },
    dedupeKey: `${type} ${act}`,
  };
  return eventStatements(deps, event, happens);
};

/** A circuit that shows any sign of trouble. */
export const needsClosing = (health: ProviderHealth | undefined): boolean =>
  health !== undefined && (health.failures > 0 || health.openUntil !== null);

const closed = {
  failures: 0,
  failedIds: [],
  failedUsers: [],
  openUntil: null,
  openFor: null,
  reason: null,
  reasonCategory: null,
  // A storm's count ends with the storm; otherwise it goes on.
  windowStartedAt: caseWhen(eq(providerHealth.reason, STORM), null, providerHealth.windowStartedAt),
};

/** The statement that closes a circuit. Updates no row where all was well. */
export const closeCircuit = (db: Database, key: CircuitKey) =>
  db
    .update(providerHealth)
    .set(closed)
    .where(and(isCircuit(key), isTroubled));

/** Whether a grant is to be noted: never where the circuit has no row, which is the rule. */
export const isNotable = (health: ProviderHealth | undefined, now: number): boolean =>
  health !== undefined &&
  (needsClosing(health) || (health.grantedAt ?? 0) <= now - NOTE_GRANT_EVERY_MS);

/** The statement that notes a grant, which closes the circuit too. */
export const noteGrant = (db: Database, key: CircuitKey, now: number) =>
  db
    .update(providerHealth)
    .set({ ...closed, grantedAt: now })
    .where(
      and(
        isCircuit(key),
        or(isTroubled, isNull(grantedAt), lte(grantedAt, now - NOTE_GRANT_EVERY_MS)),
      ),
    );
