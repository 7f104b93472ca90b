/**
 * A provider as the standards have it, at one host: what differs is said by each that is made of
 * it.
 */
import { standard } from './evidence.ts';
import { invalidClient, invalidGrant, invalidToken } from './shapes.ts';
import type { Fixture, Issued } from './types.ts';

export const tokensOf = (t: Issued) => ({
  access_token: t.accessToken,
  token_type: 'bearer',
  expires_in: t.secondsLeft,
  refresh_token: t.refreshToken,
});

export function standardProvider(id: string, origin = `https://${id}.example`) {
  const at = (path: string) => new URL(path, origin).href;
  return {
    id,
    account: { id: 'ada', displayName: 'Name of ada' },
    scopes: ['read', 'write'],
    authorization: {
      url: at('/authorize'),
      scope: { separator: ' ', offered: ['read', 'write'] },
      pkce: 'supported',
      evidence: standard('6749 4.1.1'),
    },
    token: {
      url: at('/token'),
      client: ['basic', 'post'],
      lifetimeSeconds: 3600,
      reply: {
        body: (t) => ({ ...tokensOf(t), scope: t.scopes.join(' ') }),
        evidence: standard('6749 5.1'),
      },
    },
    refresh: {
      kind: 'refresh_token',
      url: at('/token'),
      client: ['basic', 'post'],
      rotates: true,
      used: 'kills_grant',
      lifetimeSeconds: 3600,
      reply: { body: tokensOf, evidence: standard('6749 6') },
      evidence: standard('9700 4.14.2'),
    },
    profile: {
      method: 'GET',
      url: at('/me'),
      token: 'bearer',
      answer: {
        body: ({ account }) => ({ sub: account, name: `Name of ${account}` }),
        evidence: standard('6750 2.1'),
      },
      unauthorized: invalidToken(standard('6750 3.1')),
    },
    revocation: {
      method: 'POST',
      url: at('/revoke'),
      token: { in: 'form', name: 'token', kind: 'any' },
      client: ['basic', 'post'],
      ends: 'grant',
      evidence: standard('7009 2.1'),
      answer: { evidence: standard('7009 2.2') },
      unknown: { evidence: standard('7009 2.2') },
    },
    errors: {
      client: invalidClient(standard('6749 5.2')),
      code: invalidGrant(standard('6749 5.2')),
      refresh: invalidGrant(standard('6749 5.2')),
    },
  } satisfies Fixture;
}

export const plain = (id: string, changes: Partial<Fixture>): Fixture => ({
  ...standardProvider(id),
  ...changes,
});
