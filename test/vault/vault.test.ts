import { base64url, CompactEncrypt, EncryptJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { createKeyring } from '../../src/vault/keyring';
import {
  accountContext,
  createVault,
  prefixOf,
  transactionContext,
  type Vault,
  VaultError,
} from '../../src/vault/vault';

const rootOf = (fill: number) => btoa(String.fromCharCode(...new Uint8Array(32).fill(fill)));
const vaultWith = (...keys: [kid: string, fill: number][]): Vault =>
  createVault(createKeyring(keys.map(([kid, fill]) => `${kid}:${rootOf(fill)}`).join(',')));

const place = accountContext('acme', 'account-1', 'refresh_token');
const vault = vaultWith(['k1', 1]);

async function failureOf(opening: Promise<string>): Promise<VaultError> {
  const error = await opening.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof VaultError)) throw new Error(`expected a VaultError, got ${error}`);
  return error;
}

describe('a sealed value', () => {
  it('opens at its own place, whatever characters it holds', async () => {
    for (const plaintext of ['', 'token', 'ünï→😀', '"}{', 'x'.repeat(70_000)]) {
      expect(await vault.open(await vault.seal(plaintext, place), place)).toBe(plaintext);
    }
  });

  it('does not show its content and never looks the same twice', async () => {
    const [one, two] = [await vault.seal('secret', place), await vault.seal('secret', place)];
    expect(one).not.toBe(two);
    expect(atob((one.split('.')[3] ?? '').replaceAll('-', '+').replaceAll('_', '/'))).not.toContain(
      'secret',
    );
  });

  it.each([
    ['another account', accountContext('acme', 'account-2', 'refresh_token')],
    ['another provider', accountContext('reddit', 'account-1', 'refresh_token')],
    ['another field', accountContext('acme', 'account-1', 'access_token')],
    ['a transaction', transactionContext('account-1', 'code')],
    ['a shorter place', ['oauth_accounts', 'acme', 'account-1'] as const],
    [
      'a place whose parts are cut elsewhere',
      ['oauth_accounts', 'acmeaccount-1', 'refresh_token'] as const,
    ],
  ])('does not open when moved to %s', async (_, elsewhere) => {
    const sealed = await vault.seal('secret', place);
    expect((await failureOf(vault.open(sealed, elsewhere))).code).toBe('wrong_context');
  });

  it('does not open when its header is rewritten to name another place', async () => {
    const [header, ...rest] = (await vault.seal('secret', place)).split('.');
    const elsewhere = accountContext('acme', 'account-2', 'refresh_token');
    const forged = JSON.stringify({ ...JSON.parse(atob(header ?? '')), ctx: elsewhere });
    const sealed = [btoa(forged).replaceAll('=', ''), ...rest].join('.');
    await failureOf(vault.open(sealed, elsewhere));
  });

  it.each([
    ['plain text', () => 'a-refresh-token-in-plain-text'],
    ['an empty value', () => ''],
    ['a value without its end', (sealed: string) => sealed.slice(0, -8)],
    ['a value with one character changed', (sealed: string) => flip(sealed, -3)],
    ['a value without its tag', (sealed: string) => sealed.split('.').slice(0, 4).join('.')],
    ['JSON', () => '{"ctx":["oauth_accounts","acme","account-1","refresh_token"]}'],
  ])('%s does not open, and the error does not quote it', async (_, spoil) => {
    const spoilt = spoil(await vault.seal('secret', place));
    const error = await failureOf(vault.open(spoilt, place));
    if (spoilt) expect(error.message).not.toContain(spoilt);
    expect(error.message).not.toContain('secret');
  });

  /** Made by the Worker of version 0.1, which had a JWE of its own. */
  it.each([
    [
      accountContext('acme', 'account/1 ü', 'access_token'),
      'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwia2lkIjoiZml4dHVyZS4xIiwiY3R4IjpbIm9hdXRoX2FjY291bnRzIiwiYWNtZSIsImFjY291bnQvMSDDvCIsImFjY2Vzc190b2tlbiJdfQ.._ebqUzp4MlDsEp5f.lUsnokjLXVVTPP3SE1VdJEE7Nig8sg.I7sJnoxdEQFfRl7EUeHhDA',
      'an access token, ünï',
    ],
    [
      transactionContext('t1', 'code'),
      'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwia2lkIjoiZml4dHVyZS4xIiwiY3R4IjpbImNvbm5lY3RfdHJhbnNhY3Rpb25zIiwidDEiLCJjb2RlIl19..unXGi5_KGph1yxCr..mGwqP7eOfChgwUg0lMyQzg',
      '',
    ],
  ])('of an older version opens: %j', async (context, sealed, text) => {
    const root = btoa(String.fromCharCode(...Array.from({ length: 32 }, (_, i) => i)));
    const older = createVault(createKeyring(`fixture.1:${root}`));
    expect(await older.open(sealed, context)).toBe(text);
    // The same header, byte for byte: keys are counted by how it begins.
    const again = await older.seal(text, context);
    expect(again.split('.')[0]).toBe(sealed.split('.')[0]);
    expect(again.startsWith(prefixOf('fixture.1'))).toBe(true);
  });

  it.each<[string, (parts: readonly string[]) => readonly string[]]>([
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
  ])('does not open with %s', async (_, change) => {
    const parts = (await vault.seal('secret text', place)).split('.');
    await failureOf(vault.open(change(parts).join('.'), place));
  });

  it('is not accepted under another algorithm, even with the right key', async () => {
    const { key, kid } = await createKeyring(`k1:${rootOf(1)}`).sealingKey('oauth_accounts');
    const compressed = new CompactEncrypt(new TextEncoder().encode('secret'))
      .setProtectedHeader({ alg: 'A256KW', enc: 'A256GCM', kid, ctx: place })
      .encrypt(key);
    await failureOf(vault.open(await compressed, place));
    const jwt = new EncryptJWT({}).setProtectedHeader({ alg: 'dir', enc: 'A128CBC-HS256', kid });
    await failureOf(vault.open(await jwt.encrypt(key), place));
  });
});

describe('keys are changed without a break', () => {
  it('a value sealed under the old key opens while both keys are there, and new ones use the first', async () => {
    const old = await vault.seal('secret', place);
    const both = vaultWith(['k2', 2], ['k1', 1]);
    expect(await both.open(old, place)).toBe('secret');
    const renewed = await both.seal('secret', place);
    expect(await vaultWith(['k2', 2]).open(renewed, place)).toBe('secret');
  });

  it('the new key as second one opens already, so that it can be deployed before it seals', async () => {
    const sealedByNew = await vaultWith(['k2', 2], ['k1', 1]).seal('secret', place);
    expect(await vaultWith(['k1', 1], ['k2', 2]).open(sealedByNew, place)).toBe('secret');
  });

  it('a value under a key that is gone says which key is missing (nango#914)', async () => {
    const error = await failureOf(vaultWith(['k2', 2]).open(await vault.seal('s', place), place));
    expect(error.code).toBe('unknown_key');
    expect(error.message).toContain('"k1"');
    expect(error.message).toContain('ENCRYPTION_KEYS');
  });

  it('a key that was changed under the same id says so', async () => {
    const error = await failureOf(vaultWith(['k1', 9]).open(await vault.seal('s', place), place));
    expect(error.code).toBe('unknown_key');
    expect(error.message).toContain('"k1"');
  });
});

function reheaded(change: object) {
  return (parts: readonly string[]) => {
    const header = JSON.parse(new TextDecoder().decode(base64url.decode(parts[0] ?? '')));
    return parts.with(0, base64url.encode(JSON.stringify({ ...header, ...change })));
  };
}

function flipped(at: number) {
  return (parts: readonly string[]) => {
    const raw = base64url.decode(parts[at] ?? '');
    raw[0] = (raw[0] ?? 0) ^ 1;
    return parts.with(at, base64url.encode(raw));
  };
}

const flip = (text: string, at: number): string => {
  const i = text.length + at;
  return text.slice(0, i) + (text[i] === 'A' ? 'B' : 'A') + text.slice(i + 1);
};
