/**
 * Random secrets, hashes, MACs, how bytes are written, and comparison in constant time; all by
 * WebCrypto.
 */
import { base64url } from 'jose';

const encoder = new TextEncoder();

/** 256 bits, base64url: 43 characters. */
export const randomSecret = (): string =>
  base64url.encode(crypto.getRandomValues(new Uint8Array(32)));

/** Whether a text has the shape of `randomSecret`: what a cookie must have to be looked up. */
export const isSecret = (text: string): boolean => /^[\w-]{43}$/.test(text);

/** 32 bytes, of the text's UTF-8. */
export const sha256 = async (text: string): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(text)));

/** SHA-256 of the text's UTF-8, base64url. */
export const sha256url = async (text: string): Promise<string> =>
  base64url.encode(await sha256(text));

/** How a secret is stored. Secrets of 256 bits need no salt. */
export const hashSecret = sha256url;

/** HMAC-SHA-256 of the text's UTF-8; a secret that is a text counts as its UTF-8 too. */
export async function hmacSha256(
  secret: Uint8Array | string,
  text: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = typeof secret === 'string' ? encoder.encode(secret) : secret;
  const key = await crypto.subtle.importKey('raw', bytes, hmac, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(text)));
}

export const hmac = { name: 'HMAC', hash: 'SHA-256' };

/**
 * Keys by their bytes, the very same ones. Imported anew each time, a key of the vault would take a
 * tenth of the CPU of a fresh token.
 */
export function importedOnce(
  algorithm: { name: string; hash?: string },
  usages: string[],
): (bytes: Uint8Array) => Promise<CryptoKey> {
  const imported = new WeakMap<Uint8Array, CryptoKey>();
  return async (bytes) => {
    const known = imported.get(bytes);
    if (known) return known;
    const key = await crypto.subtle.importKey('raw', bytes, algorithm, false, usages);
    imported.set(bytes, key);
    return key;
  };
}

/** With its padding. Node 24, where scripts and models run this, has no `toBase64` of bytes. */
export const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

/** Of the text's UTF-8. */
export const base64Text = (text: string): string => base64(encoder.encode(text));

export const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** How much of two texts of one length agrees does not show in the time. */
export function isEqual(a: string, b: string): boolean {
  const [left, right] = [encoder.encode(a), encoder.encode(b)];
  return left.length === right.length && crypto.subtle.timingSafeEqual(left, right);
}
