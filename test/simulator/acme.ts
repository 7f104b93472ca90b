/**
 * Acme: the provider of the test settings, as the standards have it, for many accounts. Codes and
 * tokens tell whose they are: `code-ann`, `access-ann-1`, `refresh-ann-1`; `access-ann` and
 * `refresh-ann` are what a row of a test starts from.
 */
import { standard } from './evidence.ts';
import { invalidClient, invalidGrant, invalidToken } from './shapes.ts';
import type { ClientAuth, Fixture, Issued, Refreshing } from './types.ts';

export interface AcmeOptions {
  /** Default: any host, so that several records of a test have one server. */
  origin?: string;
  /** Whether a refresh gives another refresh token. Default: it does. */
  rotates?: boolean;
  /** Default: a second use kills the grant; where nothing rotates, it stays. */
  used?: Refreshing['used'];
  /** Default: an hour. */
  lifetimeSeconds?: number;
}

export const tokensOf = (t: Issued) => ({
  access_token: t.accessToken,
  token_type: 'bearer',
  expires_in: t.secondsLeft,
  refresh_token: t.refreshToken,
});

export function acme({
  origin,
  rotates = true,
  used = rotates ? 'kills_grant' : 'stays',
  lifetimeSeconds = 3600,
}: AcmeOptions = {}): Fixture {
  const at = (path: string) => new URL(path, origin ?? 'https://id.acme.example').href;
  // Records of several clients share a server that listens at any host.
  const client: readonly ClientAuth[] = origin === undefined ? ['none'] : ['basic', 'post'];
  return {
    id: 'acme',
    account: { id: 'nobody', displayName: 'Name of nobody' },
    anyHost: origin === undefined,
    issuedAs: (kind, account, serial) =>
      kind === 'code' && serial === 1 ? `code-${account}` : `${kind}-${account}-${serial}`,
    issuedBefore: (kind, value) =>
      value.startsWith(`${kind}-`) ? value.slice(kind.length + 1) : null,
    scopes: ['openid', 'offline_access'],
    authorization: {
      url: at('/authorize'),
      scope: { separator: ' ', offered: 'any', optional: true },
      pkce: 'supported',
      evidence: standard('6749 4.1.1'),
    },
    token: {
      url: at('/token'),
      client,
      lifetimeSeconds,
      reply: {
        body: (t) => ({ ...tokensOf(t), scope: t.scopes.join(' ') }),
        evidence: standard('6749 5.1'),
      },
    },
    refresh: {
      kind: 'refresh_token',
      url: at('/token'),
      client,
      rotates,
      used,
      lifetimeSeconds,
      reply: { body: tokensOf, evidence: standard('6749 6') },
      evidence: standard('9700 4.14.2'),
    },
    profile: {
      method: 'GET',
      url: at('/me'),
      token: 'bearer',
      answer: {
        // One person may have several accounts: `ann.1` and `ann.2`.
        body: ({ account }) => ({
          sub: account,
          name: `Name of ${account}`,
          owner: account.split('.')[0],
        }),
        evidence: standard('6750 2.1'),
      },
      unauthorized: invalidToken(standard('6750 3.1')),
    },
    revocation: {
      method: 'POST',
      url: at('/revoke'),
      token: { in: 'form', name: 'token', kind: 'any' },
      client,
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
  };
}
