/** The bare minimum of a token: the key checked, the row selected, the token opened by jose. */
import { Hono } from 'hono';
import { compactDecrypt } from 'jose';
import { createKeyring } from '../../../src/vault/keyring.ts';

interface RawEnv {
  SERVICE_KEYS: string;
  ENCRYPTION_KEYS: string;
  DB: D1Database;
}

interface Row {
  access_token: string;
  token_type: string | null;
  expires_at: number | null;
  scope: string;
}

const encoder = new TextEncoder();
const toHex = (bytes: ArrayBuffer): string =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');

let key: Uint8Array | undefined;

async function isKey(presented: string, env: RawEnv): Promise<boolean> {
  const digest = encoder.encode(
    toHex(await crypto.subtle.digest('SHA-256', encoder.encode(presented))),
  );
  const configured = encoder.encode(env.SERVICE_KEYS.split(':')[1] ?? '');
  return (
    digest.byteLength === configured.byteLength && crypto.subtle.timingSafeEqual(digest, configured)
  );
}

const app = new Hono<{ Bindings: RawEnv }>().get(
  '/v1/users/:userId/integrations/:provider/:accountId/token',
  async (c) => {
    const presented = c.req.header('authorization')?.slice('Bearer '.length) ?? '';
    if (!(await isKey(presented, c.env))) return c.json({ error: 'unauthenticated' }, 401);
    const { userId, provider, accountId } = c.req.param();
    const row = await c.env.DB.prepare(
      `SELECT access_token, token_type, expires_at, scope FROM oauth_accounts
       WHERE provider = ? AND provider_account_id = ? AND user_id = ?`,
    )
      .bind(provider, accountId, userId)
      .first<Row>();
    if (!row) return c.json({ error: 'not found' }, 404);
    key ??= await createKeyring(c.env.ENCRYPTION_KEYS).openingKey('k1', 'oauth_accounts');
    const { plaintext } = await compactDecrypt(row.access_token, key ?? new Uint8Array());
    return c.json({
      kind: 'oauth2',
      accessToken: new TextDecoder().decode(plaintext),
      tokenType: row.token_type,
      expiresAt: row.expires_at === null ? null : new Date(row.expires_at).toISOString(),
      scope: JSON.parse(row.scope),
    });
  },
);

export default app;
