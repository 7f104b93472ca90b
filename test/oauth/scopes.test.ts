import { describe, expect, it } from 'vitest';
import { grantedScopes } from '../../src/oauth/scopes';

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
