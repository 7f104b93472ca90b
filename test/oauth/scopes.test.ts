import { describe, expect, it } from 'vitest';
import { grantedScopes, missingScopes } from '../../src/oauth/scopes';
import { github } from '../../src/providers/records/github';
import { shopify } from '../../src/providers/records/shopify';
import { type ProviderInput, providerSchema } from '../../src/providers/types';

const EMAIL = 'https://www.googleapis.com/auth/userinfo.email';
const rules = {
  scopeAliases: { email: EMAIL },
  unreportedScopes: ['offline_access'],
};

describe('granted scopes', () => {
  it.each<[string, string[] | null, string[], string[] | null]>([
    ['are as reported', ['a', 'b'], ['a', 'b', 'c'], ['a', 'b']],
    ['are unknown where nothing is reported', null, ['a'], null],
    ['keep what was granted unasked', ['a', 'z'], ['a'], ['a', 'z']],
    [
      'come under the name they were asked for (Google)',
      ['openid', EMAIL],
      ['email'],
      ['openid', 'email'],
    ],
    ['stay under their own name where nobody used the other', [EMAIL], ['a'], [EMAIL]],
    [
      'come under both names where both were asked for',
      [EMAIL],
      ['email', EMAIL],
      ['email', EMAIL],
    ],
    [
      'hold what is never reported, where it was asked for (Microsoft)',
      ['a'],
      ['a', 'offline_access'],
      ['a', 'offline_access'],
    ],
    ['hold nothing unreported that nobody asked for', ['a'], ['a'], ['a']],
    ['do not hold what was refused', [], ['a', 'email'], []],
    ['differ in case', ['user.read'], ['User.Read'], ['user.read']],
  ])('%s', (_, reported, requested, granted) => {
    expect(grantedScopes(rules, reported, requested)).toEqual(granted);
  });
});

describe('missing scopes', () => {
  it.each<[string, ProviderInput | undefined, string[], string[], string[]]>([
    ['were asked for and not granted', github, ['repo', 'gist'], ['repo'], ['gist']],
    [
      'are not those that a granted one includes (GitHub)',
      github,
      ['repo', 'user', 'user:email', 'read:user', 'repo:status'],
      ['repo', 'user'],
      [],
    ],
    ['are those that include a granted one', github, ['user'], ['user:email'], ['user']],
    [
      'are not those that a pattern includes (Shopify)',
      shopify,
      ['read_orders', 'write_orders', 'read_products'],
      ['write_orders'],
      ['read_products'],
    ],
    [
      'are told apart by the whole pattern',
      shopify,
      ['read_orders', 'unauthenticated_read_orders'],
      ['unauthenticated_write_orders'],
      ['read_orders'],
    ],
    ['of a provider that is gone: as they were', undefined, ['a', 'b'], ['a'], ['b']],
  ])('%s', (_, record, requested, granted, missing) => {
    const provider = record && providerSchema.parse(record);
    expect(missingScopes(provider, requested, granted)).toEqual(missing);
  });

  it('a star on one side only is refused', () => {
    const change = (impliedScopes: Record<string, string[]>) =>
      providerSchema.safeParse({ ...github, impliedScopes });
    expect(change({ write: ['read_*'] }).success).toBe(false);
    expect(change({ 'write_*_*': ['read'] }).success).toBe(false);
    expect(change({ 'write_*': ['read'] }).success).toBe(true);
  });
});
