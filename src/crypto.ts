/** Random secrets, SHA-256 and comparison in constant time, all by WebCrypto. */
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

/** How a secret is stored: its SHA-256, base64url. Secrets of 256 bits need no salt. */
export const hashSecret = async (secret: string): Promise<string> =>
  base64url.encode(await sha256(secret));

/** How much of two texts of one length agrees does not show in the time. */
export function isEqual(a: string, b: string): boolean {
  const [left, right] = [encoder.encode(a), encoder.encode(b)];
  return left.length === right.length && crypto.subtle.timingSafeEqual(left, right);
}
