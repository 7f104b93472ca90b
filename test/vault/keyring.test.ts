import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors';
import { createKeyring } from '../../src/vault/keyring';

const bytes = (count: number, fill = 7) =>
  btoa(String.fromCharCode(...new Uint8Array(count).fill(fill)));
const good = bytes(32);

describe('ENCRYPTION_KEYS', () => {
  it.each([
    ['missing', undefined, 'is missing'],
    ['empty', '', 'is missing'],
    ['only commas', ' , ,', 'is missing'],
    ['a key without an id', good, 'entry 1 has no usable id'],
    ['an empty id', `:${good}`, 'entry 1 has no usable id'],
    ['an id with a space', `a b:${good}`, 'entry 1 has no usable id'],
    ['a second entry without an id', `k1:${good},${good}`, 'entry 2 has no usable id'],
    ['a short key', `k1:${bytes(31)}`, '"k1" has 31 bytes, 32 are needed'],
    ['a long key', `k1:${bytes(33)}`, '"k1" has 33 bytes, 32 are needed'],
    ['an empty key', 'k1:', '"k1" has 0 bytes'],
    ['no base64', 'k1:!!!!not-base64!!!!', '"k1" is not base64'],
    ['one id twice', `k1:${good},k1:${bytes(32, 8)}`, '"k1" is there twice'],
  ])('%s: one clear error that quotes no key', (_, value, message) => {
    const error = errorOf(() => createKeyring(value));
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain('ENCRYPTION_KEYS');
    expect(error.message).toContain(message);
    expect(error.message).not.toContain(good);
    expect(error.message).not.toContain('!!!!');
  });

  it('spaces and line breaks around entries do no harm', async () => {
    const keyring = createKeyring(` k2:${bytes(32, 2)} ,\n k1:${good} `);
    expect((await keyring.sealingKey('p')).kid).toBe('k2');
    expect(await keyring.openingKey('k1', 'p')).toBeDefined();
  });

  it('each purpose has a key of its own, each root too, and none is the root itself', async () => {
    const keyring = createKeyring(`k1:${good},k2:${bytes(32, 2)}`);
    const keys = await Promise.all([
      keyring.openingKey('k1', 'oauth_accounts'),
      keyring.openingKey('k1', 'connect_transactions'),
      keyring.openingKey('k2', 'oauth_accounts'),
    ]);
    const distinct = new Set([
      good,
      ...keys.map((key) => btoa(String.fromCharCode(...(key ?? [])))),
    ]);
    expect(distinct.size).toBe(4);
  });

  it('the key of a purpose is the same at each start: what was sealed stays readable', async () => {
    const derive = async () => (await createKeyring(`k1:${good}`).sealingKey('oauth_accounts')).key;
    expect(await derive()).toEqual(await derive());
    // Pinned: a change of the derivation would make every stored token unreadable.
    expect(btoa(String.fromCharCode(...(await derive())))).toBe(
      'fzF8yBYn/eZwLWIfALJ42kqyRSr3GYUiP8v57uua/3g=',
    );
  });

  it('an id nobody knows has no key', async () => {
    expect(await createKeyring(`k1:${good}`).openingKey('k9', 'p')).toBeUndefined();
  });
});

function errorOf(make: () => unknown): Error {
  try {
    make();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('expected an error');
}
