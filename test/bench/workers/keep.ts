/**
 * The product with a way in for the bench: rows that are due, a cron tick, a queue message, and
 * the same requests to the provider without any product around them. D1 and KV are counted.
 */

import { type Bindings, readConfig } from '../../../src/config.ts';
import { createDatabase } from '../../../src/db/client.ts';
import { oauthAccounts } from '../../../src/db/schema.ts';
import worker from '../../../src/index.ts';
import { accountContext, createVault } from '../../../src/vault/vault.ts';

export interface Counts {
  d1Calls: number;
  rowsWritten: number;
  kvOperations: number;
}

export interface Ran extends Counts {
  ms: number;
}

const INSERTED_AT_ONCE = 20;
/** The most that the setting takes: a run ends when nothing is due. */
const MOST_SUBREQUESTS = '10000';

/** All rows that are due are of the same age, so that nothing but the claim orders them. */
async function seed(env: Bindings, from: number, count: number): Promise<void> {
  const db = createDatabase(env.DB);
  const vault = createVault(readConfig(env).keyring);
  const now = Date.now();
  const rows = await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const id = `account-${from + i}`;
      return {
        userId: `user-${from + i}`,
        provider: 'bench',
        providerAccountId: id,
        subject: id,
        accessToken: await vault.seal('a'.repeat(64), accountContext('bench', id, 'access_token')),
        refreshToken: await vault.seal(
          `refresh-${id}`,
          accountContext('bench', id, 'refresh_token'),
        ),
        expiresAt: now + 900_000,
        tokenType: 'bearer',
        scope: ['openid'],
        requestedScope: ['openid'],
        parameters: {},
        metadata: {},
        displayName: `Account ${from + i}`,
        state: 'active' as const,
        tokenVersion: now - 1000,
        refreshDueAt: now,
        lastUsedAt: now,
        createdAt: now,
        updatedAt: now,
      };
    }),
  );
  for (let i = 0; i < rows.length; i += INSERTED_AT_ONCE) {
    const statements = rows
      .slice(i, i + INSERTED_AT_ONCE)
      .map((row) => db.insert(oauthAccounts).values(row));
    const [first, ...others] = statements;
    if (first) await db.batch([first, ...others]);
  }
}

/** So many rows are due just now, so that every refresh is in time to be quiet; all others in a day. */
async function makeDue(env: Bindings, count: number): Promise<void> {
  const now = Date.now();
  await env.DB.batch([
    env.DB.prepare('UPDATE oauth_accounts SET refresh_due_at = ?1').bind(now + 86_400_000),
    env.DB.prepare(
      `UPDATE oauth_accounts SET refresh_due_at = ?1 WHERE id IN (
        SELECT id FROM oauth_accounts ORDER BY last_refreshed_at IS NOT NULL, id LIMIT ?2)`,
    ).bind(now, count),
  ]);
}

function countedD1(db: D1Database, counts: Counts): D1Database {
  const originals = new WeakMap<object, D1PreparedStatement>();
  const done = <T>(result: D1Result<T>): D1Result<T> => {
    counts.rowsWritten += result.meta.rows_written;
    return result;
  };
  const statement = (original: D1PreparedStatement) => {
    const all = async () => {
      counts.d1Calls += 1;
      return done(await original.all<Record<string, unknown>>());
    };
    const counted = {
      bind: (...values: unknown[]) => statement(original.bind(...values)),
      all,
      run: all,
      // D1's own `raw` does not tell how many rows were written.
      raw: async () => (await all()).results.map((row) => Object.values(row)),
    };
    originals.set(counted, original);
    return counted as unknown as D1PreparedStatement;
  };
  const counted = {
    prepare: (query: string) => statement(db.prepare(query)),
    batch: async (statements: D1PreparedStatement[]) => {
      counts.d1Calls += 1;
      const results = await db.batch(statements.map((one) => originals.get(one) ?? one));
      return results.map(done);
    },
    withSession: () => counted,
  };
  return counted as unknown as D1Database;
}

const countedKv = (kv: KVNamespace, counts: Counts): KVNamespace =>
  new Proxy(kv, {
    get(_, name) {
      const value: unknown = Reflect.get(kv, name, kv);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        counts.kvOperations += 1;
        return value.apply(kv, args);
      };
    },
  });

async function measured(
  env: Bindings,
  run: (counted: Bindings) => Promise<unknown> | undefined,
): Promise<Ran> {
  const counts: Counts = { d1Calls: 0, rowsWritten: 0, kvOperations: 0 };
  const counted: Bindings = {
    ...env,
    RUN_SUBREQUESTS: MOST_SUBREQUESTS,
    DB: countedD1(env.DB, counts),
    STATUS_CACHE: countedKv(env.STATUS_CACHE, counts),
  };
  // Read now, so that no run pays for it.
  readConfig(counted);
  const startedAt = Date.now();
  await run(counted);
  return { ...counts, ms: Date.now() - startedAt };
}

/** As a run asks the provider: five at a time, and the next five when all have answered. */
async function ideal(tokenUrl: string, groups: number): Promise<{ ms: number }> {
  const startedAt = Date.now();
  for (let group = 0; group < groups; group += 1) {
    await Promise.all(
      Array.from({ length: 5 }, async () => {
        const response = await fetch(tokenUrl, {
          method: 'POST',
          headers: {
            Authorization: `Basic ${btoa('client:secret')}`,
            'Content-Type': 'application/x-www-form-urlencoded',
          },
          body: 'grant_type=refresh_token&refresh_token=refresh-account-0',
        });
        await response.json();
      }),
    );
  }
  return { ms: Date.now() - startedAt };
}

const wakeUp = (): MessageBatch<unknown> => ({
  queue: 'bench',
  messages: [
    {
      id: '1',
      timestamp: new Date(),
      attempts: 1,
      body: { kind: 'wake' },
      ack: () => {},
      retry: () => {},
    },
  ],
  metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } },
  ackAll: () => {},
  retryAll: () => {},
});

export default {
  async fetch(request, env, ctx) {
    const url = new URL(request.url);
    const number = (name: string): number => Number(url.searchParams.get(name));
    switch (url.pathname) {
      case '/seed':
        await seed(env, number('from'), number('count'));
        return Response.json({});
      case '/due':
        await makeDue(env, number('count'));
        return Response.json({});
      case '/cron':
        return Response.json(
          await measured(env, (counted) =>
            Promise.resolve(
              worker.scheduled(
                { cron: '* * * * *', scheduledTime: Date.now(), noRetry: () => {} },
                counted,
                ctx,
              ),
            ),
          ),
        );
      case '/queue':
        return Response.json(
          await measured(env, (counted) => Promise.resolve(worker.queue(wakeUp(), counted, ctx))),
        );
      case '/ideal':
        return Response.json(await ideal(url.searchParams.get('url') ?? '', number('groups')));
      default:
        return new Response(null, { status: 404 });
    }
  },
} satisfies ExportedHandler<Bindings>;
