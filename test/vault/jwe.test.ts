/** What is sealed here is what any implementation of RFC 7516 reads and writes: jose's, for one. */
import { base64url, CompactEncrypt, compactDecrypt } from 'jose';
import { describe, expect, it } from 'vitest';
import { decryptCompact, encryptCompact, type Header } from '../../src/vault/jwe';

const key = new Uint8Array(32).map((_, i) => i * 7);
const header: Header = { alg: 'dir', enc: 'A256GCM', kid: 'k1', ctx: ['table', 'ünï→😀', 'field'] };
const bytes = (text: string) => new TextEncoder().encode(text);
const texts = ['', 'token', 'ünï→😀', 'x'.repeat(70_000)].map(bytes);

describe('compact JWE', () => {
  it('ours is opened by jose, with the header as it was given', async () => {
    for (const text of texts) {
      const opened = await compactDecrypt(await encryptCompact(text, header, key), key);
      expect(opened.plaintext).toEqual(text);
      expect(opened.protectedHeader).toEqual(header);
    }
  });

  it('one by jose is opened by ours', async () => {
    for (const text of texts) {
      const jwe = new CompactEncrypt(text).setProtectedHeader({ ...header, ctx: [...header.ctx] });
      expect(await decryptCompact(await jwe.encrypt(key), key)).toEqual(text);
    }
  });

  it('no two have the same initialisation vector', async () => {
    const jwes = await Promise.all(
      Array.from({ length: 200 }, () => encryptCompact(bytes('same'), header, key)),
    );
    expect(new Set(jwes.map((jwe) => jwe.split('.')[2])).size).toBe(200);
  });

  type Parts = readonly string[];
  const reheaded = (change: object) => (parts: Parts) =>
    parts.with(0, base64url.encode(JSON.stringify({ ...header, ...change })));
  const flipped = (at: number) => (parts: Parts) => {
    const raw = base64url.decode(parts[at] ?? '');
    raw[0] = (raw[0] ?? 0) ^ 1;
    return parts.with(at, base64url.encode(raw));
  };
  it.each<[string, (parts: Parts) => Parts]>([
    ['a header that says something else', reheaded({ kid: 'k2' })],
    ['another algorithm', reheaded({ alg: 'A256KW' })],
    ['another cipher', reheaded({ enc: 'A128GCM' })],
    ['a critical extension', reheaded({ crit: ['ctx'] })],
    ['compression', reheaded({ zip: 'DEF' })],
    ['a header that is no JSON', (parts) => parts.with(0, 'e30x')],
    ['an encrypted key', (parts) => parts.with(1, 'AAAA')],
    ['another vector', flipped(2)],
    ['another text', flipped(3)],
    ['another tag', flipped(4)],
    ['a shorter tag', (parts) => parts.with(4, (parts[4] ?? '').slice(0, 16))],
    ['a longer vector', (parts) => parts.with(2, `${parts[2]}AAAA`)],
    ['a text without its end', (parts) => parts.with(3, (parts[3] ?? '').slice(0, -4))],
    ['a part too few', (parts) => parts.slice(0, -1)],
    ['a part too many', (parts) => [...parts, 'AAAA']],
    ['characters that are not base64url', (parts) => parts.with(3, `${parts[3]}*`)],
  ])('is not opened with %s', async (_, change) => {
    const parts = (await encryptCompact(bytes('secret text'), header, key)).split('.');
    await expect(decryptCompact(change(parts).join('.'), key)).rejects.toThrow();
  });

  it('is not opened with another key', async () => {
    const jwe = await encryptCompact(bytes('secret'), header, key);
    await expect(
      decryptCompact(
        jwe,
        key.map((byte) => byte ^ 1),
      ),
    ).rejects.toThrow();
  });
});
