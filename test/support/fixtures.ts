/** Rows that tests start from. */
import { eq } from 'drizzle-orm';
import { oauthAccounts, userVersions } from '../../src/db/schema';
import type { Deps } from '../../src/deps';
import { accountContext } from '../../src/vault/vault';

export type AccountRow = typeof oauthAccounts.$inferSelect;

/** Columns as they are, except that tokens are given in plain text and sealed here. */
export type AccountOverrides = Partial<typeof oauthAccounts.$inferInsert>;

let serial = 0;

/**
 * Inserts an integration (by default: of `acme`, active, an hour to live, due in 45 min, with both
 * tokens) and grows its user's version. `accessToken` and `refreshToken` are given in plain text.
 */
export async function insertAccount(
  deps: Pick<Deps, 'db' | 'vault' | 'now'>,
  overrides: AccountOverrides = {},
): Promise<AccountRow> {
  serial += 1;
  const now = deps.now();
  const provider = overrides.provider ?? 'acme';
  const accountId = overrides.providerAccountId ?? `account-${serial}`;
  const seal = (token: string | null, field: 'access_token' | 'refresh_token') =>
    token === null ? null : deps.vault.seal(token, accountContext(provider, accountId, field));
  const {
    accessToken = `access-${accountId}`,
    refreshToken = `refresh-${accountId}`,
    ...columns
  } = overrides;
  const [row] = await deps.db
    .insert(oauthAccounts)
    .values({
      userId: `user-${serial}`,
      subject: accountId,
      expiresAt: now + 3_600_000,
      tokenType: 'bearer',
      scope: ['openid', 'offline_access'],
      requestedScope: ['openid', 'offline_access'],
      parameters: {},
      metadata: {},
      displayName: `Account ${serial}`,
      state: 'active',
      tokenVersion: now,
      refreshDueAt: now + 2_700_000,
      createdAt: now,
      updatedAt: now,
      ...columns,
      provider,
      providerAccountId: accountId,
      accessToken: await seal(accessToken, 'access_token'),
      refreshToken: await seal(refreshToken, 'refresh_token'),
    })
    .returning();
  if (!row) throw new Error('the account was not inserted');
  await growVersion(deps, row.userId);
  return row;
}

/** max(previous + 1, now), as every visible change does it. */
export async function growVersion(deps: Pick<Deps, 'db' | 'now'>, userId: string): Promise<number> {
  const [known] = await deps.db.select().from(userVersions).where(eq(userVersions.userId, userId));
  const version = Math.max((known?.version ?? 0) + 1, deps.now());
  await deps.db
    .insert(userVersions)
    .values({ userId, version })
    .onConflictDoUpdate({ target: userVersions.userId, set: { version } });
  return version;
}

export async function accountRow(
  deps: Pick<Deps, 'db'>,
  id: number,
): Promise<AccountRow | undefined> {
  const [row] = await deps.db.select().from(oauthAccounts).where(eq(oauthAccounts.id, id));
  return row;
}
