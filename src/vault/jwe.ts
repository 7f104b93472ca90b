/**
 * Compact JWE (RFC 7516) of the one kind that is sealed here: `dir` with A256GCM, by WebCrypto. jose
 * has it among all others, which come along: 5 KiB of the Worker.
 */
import { base64url, decodeProtectedHeader } from 'jose';

const IV_BYTES = 12;
const TAG_BYTES = 16;

const encoder = new TextEncoder();

export interface Header {
  alg: 'dir';
  enc: 'A256GCM';
  kid: string;
  ctx: readonly string[];
}

export async function encryptCompact(
  plaintext: Uint8Array,
  header: Header,
  key: Uint8Array,
): Promise<string> {
  const protectedHeader = base64url.encode(JSON.stringify(header));
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const sealed = new Uint8Array(
    await crypto.subtle.encrypt(
      algorithm(iv, protectedHeader),
      await cryptoKey(key, 'encrypt'),
      plaintext,
    ),
  );
  const end = sealed.length - TAG_BYTES;
  const parts = [iv, sealed.subarray(0, end), sealed.subarray(end)].map((part) =>
    base64url.encode(part),
  );
  // Between the header and the rest stands an encrypted key, which `dir` has not.
  return [protectedHeader, '', ...parts].join('.');
}

/** Throws, whatever is wrong with it. */
export async function decryptCompact(jwe: string, key: Uint8Array): Promise<Uint8Array> {
  const parts = jwe.split('.');
  const [protectedHeader = '', encryptedKey, ...rest] = parts;
  const [iv, ciphertext, tag] = rest.map((part) => base64url.decode(part));
  const { alg, enc, crit, zip } = decodeProtectedHeader(jwe);
  const isOurs =
    parts.length === 5 &&
    encryptedKey === '' &&
    alg === 'dir' &&
    enc === 'A256GCM' &&
    crit === undefined &&
    zip === undefined;
  // A shorter tag would be easier to forge.
  if (!isOurs || !ciphertext || iv?.length !== IV_BYTES || tag?.length !== TAG_BYTES) {
    throw new Error('not a JWE of this kind');
  }
  const opened = await crypto.subtle.decrypt(
    algorithm(iv, protectedHeader),
    await cryptoKey(key, 'decrypt'),
    joined(ciphertext, tag),
  );
  return new Uint8Array(opened);
}

const algorithm = (iv: Uint8Array, protectedHeader: string) => ({
  name: 'AES-GCM',
  iv,
  additionalData: encoder.encode(protectedHeader),
  tagLength: TAG_BYTES * 8,
});

const cryptoKey = (key: Uint8Array, use: 'encrypt' | 'decrypt'): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', key, 'AES-GCM', false, [use]);

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(one.length + other.length);
  bytes.set(one);
  bytes.set(other, one.length);
  return bytes;
}
