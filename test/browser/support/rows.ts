/** Rows written straight into the Worker's database: what a page has to show. */
import type { Mooring } from '../../e2e/support/mooring.ts';

export interface AccountState {
  provider: string;
  accountId?: string;
  name?: string | null;
  metadata?: Record<string, string | null>;
  scopes?: readonly string[];
  requested?: readonly string[];
  /** ms from now; null: never. */
  expiresIn?: number | null;
  refreshExpiresIn?: number | null;
  dueIn?: number | null;
  /** False: there is nothing to renew it with. */
  renewable?: boolean;
  failures?: number;
  error?: string;
  errorCategory?: string;
  /** Why it needs to be reconnected. */
  refused?: string;
  /** ms ago */
  connected?: number;
  refreshed?: number | null;
}

export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

export type Row = Record<string, string | number | null>;

export async function insertRow(
  { worker }: Pick<Mooring, 'worker'>,
  table: string,
  row: Row,
): Promise<void> {
  const columns = Object.keys(row);
  await worker.sql(
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    ...Object.values(row),
  );
}

let serial = 0;

export async function giveAccounts(
  mooring: Pick<Mooring, 'worker'>,
  user: string,
  accounts: readonly AccountState[],
): Promise<void> {
  const now = Date.now();
  const from = (ms: number | null | undefined) =>
    ms === null || ms === undefined ? null : now + ms;
  for (const account of accounts) {
    serial += 1;
    const { provider, accountId = `account-${serial}`, renewable = true } = account;
    const { expiresIn = 45 * MINUTE, dueIn = 30 * MINUTE, scopes = ['openid'] } = account;
    await insertRow(mooring, 'oauth_accounts', {
      user_id: user,
      provider,
      provider_account_id: accountId,
      subject: accountId,
      access_token: 'not a token',
      refresh_token: renewable ? 'not a token' : null,
      expires_at: from(expiresIn),
      refresh_expires_at: from(account.refreshExpiresIn),
      scope: JSON.stringify(scopes),
      requested_scope: JSON.stringify(account.requested ?? scopes),
      parameters: '{}',
      metadata: JSON.stringify(account.metadata ?? {}),
      display_name: account.name ?? null,
      state: account.refused ? 'needs_reconnect' : 'active',
      state_reason: account.refused ?? null,
      token_version: now,
      refresh_due_at: account.refused || !renewable ? null : from(dueIn),
      refresh_failures: account.failures ?? 0,
      last_error: account.error ?? null,
      last_error_category: account.errorCategory ?? null,
      last_refreshed_at:
        account.refreshed === null ? null : now - (account.refreshed ?? 12 * MINUTE),
      created_at: now - (account.connected ?? 40 * DAY),
      updated_at: now,
    });
  }
  await mooring.worker.sql(
    'INSERT INTO user_versions (user_id, version) VALUES (?, ?) ON CONFLICT (user_id) DO UPDATE SET version = max(version + 1, excluded.version)',
    user,
    now,
  );
}
