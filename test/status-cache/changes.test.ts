import { env } from 'cloudflare:workers';
import { eq, sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { oauthAccounts, userVersions } from '../../src/db/schema';
import { changeVisibly, versionGrowth } from '../../src/status-cache/changes';
import {
  factsOf,
  snapshotQuery,
  versionQuery,
  versionsOnPrimary,
} from '../../src/status-cache/origin';
import { testClock, testDeps } from '../support/deps';
import { accountRow, insertAccount } from '../support/fixtures';
import { d1With } from './faults';

const versionOf = async (deps: ReturnType<typeof testDeps>, userId: string) =>
  (await versionsOnPrimary(deps, [userId])).get(userId);

describe('a visible change', () => {
  it('gives what the statements gave, the new version and the rows after the change', async () => {
    const deps = testDeps();
    const row = await insertAccount(deps);
    deps.clock.advance(1_000);
    const { results, changed, snapshot } = await changeVisibly(
      deps,
      row.userId,
      [
        deps.db
          .update(oauthAccounts)
          .set({ displayName: 'new' })
          .where(eq(oauthAccounts.id, row.id))
          .returning({ id: oauthAccounts.id }),
        deps.db.select().from(oauthAccounts).where(eq(oauthAccounts.id, row.id)),
      ],
      sql`EXISTS (SELECT 1 FROM oauth_accounts WHERE id = ${row.id} AND display_name = 'new')`,
    );
    expect(results).toEqual([[{ id: row.id }], [expect.objectContaining({ id: row.id })]]);
    expect(changed).toBe(true);
    expect(snapshot).toMatchObject({
      userId: row.userId,
      version: deps.now(),
      takenAt: deps.now(),
      integrations: [{ displayName: 'new' }],
    });
  });

  it('that hit nothing grows no version', async () => {
    const deps = testDeps();
    const row = await insertAccount(deps);
    deps.clock.advance(1_000);
    const { changed, snapshot } = await changeVisibly(
      deps,
      row.userId,
      [deps.db.delete(oauthAccounts).where(eq(oauthAccounts.id, -1))],
      sql`EXISTS (SELECT 1 FROM oauth_accounts WHERE id = -1)`,
    );
    expect(changed).toBe(false);
    expect(snapshot.version).toBe(deps.now() - 1_000);
  });

  it('that fails in one statement is not made at all', async () => {
    const deps = testDeps();
    const row = await insertAccount(deps);
    deps.clock.advance(1_000);
    await expect(
      changeVisibly(
        deps,
        row.userId,
        [
          deps.db.delete(oauthAccounts).where(eq(oauthAccounts.id, row.id)),
          deps.db.insert(userVersions).values({ userId: row.userId, version: 1 }),
        ],
        sql`TRUE`,
      ),
    ).rejects.toThrow();
    expect(await accountRow(deps, row.id)).toBeDefined();
    expect(await versionOf(deps, row.userId)).toBe(deps.now() - 1_000);
  });

  it('gives a first version to a user who has none', async () => {
    const deps = testDeps();
    const { snapshot } = await changeVisibly(deps, 'first', [], sql`TRUE`);
    expect(snapshot).toMatchObject({ version: deps.now(), integrations: [] });
  });

  it('versions grow even when the clock does not, or goes back', async () => {
    const deps = testDeps();
    const first = (await changeVisibly(deps, 'clock', [], sql`TRUE`)).snapshot.version;
    const second = (await changeVisibly(deps, 'clock', [], sql`TRUE`)).snapshot.version;
    deps.clock.advance(-60_000);
    const third = (await changeVisibly(deps, 'clock', [], sql`TRUE`)).snapshot.version;
    expect([second, third]).toEqual([first + 1, first + 2]);
  });

  it('of many at once, each gets a version of its own', async () => {
    const deps = testDeps();
    const changes = await Promise.all(
      Array.from({ length: 20 }, () => changeVisibly(deps, 'many', [], sql`TRUE`)),
    );
    expect(new Set(changes.map(({ snapshot }) => snapshot.version)).size).toBe(20);
  });

  it('takes its clock before the batch, so that the promise counts from there', async () => {
    const clock = testClock();
    const startedAt = clock.now();
    const slow = d1With((batch) => {
      clock.advance(4_000);
      return batch();
    });
    const deps = testDeps({ clock, db: slow });
    const { snapshot } = await changeVisibly(deps, 'slow', [], sql`TRUE`);
    expect(snapshot).toMatchObject({ takenAt: startedAt, freshUntil: startedAt + 300_000 });
  });
});

describe('facts', () => {
  it('of a whole row are those that the snapshot’s query gives', async () => {
    const deps = testDeps();
    const row = await insertAccount(deps, { metadata: { handle: 'ada' }, lastError: 'transient' });
    const { snapshot } = await changeVisibly(deps, row.userId, [], sql`FALSE`);
    expect(snapshot.integrations).toEqual([factsOf(row)]);
  });

  it.each([
    ['a refresh token', { refreshToken: 'r', refreshDueAt: null }, true],
    ['no refresh token, but due: extended while alive', { refreshToken: null }, true],
    ['neither', { refreshToken: null, refreshDueAt: null }, false],
  ])('renewable: %s', async (name, overrides, renewable) => {
    const deps = testDeps();
    const row = await insertAccount(deps, { userId: `renewable ${name}`, ...overrides });
    const { snapshot } = await changeVisibly(deps, row.userId, [], sql`FALSE`);
    expect(snapshot.integrations[0]?.renewable).toBe(renewable);
    expect(factsOf(row).renewable).toBe(renewable);
  });
});

describe('query plans', () => {
  const deps = testDeps();
  const many = Array.from({ length: 100 }, (_, i) => `user-${i}`);
  it.each([
    ['the version of a user', versionQuery(deps.db, ['a'])],
    ['the versions of a hundred', versionQuery(deps.db, many)],
    ['the snapshot of a user', snapshotQuery(deps.db, ['a'])],
    ['the snapshots of a hundred', snapshotQuery(deps.db, many)],
    ['the growth of a version', versionGrowth(deps.db, 'a', 1, sql`TRUE`)],
  ])('%s: by index, no table is scanned', async (_, query) => {
    const { sql: text, params } = query.toSQL();
    expect(params.length).toBeLessThan(10);
    const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${text}`)
      .bind(...params)
      .all<{ detail: string }>();
    const details = results.map(({ detail }) => detail);
    expect(
      details.filter((detail) => /\bSCAN (oauth_accounts|user_versions)\b/.test(detail)),
    ).toEqual([]);
    if (text.startsWith('select')) {
      const tables = ['oauth_accounts', 'user_versions'].filter((table) =>
        text.includes(`"${table}"`),
      );
      for (const table of tables) expect(details.join()).toContain(`SEARCH ${table} USING`);
    }
  });

  it('the sealed tokens are not selected', () => {
    expect(snapshotQuery(deps.db, ['a']).toSQL().sql).not.toMatch(
      /"(access|refresh)_token"(?! IS NOT)/i,
    );
  });
});
