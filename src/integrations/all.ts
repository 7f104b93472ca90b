/**
 * All users' integrations, by a cursor, from the primary: for whoever keeps a copy of them. In the
 * order of their rows' ids, so a new one comes last, and a read that takes hours misses none.
 */

import { and, asc, Column, eq, gt, is, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import { d1Read } from '../db/client';
import { isAccountRow, isHolderOf, withGrant } from '../db/grants';
import { oauthAccounts, userVersions } from '../db/schema';
import type { Deps } from '../deps';
import { factColumns, factColumnsOf, factsFrom } from '../status-cache/origin';
import { type IntegrationOfUser, toIntegration } from './serialization';
import type { Status } from './status';

const holder = alias(oauthAccounts, 'holder');

/**
 * Of the row that holds an account's grant, where that is another. A batch tells columns apart by
 * name.
 */
const grantColumns = Object.fromEntries(
  Object.entries(factColumnsOf(holder as unknown as typeof oauthAccounts)).map(([name, column]) => [
    name,
    sql`${column}`.mapWith(is(column, Column) ? column : Boolean).as(`grant_${name}`),
  ]),
) as unknown as typeof factColumns;

/** Rows that one read looks at, however few of them fit. */
const SCANNED = 5_000;
/** Of these it takes so many out of the database, where only their facts tell whether they fit. */
const DECIDED = 1_000;

interface IntegrationsWanted {
  /** The row after which to begin. */
  after: number;
  limit: number;
  provider?: string | undefined;
  status?: Status | undefined;
}

/** @throws what D1 throws */
export async function readAllIntegrations(
  deps: Deps,
  { after, limit, provider, status }: IntegrationsWanted,
): Promise<{ integrations: IntegrationOfUser[]; next: number | null }> {
  const { db, config } = deps;
  const now = deps.now();
  const taken = status === undefined ? limit : DECIDED;
  const scanned = () =>
    db
      .select({ id: oauthAccounts.id, provider: oauthAccounts.provider })
      .from(oauthAccounts)
      .where(gt(oauthAccounts.id, after))
      .orderBy(asc(oauthAccounts.id))
      .limit(SCANNED)
      .as('scanned');
  const rows = scanned();
  const seen = scanned();
  const [found, ids] = await d1Read(
    db.batch([
      db
        .select({
          id: oauthAccounts.id,
          version: userVersions.version,
          account: factColumns,
          grant: grantColumns,
        })
        .from(rows)
        .innerJoin(oauthAccounts, eq(oauthAccounts.id, rows.id))
        .leftJoin(holder, isHolderOf(holder, oauthAccounts))
        .leftJoin(userVersions, eq(userVersions.userId, oauthAccounts.userId))
        .where(
          and(provider === undefined ? undefined : eq(rows.provider, provider), isAccountRow()),
        )
        .orderBy(asc(rows.id))
        .limit(taken),
      db
        .select({ id: seen.id })
        .from(seen)
        .orderBy(asc(seen.id))
        .limit(1)
        .offset(SCANNED - 1),
    ]),
  );
  const all = found.map(({ id, version, account, grant }) => ({
    id,
    integration: {
      userId: account.userId,
      version: version ?? 0,
      ...toIntegration(
        factsFrom(account.grantId === null ? account : withGrant(account, grant)),
        now,
        config.providers,
      ),
    },
  }));
  const fitting = all.filter(({ integration }) => [undefined, integration.status].includes(status));
  const page = fitting.slice(0, limit);
  const reached =
    page.length === limit
      ? page.at(-1)?.id
      : found.length === taken
        ? found.at(-1)?.id
        : // Null: the scan came to the end of the table.
          ids[0]?.id;
  return { integrations: page.map(({ integration }) => integration), next: reached ?? null };
}
