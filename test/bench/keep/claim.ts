/**
 * The claim's own statements on SQLite itself, where no call to D1 hides what they take: a table
 * with a thousand rows next to one with a million.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { buildForNode, root } from '../build.ts';
import { ofSpread, type Results } from '../figures.ts';
import { median, spread } from '../statistics.ts';
import type { claimStatement } from './claim-statement.ts';

const ROUNDS = 7;
const CLAIMS = 16;
/** That may be claimed, in both tables, each on a page of its own: only the size differs. */
const DUE = 100;

export async function measureClaim(): Promise<Results> {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-bench-'));
  try {
    const module = join(folder, 'claim.mjs');
    await writeFile(module, await buildForNode('keep/claim-statement.ts'));
    const statements = (await import(pathToFileURL(module).href)) as {
      claimStatement: typeof claimStatement;
    };
    const small = await createTable(join(folder, 'small.sqlite'), 1_000, 0);
    const large = await createTable(join(folder, 'large.sqlite'), 1_000_000, 100_000);
    const times = { small: [] as number[], large: [] as number[] };
    for (let round = 0; round <= ROUNDS; round += 1) {
      const of = {
        small: claimTime(small, statements.claimStatement),
        large: claimTime(large, statements.claimStatement),
      };
      if (round === 0) continue;
      times.small.push(of.small);
      times.large.push(of.large);
    }
    small.close();
    large.close();
    const ratios = spread(times.large.map((ms, i) => ms / (times.small[i] ?? Number.NaN)));
    const us = (values: readonly number[]): string => `${(median(values) * 1000).toFixed(0)} us`;
    return {
      figures: [ofSpread('claim-1m-vs-1k', ratios, `${us(times.large)} over ${us(times.small)}`)],
      observations: [],
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const NOW = Date.UTC(2026, 10, 22, 12);

/** Three providers; `held` rows of the first are due, and its circuit is open. */
async function createTable(file: string, rows: number, held: number): Promise<DatabaseSync> {
  const db = new DatabaseSync(file);
  const migrations = join(root, 'migrations');
  for (const name of (await readdir(migrations)).sort()) {
    if (name.endsWith('.sql')) db.exec(await readFile(join(migrations, name), 'utf8'));
  }
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; BEGIN');
  db.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1)
     INSERT INTO oauth_accounts (user_id, provider, provider_account_id, subject, access_token,
       refresh_token, expires_at, token_type, scope, requested_scope, parameters, metadata,
       display_name, state, token_version, refresh_due_at, last_refreshed_at, created_at,
       updated_at)
     SELECT 'user-' || (i / 4),
       CASE WHEN i < ?2 THEN 'down' WHEN i % 2 THEN 'one' ELSE 'two' END, 'account-' || i,
       'account-' || i, ?3, ?3, ?4 + 3600000, 'bearer', '["openid"]', '["openid"]', '{}', '{}',
       'Account', 'active', ?4 - 1000,
       CASE WHEN i < ?2 OR i % (?1 / ${DUE}) = 1 THEN ?4 - 60000 ELSE ?4 + 60000 + i END,
       ?4, ?4, ?4 FROM n`,
  ).run(rows, held, 'x'.repeat(200), NOW);
  db.exec(`INSERT INTO provider_health (provider, host, failed_ids, open_until, updated_at)
      VALUES ('down', 'down.example', '[]', ${NOW + 60_000}, ${NOW});
    COMMIT; ANALYZE`);
  return db;
}

/**
 * The median of some claims, each of other rows and with its commit; then all is as it was before.
 */
function claimTime(db: DatabaseSync, statementOf: typeof claimStatement): number {
  const times: number[] = [];
  const ids: SQLOutputValue[] = [];
  for (let i = 0; i < CLAIMS; i += 1) {
    const { sql, params } = statementOf(`claim-${i}`, ['down', 'one', 'two'], NOW);
    const statement = db.prepare(sql);
    const startedAt = performance.now();
    const claimed = statement.all(...params);
    times.push(performance.now() - startedAt);
    ids.push(...claimed.map((row) => row.id ?? null));
    if (claimed.length !== 5) throw new Error(`a claim took ${claimed.length} rows, not five`);
  }
  const release = db.prepare(
    'UPDATE oauth_accounts SET lease_id = NULL, lease_until = NULL WHERE id = ?',
  );
  for (const id of ids) release.run(id);
  return median(times);
}
