/** The users of the status benchmarks: four integrations each, nothing due before the run ends. */
import { SignJWT } from 'jose';
import type { Miniflare } from 'miniflare';
import { jwtSecret, serviceKey } from '../support/keys.ts';
import { request } from './load/generator.ts';

const AT_ONCE = 500;

export const userId = (i: number): string => `user-${i}`;

/**
 * Rows as a connect leaves them; the tokens have the length of sealed ones, and nobody opens them.
 */
export async function insertUsers(miniflare: Miniflare, worker: string, count: number) {
  const db = await miniflare.getD1Database('DB', worker);
  const now = Date.now();
  const sealed = 'x'.repeat(400);
  for (let from = 0; from < count; from += AT_ONCE) {
    const until = Math.min(from + AT_ONCE, count);
    await db.batch([
      db
        .prepare(
          `WITH RECURSIVE n(i) AS (SELECT cast(?1 AS integer) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?2),
             a(k) AS (VALUES (0), (1), (2), (3))
           INSERT INTO oauth_accounts (user_id, provider, provider_account_id, subject,
             access_token, refresh_token, expires_at, token_type, scope, requested_scope,
             parameters, metadata, display_name, state, token_version, refresh_due_at,
             last_refreshed_at, created_at, updated_at)
           SELECT 'user-' || i, iif(k % 2, 'instagram', 'reddit'), 'account-' || i || '-' || k,
             'account-' || i || '-' || k, ?3, ?3, ?4 + 3600000, 'bearer', '["identity","read"]',
             '["identity","read"]', '{}', '{}', 'Account ' || k, 'active', ?4, ?4 + 2700000,
             ?4, ?4 + k, ?4 FROM n, a`,
        )
        .bind(from, until, sealed, now),
      db
        .prepare(
          `WITH RECURSIVE n(i) AS (SELECT cast(?1 AS integer) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?2)
           INSERT INTO user_versions (user_id, version) SELECT 'user-' || i, ?3 FROM n`,
        )
        .bind(from, until, now),
    ]);
  }
}

const secret = new TextEncoder().encode(jwtSecret);

/** Each user asks for itself, by its own JWT. */
export const readsOf = (users: readonly number[]): Promise<Uint8Array[]> =>
  Promise.all(
    users.map(async (i) => {
      const token = await new SignJWT({})
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(userId(i))
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(secret);
      return request('GET', `/v1/users/${userId(i)}/integrations`, token);
    }),
  );

/** The app's backend asks for all of them at once. */
export const readOfMany = (users: readonly number[]): Uint8Array =>
  request('POST', '/v1/status', serviceKey, { userIds: users.map(userId) });

export const range = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from + i);
