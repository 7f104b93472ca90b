/** Counting accounts: rightly, and without walking the table. */
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { oauthAccounts } from '../../../src/db/schema';
import { statusAt } from '../../../src/integrations/status';
import { factsOf } from '../../../src/status-cache/origin';
import { MINUTE_MS as MINUTE } from '../../../src/time';
import { COUNTED_ACCOUNTS, countsOf } from '../../../src/web/operator/counts';
import { readOverview } from '../../../src/web/operator/overview';
import { hookedDb } from '../../refresh/support/faults';
import { testDeps } from '../../support/deps';
import { textOf } from '../pages';
import { operator, panel } from './client';

beforeEach(async () => {
  await env.DB.prepare('DELETE FROM oauth_accounts').run();
});

/** Any number of rows in one statement. */
const many = (count: number, columns: Record<string, number | string | null>) =>
  env.DB.prepare(
    `INSERT INTO oauth_accounts (user_id, provider, provider_account_id, subject, scope,
       requested_scope, parameters, metadata, token_version, created_at, updated_at,
       ${Object.keys(columns).join(', ')})
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
     SELECT 'u' || i, 'acme', hex(randomblob(8)), 's', '[]', '[]', '{}', '{}', 1, 1, 1,
       ${Object.keys(columns)
         .map(() => '?')
         .join(', ')} FROM n`,
  )
    .bind(...Object.values(columns))
    .run();

test('the numbers are those of statusAt, whatever the rows', async () => {
  const deps = testDeps();
  const now = deps.now();
  const at = (...minutes: number[]) =>
    fc.constantFrom(null, ...minutes.map((minute) => now + minute * MINUTE));
  const row = fc
    .record({
      provider: fc.constantFrom('acme', 'reddit', 'bygone'),
      state: fc.constantFrom('active' as const, 'active' as const, 'needs_reconnect' as const),
      expiresAt: at(-600, -1, 0, 1, 60),
      refreshDueAt: at(-600, -3, -2, 0, 1, 600),
      refreshExpiresAt: at(-600, 0, 600),
      refreshFailures: fc.constantFrom(0, 0, 1, 9),
      refreshToken: fc.constantFrom(null, 'sealed'),
    })
    // No schedule sets a due time past the end of what it would refresh with.
    .filter(
      ({ refreshDueAt, refreshExpiresAt, refreshFailures }) =>
        refreshDueAt === null ||
        refreshExpiresAt === null ||
        refreshFailures > 0 ||
        refreshDueAt <= now ||
        refreshExpiresAt > now,
    );
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 40 }), async (rows) => {
      await deps.db.delete(oauthAccounts);
      const values = rows.map((given, i) => ({
        ...given,
        userId: 'u',
        providerAccountId: `a${i}`,
        subject: 's',
        scope: [],
        requestedScope: [],
        parameters: {},
        metadata: {},
        tokenVersion: 1,
        createdAt: 1,
        updatedAt: 1,
      }));
      await deps.db.batch([
        deps.db.insert(oauthAccounts).values(values.slice(0, 4)),
        ...chunks(values.slice(4), 4).map((some) => deps.db.insert(oauthAccounts).values(some)),
      ]);
      const stored = await deps.db.select().from(oauthAccounts);
      const wanted = new Map<string, Record<string, number>>();
      for (const one of stored) {
        const { status } = statusAt(factsOf(one), now);
        const counts = wanted.get(one.provider) ?? {
          total: 0,
          connected: 0,
          needs_reconnect: 0,
          expired: 0,
          error: 0,
        };
        counts.total = (counts.total ?? 0) + 1;
        counts[status] = (counts[status] ?? 0) + 1;
        wanted.set(one.provider, counts);
      }
      const { accounts, overdue, due } = await countsOf(deps, deps.db, true);
      const got = accounts.map(({ provider, total, needsReconnect, expired, error }) => [
        provider,
        {
          total,
          needs_reconnect: needsReconnect,
          expired,
          error,
          connected: total - needsReconnect - expired - error,
        },
      ]);
      expect(Object.fromEntries(got)).toEqual(Object.fromEntries(wanted));
      const dueRows = stored.filter(({ refreshDueAt }) => refreshDueAt !== null);
      expect(overdue + due.reduce((a, b) => a + b, 0)).toBe(dueRows.length);
    }),
    { numRuns: 60 },
  );
});

const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );

describe('a table that has grown large', () => {
  test('is counted up to a limit, and then said to be over it', async () => {
    const o = operator();
    const now = o.deps.now();
    await many(COUNTED_ACCOUNTS + 500, {
      state: 'active',
      expires_at: now + 1e9,
      refresh_due_at: now + MINUTE,
    });
    await many(3, { state: 'needs_reconnect' });
    const page = await o.page(await o.enter());
    expect(panel(page, 'accounts')).toContain('Acme 9,997+ 0 3 0');
    expect(panel(page, 'due')).toContain(
      'In the next 24 hours over 10,000 refreshes fall due, over 10,000 of them within the hour',
    );
    expect(page).toContain('10,000+</dd>');
  });

  test('says of what was cut that it is more, for each number of the page', async () => {
    const o = operator();
    const now = o.deps.now();
    const due = { state: 'active', expires_at: now + 1e9, refresh_due_at: now - 1e6 };
    await many(COUNTED_ACCOUNTS + 500, { state: 'needs_reconnect' });
    await many(COUNTED_ACCOUNTS + 500, due);
    const page = await o.page(await o.enter());
    expect(textOf(page)).toContain('To reconnect 10,000+');
    expect(panel(page, 'due')).toContain('over 10,000 accounts are past the time');
  });

  test('is not walked: as many rows are read with twice as many there', async () => {
    const deps = testDeps();
    const now = deps.now();
    const rowsRead = async () => {
      const { db, meter } = hookedDb();
      await readOverview({ ...deps, session: () => db }, true);
      return meter.rowsRead;
    };
    // Connected ones by the ten thousands; overdue ones, and failing ones, as in a long outage.
    const grow = async () => {
      await many(15_000, { state: 'active', expires_at: now + 1e9, refresh_due_at: now + MINUTE });
      await many(12_000, { state: 'active', expires_at: now - 1, refresh_due_at: now - 1e6 });
      await many(12_000, {
        state: 'active',
        expires_at: now - 1,
        refresh_due_at: now - 1e6,
        refresh_failures: 3,
      });
      await many(12_000, { state: 'needs_reconnect' });
      await many(12_000, { state: 'active', expires_at: null, refresh_due_at: null });
    };
    await grow();
    const once = await rowsRead();
    await grow();
    const twice = await rowsRead();
    expect(once).toBeGreaterThan(COUNTED_ACCOUNTS);
    expect(twice).toBeLessThan(once + 500);
  });

  test('is reached by indexes only', async () => {
    const { db, meter } = hookedDb();
    const deps = testDeps();
    await readOverview({ ...deps, session: () => db }, true);
    expect(meter.statements.size).toBe(8);
    const lines: string[] = [];
    // A row for each name of an endpoint is sorted; its own tables are reached by indexes.
    const isSortedNames = (text: string) => text.includes('webhook_deliveries');
    for (const text of meter.statements) {
      const plan = await env.DB.prepare(`EXPLAIN QUERY PLAN ${text}`)
        .bind(...Array(text.match(/\?/g)?.length ?? 0).fill(null))
        .all<{ detail: string }>();
      const details = plan.results.map(({ detail }) => detail);
      lines.push(...details.filter((line) => !(isSortedNames(text) && /TEMP B-TREE/.test(line))));
    }
    const tables =
      /oauth_accounts|provider_health|refresh_runs|audit_events|service_keys|call_counts|webhook_\w+|\ba\b/;
    // In the index's order, or that of the ids, and up to a limit, is no scan of the table.
    const inOrder =
      /^SCAN (audit_events|\w+ USING INDEX (refresh_runs_started|provider_health_troubled))$/;
    const scans = lines.filter((line) => /^SCAN/.test(line) && tables.test(line));
    expect(scans.filter((line) => !inOrder.test(line))).toEqual([]);
    expect(lines.filter((line) => /oauth_accounts_unwell/.test(line)).length).toBe(2);
    expect(lines.filter((line) => /TEMP B-TREE/.test(line))).toEqual([]);
  });
});
