/**
 * During a deploy the Worker of the last release runs on beside the new one, on the migrated
 * schema: what it writes must be possible, and must be understood.
 */
import { env } from 'cloudflare:workers';
import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { oauthAccounts, providerHealth } from '../../src/db/schema';
import { statusAt } from '../../src/integrations/status';
import { grantSchema } from '../../src/refresh/commit';
import { refreshOne } from '../../src/refresh/on-demand';
import { tokenFor } from '../../src/refresh/token';
import { factsOf } from '../../src/status-cache/origin';
import { asSnapshot } from '../../src/status-cache/snapshot';
import { HOUR_MS as HOUR, MINUTE_MS as MINUTE } from '../../src/time';
import type { AccountRow } from '../support/fixtures';
import { world } from './support/world';

/** The columns that a release knew, from the migration that made them. */
const columnsOf = (table: string): string[] => {
  const created = env.TEST_MIGRATIONS[0]?.queries.find((query) =>
    query.includes(`CREATE TABLE \`${table}\``),
  );
  return Array.from((created ?? '').matchAll(/^\t`(\w+)`/gm), ([, name = '']) => name);
};

/** Replaces a row by one that only has the columns which the first release wrote. */
async function rewritten(deps: ReturnType<typeof world>['deps'], row: AccountRow): Promise<void> {
  const columns = columnsOf('oauth_accounts');
  expect(columns).toContain('last_error');
  expect(columns).not.toContain('last_error_category');
  const names = sql.raw(columns.join(', '));
  await deps.db.run(
    sql`CREATE TABLE old_row AS SELECT ${names} FROM oauth_accounts WHERE id = ${row.id}`,
  );
  await deps.db.delete(oauthAccounts).where(sql`id = ${row.id}`);
  await deps.db.run(sql`INSERT INTO oauth_accounts (${names}) SELECT ${names} FROM old_row`);
  await deps.db.run(sql`DROP TABLE old_row`);
}

describe('what the Worker of the last release writes', () => {
  it('a failure without a category is shown by its code, and answered as one that may pass', async () => {
    const { deps, due, row } = world({ refreshModel: 'static' });
    const account = await due({
      expiresAt: deps.now() - 1,
      refreshFailures: 1,
      lastError: 'invalid_client',
      lastFailedAt: deps.now() - 1_000,
      refreshDueAt: deps.now() + MINUTE,
    });
    await rewritten(deps, account);
    const read = await row(account.id);
    expect(read.lastErrorCategory).toBeNull();
    const status = statusAt(factsOf(read), deps.now());
    expect(status).toMatchObject({ status: 'error', reason: 'invalid_client' });
    expect(status).not.toHaveProperty('category');
    const { userId, provider, providerAccountId: accountId } = account;
    await expect(
      tokenFor(deps, { userId, provider, accountId, minTtlSeconds: null }),
    ).rejects.toMatchObject({ code: 'provider_unavailable', retryAfter: 9 });
  });

  it('is refreshed like any other row', async () => {
    const { deps, due, row } = world();
    const account = await due();
    await rewritten(deps, account);
    const { userId, provider, providerAccountId: accountId } = account;
    await refreshOne(deps, { userId, provider, accountId });
    expect(await row(account.id)).toMatchObject({ lastError: null, lastErrorCategory: null });
  });

  it('a circuit that it opened says so without a category', async () => {
    const { deps, provider } = world();
    const columns = columnsOf('provider_health');
    expect(columns).not.toContain('reason_category');
    await deps.db.run(sql`INSERT INTO provider_health (provider, host, failed_ids, reason, updated_at)
      VALUES (${provider}, 'h', '[]', 'http_503', 0)`);
    const [circuit] = await deps.db
      .select()
      .from(providerHealth)
      .where(sql`provider = ${provider}`);
    expect(circuit).toMatchObject({ reason: 'http_503', reasonCategory: null });
  });

  it('a snapshot in KV without a category is a hit', async () => {
    const { deps, due } = world();
    const { lastErrorCategory: _, ...facts } = factsOf(await due());
    const snapshot = { v: 1, userId: 'u', version: 1, takenAt: 0, freshUntil: deps.now() };
    const read = asSnapshot({ ...snapshot, integrations: [facts] });
    expect(read?.integrations).toEqual([{ ...facts, lastErrorCategory: null }]);
  });
});

describe('what a migration makes of the rows that are there', () => {
  /** The statements of a migration that change rows. */
  const changesOf = (name: string): string[] =>
    (env.TEST_MIGRATIONS.find((migration) => migration.name.includes(name))?.queries ?? []).filter(
      (query) => /^\s*(?:--.*\n)*\s*UPDATE/.test(query),
    );

  it('a token that an unsaid lifetime left without an end is due, later than promises reach', async () => {
    const { deps, due, row } = world();
    const endless = { expiresAt: null, refreshDueAt: null, lastRefreshedAt: deps.now() - HOUR };
    const rows = {
      healed: await due(endless),
      neverRefreshed: await due({ ...endless, lastRefreshedAt: null }),
      nothingRenewsIt: await due({ ...endless, refreshToken: null }),
      refused: await due({ ...endless, state: 'needs_reconnect' }),
      well: await due({ lastRefreshedAt: deps.now() - HOUR }),
    };
    const queries = changesOf('unsaid_lifetimes');
    expect(queries).toHaveLength(1);
    for (const query of queries) await deps.db.run(sql.raw(query));
    const { refreshDueAt, accessLifetime } = await row(rows.healed.id);
    expect(refreshDueAt).toBeGreaterThan(Date.now() + 5 * MINUTE);
    expect(refreshDueAt).toBeLessThan(Date.now() + 6 * HOUR);
    expect(accessLifetime).toBe(HOUR);
    const { healed: _, ...others } = rows;
    for (const other of Object.values(others)) expect(await row(other.id)).toEqual(other);
  });

  it('a rescue record without metadata is put into its row', () => {
    const shape = grantSchema.shape.metadata;
    expect(shape.parse(undefined)).toEqual({});
  });
});
