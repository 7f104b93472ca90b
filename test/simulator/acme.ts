/**
 * Acme: the provider of the test settings, as the standards have it, for many accounts. Codes and
 * tokens tell whose they are: `code-ann`, `access-ann-1`, `refresh-ann-1`; `access-ann` and
 * `refresh-ann` are what a row of a test starts from.
 */
import { standardProvider } from './plain.ts';
import type { ClientAuth, Fixture, Refreshing } from './types.ts';

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

export function acme({
  origin,
  rotates = true,
  used = rotates ? 'kills_grant' : 'stays',
  lifetimeSeconds = 3600,
}: AcmeOptions = {}): Fixture {
  const base = standardProvider('acme', origin ?? 'https://id.acme.example');
  // Records of several clients share a server that listens at any host.
  const client: readonly ClientAuth[] = origin === undefined ? ['none'] : ['basic', 'post'];
  return {
    ...base,
    account: { id: 'nobody', displayName: 'Name of nobody' },
    anyHost: origin === undefined,
    issuedAs: (kind, account, serial) =>
      kind === 'code' && serial === 1 ? `code-${account}` : `${kind}-${account}-${serial}`,
    issuedBefore: (kind, value) =>
      value.startsWith(`${kind}-`) ? value.slice(kind.length + 1) : null,
    scopes: ['openid', 'offline_access'],
    authorization: {
      ...base.authorization,
      scope: { separator: ' ', offered: 'any', optional: true },
    },
    token: { ...base.token, client, lifetimeSeconds },
    refresh: { ...base.refresh, client, rotates, used, lifetimeSeconds },
    profile: {
      ...base.profile,
      answer: {
        ...base.profile.answer,
        // One person may have several accounts: `ann.1` and `ann.2`.
        body: ({ account }) => ({
          sub: account,
          name: `Name of ${account}`,
          owner: account.split('.')[0],
        }),
      },
    },
    revocation: { ...base.revocation, client },
  };
}
