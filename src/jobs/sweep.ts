/**
 * Once an hour, deletes what has lived long enough: connect transactions and page sessions a day
 * after their end, endings of delegations after a day, runs and counts of calls after 30 days,
 * events after 90 and those of erasures after 30. Circuits that are well go after two days, what is
 * known of a client's grants after 30. Clients that Mooring registered and nobody uses go after 30
 * days and one. In groups, until nothing is left or the budget of queries or the time is spent; the
 * next hour goes on.
 */
import {
  and,
  asc,
  eq,
  inArray,
  isNotNull,
  isNull,
  lt,
  min,
  not,
  notInArray,
  or,
  type SQL,
  type SQLWrapper,
  sql,
} from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { type Database, d1Write, runBatch } from '../db/client';
import { inJson } from '../db/conditions';
import { distinctValues, plus, rowidOf } from '../db/expressions';
import {
  callCounts,
  clientGrants,
  connectTransactions,
  endedDelegations,
  eventLog,
  isErasure,
  isTroubled,
  oauthAccounts,
  outbox,
  pageSessions,
  providerHealth,
  refreshRuns,
  registeredClients,
  webhookDeliveries,
} from '../db/schema';
import type { Deps } from '../deps';
import { endpointRows } from '../events/deliveries';
import { DAY_MS, MINUTE_MS } from '../time';

/** Rows of one table in one statement. */
const ROWS = 500;
const SWEEP_MS = MINUTE_MS;

interface Kept {
  table: SQLiteTable;
  column: SQLiteColumn;
  age: number;
  /** Only these. */
  also?: SQL | undefined;
  /** A group that is not full need not be the last. */
  hasGaps?: true;
}

/** What is kept shortest comes first: sessions hold labels of people. */
const keptAt = (db: Database, now: number): Kept[] => [
  { table: pageSessions, column: pageSessions.expiresAt, age: DAY_MS },
  // Older than any delegation gets.
  { table: endedDelegations, column: endedDelegations.endedAt, age: DAY_MS },
  { table: connectTransactions, column: connectTransactions.expiresAt, age: DAY_MS },
  {
    table: providerHealth,
    column: providerHealth.updatedAt,
    // What is refused is tried daily: a circuit that matters is younger.
    age: 2 * DAY_MS,
    also: or(not(isTroubled), lt(providerHealth.updatedAt, now - 30 * DAY_MS)),
  },
  { table: clientGrants, column: clientGrants.grantedAt, age: 30 * DAY_MS },
  { table: refreshRuns, column: refreshRuns.startedAt, age: 30 * DAY_MS },
  { table: callCounts, column: callCounts.hour, age: 30 * DAY_MS },
  // The one event that holds the id of a user who was erased.
  {
    table: eventLog,
    column: eventLog.at,
    age: 30 * DAY_MS,
    also: isErasure,
  },
  {
    table: eventLog,
    column: eventLog.at,
    age: 90 * DAY_MS,
    // Their ids are in the order of time, so no index is kept for this.
    also: lt(eventLog.id, db.select({ id: plus(min(eventLog.id), ROWS) }).from(eventLog)),
    hasGaps: true,
  },
];

/** @throws what D1 throws; the next hour goes on */
export async function sweep(deps: Deps): Promise<void> {
  const { db, now, budget } = deps;
  const until = now() + SWEEP_MS;
  for (const { table, column, age, also, hasGaps } of keptAt(db, now())) {
    const old = () => deleteSome(db, { table, column, before: now() - age, also });
    await untilShort(deps, until, old, hasGaps ? 1 : ROWS);
  }
  if (budget.left > 0 && now() < until) await sweepClients(deps);
}

/**
 * Repeats a statement as long as it changes `full` rows. No call is begun after `until`, ms since
 * the epoch, or beyond the budget.
 */
async function untilShort(
  { budget, now }: Deps,
  until: number,
  statement: () => PromiseLike<D1Result>,
  full = ROWS,
): Promise<void> {
  for (let more = true; more && budget.left > 0 && now() < until; ) {
    const { meta } = await d1Write(statement());
    more = meta.changes >= full;
  }
}

/**
 * What nobody tries, because its endpoint is disabled or not configured, is a dead letter after
 * this.
 */
const UNTRIED_MS = 4 * DAY_MS;
const DEAD_LETTERS_MS = 30 * DAY_MS;

/**
 * Of deliveries. What nobody tries, because its endpoint is disabled or not configured any more,
 * becomes a dead letter; dead letters go after 30 days, and deliveries go with the last event
 * before them.
 *
 * @throws what D1 throws
 */
export async function sweepDeliveries(deps: Deps): Promise<void> {
  const { db, config } = deps;
  const now = deps.now();
  const { eventId, endpoint, dueAt, deadAt } = webhookDeliveries;
  const rowid = rowidOf(webhookDeliveries);
  /** Of each endpoint, which leads the index of the time. */
  const before = (time: typeof dueAt | typeof deadAt, at: number, served?: SQLWrapper) => {
    const named = distinctValues(db, 'named', endpoint, { where: isNotNull(time) });
    return db
      .with(named)
      .select({ rowid })
      .from(named)
      .crossJoin(webhookDeliveries)
      .where(
        and(served && notInArray(named.value, served), eq(endpoint, named.value), lt(time, at)),
      )
      .limit(ROWS);
  };
  const { table, name, isDisabled } = endpointRows(db, config.webhooks);
  const served = db.select({ name }).from(table).where(not(isDisabled));
  const lapse = () =>
    db
      .update(webhookDeliveries)
      .set({ dueAt: null, leaseId: null, deadAt: now })
      .where(inArray(rowid, before(dueAt, now - UNTRIED_MS, served)));
  const forgetDead = () =>
    db.delete(webhookDeliveries).where(inArray(rowid, before(deadAt, now - DEAD_LETTERS_MS)));
  const oldest = db.select({ id: min(eventLog.id) }).from(eventLog);
  const forgetOld = () => {
    const old = lt(eventId, oldest);
    const some = db.select({ rowid }).from(webhookDeliveries).where(old).limit(ROWS);
    return db.delete(webhookDeliveries).where(inArray(rowid, some));
  };
  for (const statement of [lapse, forgetDead, forgetOld]) {
    await untilShort(deps, now + SWEEP_MS, statement);
  }
}

/**
 * In two steps, because a connection may have begun with the client and have no integration yet:
 * first new connections get another one, and it goes a day later, if it has still no grant. Of a
 * provider that is not there now nothing goes: its accounts have no client else when it comes back.
 */
async function sweepClients({ config, db, now }: Deps): Promise<void> {
  const automatic = config.providers
    .all()
    .filter((one) => one.kind === 'oauth2')
    // A client with a key has a document, and is registered nowhere.
    .filter((one) => one.clientRegistration === 'automatic' && one.clientAuth === undefined)
    .map(({ id }) => id);
  const { id, provider, clientId, registeredAt, replacedAt } = registeredClients;
  // Made once for a statement: an index would cost a write for each account.
  const usedIn = (table: typeof oauthAccounts | typeof outbox) =>
    db
      .select({ provider: table.provider, clientId: table.clientId })
      .from(table)
      .where(and(inJson(table.provider, automatic), isNotNull(table.clientId)));
  const unused = (condition: SQL | undefined) =>
    db
      .select({ id })
      .from(registeredClients)
      .where(
        and(
          inJson(provider, automatic),
          condition,
          ...[oauthAccounts, outbox].map(
            (table) => sql`(${provider}, ${clientId}) NOT IN ${usedIn(table)}`,
          ),
        ),
      )
      .limit(ROWS);
  const statements = [
    db.delete(registeredClients).where(inArray(id, unused(lt(replacedAt, now() - DAY_MS)))),
    db
      .update(registeredClients)
      .set({ replacedAt: now() })
      .where(inArray(id, unused(and(isNull(replacedAt), lt(registeredAt, now() - 30 * DAY_MS))))),
  ];
  await d1Write(runBatch(db, statements));
}

interface Old {
  table: SQLiteTable;
  column: SQLiteColumn;
  before: number;
  also: SQL | undefined;
}

const deleteSome = (db: Database, { table, column, before, also }: Old) =>
  db.delete(table).where(
    inArray(
      // Tables have no id in common but SQLite's own.
      rowidOf(table),
      db
        .select({ rowid: rowidOf(table) })
        .from(table)
        .where(and(lt(column, before), also))
        .orderBy(asc(column))
        .limit(ROWS),
    ),
  );
