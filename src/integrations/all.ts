/**
 * All users' integrations, by a cursor, from the primary: for whoever keeps a copy of them. In the
 * order of their rows' ids, so a new one comes last, and a read that takes hours misses none.
 */
import { asc, eq, gt } from 'drizzle-orm';
import { oauthAccounts, userVersions } from '../db/schema';
import type { Deps } from '../deps';
import { withDeadline } from '../retry';
import { factColumns, factsFrom } from '../status-cache/origin';
import { SECOND_MS } from '../time';
import { type IntegrationOfUser, toIntegration } from './serialization';
import type { Status } from './status';

const READ_MS = 5 * SECOND_MS;
/** Rows that one read looks at, however few of them fit. */
const SCANNED = 5_000;
/** Of these it takes so many out of the database, where only their facts tell whether they fit. */
const DECIDED = 1_000;

export interface IntegrationsWanted {
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
  const [found, ids] = await withDeadline(
    db.batch([
      db
        .select({ id: oauthAccounts.id, version: userVersions.version, account: factColumns })
        .from(rows)
        .innerJoin(oauthAccounts, eq(oauthAccounts.id, rows.id))
        .leftJoin(userVersions, eq(userVersions.userId, oauthAccounts.userId))
        .where(provider === undefined ? undefined : eq(rows.provider, provider))
        .orderBy(asc(rows.id))
        .limit(taken),
      db
        .select({ id: seen.id })
        .from(seen)
        .orderBy(asc(seen.id))
        .limit(1)
        .offset(SCANNED - 1),
    ]),
    READ_MS,
    'd1_read',
  );
  const all = found.map(({ id, version, account }) => ({
    id,
    integration: {
      userId: account.userId,
      version: version ?? 0,
      ...toIntegration(factsFrom(account), now, config.providers),
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
