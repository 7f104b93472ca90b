/**
 * What an app would write that calls the API itself: its token from D1, opened, and the request. A
 * body is passed on as it is, with no token: what the runtime takes for that.
 */
import { compactDecrypt } from 'jose';
import { createKeyring, type Keyring } from '../../../src/vault/keyring.ts';

interface DirectEnv {
  DB: D1Database;
  ENCRYPTION_KEYS: string;
  API: string;
}

const KID = 'k1';
const SELECT = 'SELECT access_token FROM oauth_accounts WHERE user_id = ? AND provider = ?';

let keyring: Keyring | undefined;
const decoder = new TextDecoder();

export default {
  async fetch({ method, body, headers }, env) {
    if (body !== null) {
      const length = headers.get('Content-Length') ?? '0';
      return fetch(`${env.API}/me`, { method, body, headers: { 'Content-Length': length } });
    }
    // It keeps the key that it has derived.
    keyring ??= createKeyring(env.ENCRYPTION_KEYS);
    const key = await keyring.openingKey(KID, 'oauth_accounts');
    const row = await env.DB.prepare(SELECT)
      .bind('user-0', 'bench')
      .first<{ access_token: string }>();
    const { plaintext } = await compactDecrypt(row?.access_token ?? '', key ?? new Uint8Array());
    return fetch(`${env.API}/me`, {
      headers: { Authorization: `Bearer ${decoder.decode(plaintext)}` },
    });
  },
} satisfies ExportedHandler<DirectEnv>;
