/** Accounts for the benches that refresh them and hand out their tokens. */
import { type Bindings, readConfig } from '../../../src/config.ts';
import { createDatabase } from '../../../src/db/client.ts';
import { oauthAccounts } from '../../../src/db/schema.ts';
import { accountContext, createVault } from '../../../src/vault/vault.ts';

const INSERTED_AT_ONCE = 20;

/**
 * Accounts of the provider `bench`, each of a user of its own: as a connect leaves them, a token of
 * 15 minutes.
 */
export async function seed(
  env: Bindings,
  from: number,
  count: number,
  { refreshDueAt }: { refreshDueAt: number },
): Promise<void> {
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
        refreshDueAt,
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
