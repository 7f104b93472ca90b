/**
 * After `ENCRYPTION_KEYS` got a new first key: seals anew what is still under an older one. Most
 * rows need no sweep, because each refresh seals under the first key; this is for those that are
 * refreshed seldom or never (credentials, tokens without an end).
 *
 * It keeps no place of its own: each minute of the clock has its slice of the ids, one after the
 * other, round and round. A tick that is missed leaves its slice to the next round. With a single
 * key there is nothing to look for, and nothing is read.
 */

import { and, eq, gt, isNotNull, lte, max, ne, or, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { d1Read, d1Write, runBatch } from '../db/client';
import { jsonRows } from '../db/expressions';
import { oauthAccounts, registeredClients } from '../db/schema';
import type { Deps } from '../deps';
import { openToken, sealToken } from '../oauth/sealed-token';
import { MINUTE_MS } from '../time';
import { prefixOf, registeredClientContext, type TokenField } from '../vault/vault';

/** Two tokens of 64 KB each, sealed, stay within the 2 MB that D1 takes as one value. */
const ROWS_PER_STATEMENT = 10;
/** Two reads, and a statement. What is not reached comes with the next round. */
const LEAST_CALLS = 3;

const columns = {
  id: oauthAccounts.id,
  provider: oauthAccounts.provider,
  accountId: oauthAccounts.providerAccountId,
  tokenVersion: oauthAccounts.tokenVersion,
  accessToken: oauthAccounts.accessToken,
  refreshToken: oauthAccounts.refreshToken,
};

interface Row {
  id: number;
  provider: string;
  accountId: string;
  tokenVersion: number;
  accessToken: string | null;
  refreshToken: string | null;
}

/**
 * Looks at the `ids` ids whose turn it is. Returns how many rows were sealed anew. Guarded by
 * `token_version`, which does not grow: the tokens are the same, and a refresh under way commits.
 *
 * @throws what D1 throws
 */
export async function reseal(deps: Deps, ids: number): Promise<number> {
  const [first, ...others] = deps.config.keyring.kids;
  if (others.length === 0 || deps.budget.left < LEAST_CALLS) return 0;
  const { db, log, budget } = deps;
  const rows = await d1Read(rowsInTurn(deps, first, ids));
  let done = 0;
  for (let i = 0; i < rows.length && budget.left > 0; i += ROWS_PER_STATEMENT) {
    const part = rows.slice(i, i + ROWS_PER_STATEMENT);
    const sealed = (await Promise.all(part.map((row) => sealAnew(deps, row)))).filter(
      (row) => row !== null,
    );
    if (sealed.length === 0) continue;
    const { table, field } = jsonRows('s', sealed);
    await d1Write(
      db
        .update(oauthAccounts)
        .set({ accessToken: field('accessToken'), refreshToken: field('refreshToken') })
        .from(table)
        .where(
          and(
            eq(oauthAccounts.id, field('id')),
            eq(oauthAccounts.tokenVersion, field('tokenVersion')),
          ),
        ),
    );
    done += sealed.length;
  }
  if (done > 0) log.info('reseal.done', { rows: done });
  return done;
}

async function rowsInTurn({ db, now }: Deps, kid: string, ids: number): Promise<Row[]> {
  const [newest] = await db.select({ id: max(oauthAccounts.id) }).from(oauthAccounts);
  const slices = Math.ceil((newest?.id ?? 0) / ids);
  if (slices === 0) return [];
  const from = (Math.floor(now() / MINUTE_MS) % slices) * ids;
  return db
    .select(columns)
    .from(oauthAccounts)
    .where(
      and(
        gt(oauthAccounts.id, from),
        lte(oauthAccounts.id, from + ids),
        or(notUnder(kid, oauthAccounts.accessToken), notUnder(kid, oauthAccounts.refreshToken)),
      ),
    );
}

function notUnder(kid: string, column: SQLiteColumn): SQL {
  const prefix = prefixOf(kid);
  return ne(sql`substr(${column}, 1, ${prefix.length})`, prefix);
}

/** Null: it does not open, which is no reason to leave the others. */
async function sealAnew({ vault, log }: Deps, row: Row): Promise<Row | null> {
  const anew = async (sealed: string | null, field: TokenField) => {
    if (sealed === null) return null;
    const { text, dpopKey } = await openToken(vault, row, field, sealed);
    return sealToken(vault, row, field, text, dpopKey);
  };
  try {
    return {
      ...row,
      accessToken: await anew(row.accessToken, 'access_token'),
      refreshToken: await anew(row.refreshToken, 'refresh_token'),
    };
  } catch (error) {
    log.error('reseal.token_not_opened', { provider: row.provider, rowId: row.id }, error);
    return null;
  }
}

/** Of clients that were registered there are few. */
const CLIENTS_AT_ONCE = 20;

/**
 * The same for the secrets of clients that were registered, once an hour. A secret never changes,
 * so nothing can be overtaken.
 *
 * @throws what D1 throws
 */
export async function resealClients({ config, db, vault, log, budget }: Deps): Promise<void> {
  const [first, ...others] = config.keyring.kids;
  if (others.length === 0 || budget.left < 2) return;
  const { clientSecret, registrationToken } = registeredClients;
  const old = [clientSecret, registrationToken].map((column) =>
    and(isNotNull(column), notUnder(first, column)),
  );
  const query = db
    .select()
    .from(registeredClients)
    .where(or(...old))
    .limit(CLIENTS_AT_ONCE);
  const rows = await d1Read(query);
  const sealed = rows.map(async ({ id, provider, server, clientId, ...row }) => {
    const anew = async (value: string | null, field: 'client_secret' | 'registration_token') => {
      const context = registeredClientContext(provider, server, clientId, field);
      return value && vault.seal(await vault.open(value, context), context);
    };
    try {
      return [
        db
          .update(registeredClients)
          .set({
            clientSecret: await anew(row.clientSecret, 'client_secret'),
            registrationToken: await anew(row.registrationToken, 'registration_token'),
          })
          .where(eq(registeredClients.id, id)),
      ];
    } catch (error) {
      log.error('reseal.token_not_opened', { provider, rowId: id }, error);
      return [];
    }
  });
  const statements = (await Promise.all(sealed)).flat();
  await d1Write(runBatch(db, statements));
}

/**
 * A query for the operator: how many values are sealed under this key, by table. It scans the
 * tables. Rescue records, in KV and the queue, are not in it; they live a week.
 */
export function countSealedUnder(kid: string): string {
  const prefix = prefixOf(kid);
  const columnsOf = {
    oauth_accounts: ['access_token', 'refresh_token'],
    outbox: ['access_token', 'refresh_token', 'received_grant'],
    connect_transactions: ['verifier', 'code'],
    registered_clients: ['client_secret', 'registration_token'],
  };
  return Object.entries(columnsOf)
    .map(([table, names]) => {
      const counts = names.map(
        (name) => `total(substr(${name}, 1, ${prefix.length}) = '${prefix}')`,
      );
      return `SELECT '${table}' AS place, CAST(${counts.join(' + ')} AS INTEGER) AS sealed FROM ${table}`;
    })
    .join(' UNION ALL ');
}
