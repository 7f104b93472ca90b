/**
 * Seals what must not be readable in the database: compact JWE (RFC 7516), `dir` with A256GCM.
 *
 * The protected header carries the key's id and the context: the place where the value belongs.
 * Both are authenticated, so a sealed value that is moved to another row or field does not open.
 * What this cannot show is the rollback of a whole row to an older state of its own.
 *
 * There is no plaintext fallback: what is not sealed under a known key does not open.
 */
import { base64url, CompactEncrypt, compactDecrypt, decodeProtectedHeader } from 'jose';
import { hmac, importedOnce } from '../crypto';
import type { Keyring } from './keyring';

/** Where a sealed value belongs: table, then what names the row, then the field. */
export type SealContext = readonly [table: string, ...place: string[]];

export interface Vault {
  seal(plaintext: string, context: SealContext): Promise<string>;
  /** Throws VaultError: unknown key, another place, or not a sealed value at all. */
  open(sealed: string, context: SealContext): Promise<string>;
  /**
   * A secret that follows from a text, so that it need not be stored: `<kid>.<HMAC-SHA-256>` in
   * base64url, under a sub-key of `purpose`. The same for the same text, until the first key of
   * ENCRYPTION_KEYS is another.
   */
  mac(purpose: string, text: string): Promise<string>;
  /** Whether `mac` is this text's under the key that it names. In constant time; never throws. */
  verifyMac(purpose: string, text: string, mac: string): Promise<boolean>;
}

export class VaultError extends Error {
  override readonly name = 'VaultError';
  readonly code: 'unknown_key' | 'wrong_context' | 'not_sealed';

  constructor(code: VaultError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

export type TokenField = 'access_token' | 'refresh_token';

/** Context of a token of an integration. It stays the same while the row moves to the outbox. */
export const accountContext = (
  provider: string,
  accountId: string,
  field: TokenField,
): SealContext => ['oauth_accounts', provider, accountId, field];

/** Context of a secret of a connect transaction, which has no account yet. */
export const transactionContext = (id: string, field: 'verifier' | 'code'): SealContext => [
  'connect_transactions',
  id,
  field,
];

/** Context of a grant that a connect received; one consent may bring several. */
export const receivedGrantContext = (transactionId: string, provider: string): SealContext => [
  'outbox',
  transactionId,
  provider,
  'received_grant',
];

/** Context of a secret of a client that was registered at a server. */
export const registeredClientContext = (
  provider: string,
  server: string,
  clientId: string,
  field: 'client_secret' | 'registration_token',
): SealContext => ['registered_clients', provider, server, clientId, field];

/**
 * How every value sealed under this key begins, whatever its context, and none under another one:
 * so a query can tell them apart. The first fields of the protected header, as far as they fill
 * whole groups of base64url.
 */
export function prefixOf(kid: string): string {
  const start = `{"alg":"dir","enc":"A256GCM","kid":"${kid}","ctx":[`;
  return base64url.encode(start.slice(0, start.length - (start.length % 3)));
}

/** The algorithm never follows from the value. */
const onlyOurs = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function createVault(keyring: Keyring): Vault {
  // The keyring gives the same bytes each time.
  const contentKey = importedOnce({ name: 'AES-GCM' }, ['encrypt', 'decrypt']);
  const hmacKey = importedOnce(hmac, ['sign', 'verify']);
  return {
    async seal(plaintext, context) {
      const { kid, key } = await keyring.sealingKey(context[0]);
      return (
        new CompactEncrypt(encoder.encode(plaintext))
          // In this order: prefixOf relies on it.
          .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid, ctx: context })
          .encrypt(await contentKey(key))
      );
    },

    async open(sealed, context) {
      const header = readHeader(sealed);
      if (!sameContext(header.ctx, context)) {
        throw new VaultError('wrong_context', 'the sealed value belongs to another place');
      }
      const key = await keyring.openingKey(header.kid, context[0]);
      if (!key) {
        throw new VaultError(
          'unknown_key',
          `sealed under the key "${header.kid}", which ENCRYPTION_KEYS does not hold; add it back as a second key`,
        );
      }
      try {
        return decoder.decode(
          (await compactDecrypt(sealed, await contentKey(key), onlyOurs)).plaintext,
        );
      } catch {
        // The cause's own message could quote its input.
        throw new VaultError(
          'unknown_key',
          `the key "${header.kid}" in ENCRYPTION_KEYS is not the one that sealed this value`,
        );
      }
    },

    async mac(purpose, text) {
      const { kid, key } = await keyring.sealingKey(purpose);
      const tag = await crypto.subtle.sign('HMAC', await hmacKey(key), encoder.encode(text));
      return `${kid}.${base64url.encode(new Uint8Array(tag))}`;
    },

    async verifyMac(purpose, text, mac) {
      // A key's id may hold dots.
      const dot = mac.lastIndexOf('.');
      const key = await keyring.openingKey(mac.slice(0, Math.max(dot, 0)), purpose);
      const tag = bytesOf(mac.slice(dot + 1));
      if (!key || !tag) return false;
      return crypto.subtle.verify('HMAC', await hmacKey(key), tag, encoder.encode(text));
    },
  };
}

/** Null where a text is not base64url. */
function bytesOf(text: string): Uint8Array | null {
  try {
    return base64url.decode(text);
  } catch {
    return null;
  }
}

function readHeader(sealed: string): { kid: string; ctx: unknown } {
  let header: { kid?: string; ctx?: unknown };
  try {
    header = decodeProtectedHeader(sealed);
  } catch {
    throw new VaultError('not_sealed', 'the value is not sealed');
  }
  if (typeof header.kid !== 'string') throw new VaultError('not_sealed', 'the value is not sealed');
  return { kid: header.kid, ctx: header.ctx };
}

function sameContext(found: unknown, wanted: SealContext): boolean {
  return (
    Array.isArray(found) &&
    found.length === wanted.length &&
    wanted.every((part, i) => found[i] === part)
  );
}
